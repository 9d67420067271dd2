#if canImport(Glibc)
  internal import Glibc
#endif

/// A file that is read whole; `-` is standard input.
enum InputFile {
  /// Reads all of it, at most `limit` bytes.
  ///
  /// - Throws: `SystemError`; `EFBIG` when there is more.
  static func read(_ path: String, limit: Int = .max) throws(SystemError) -> [UInt8] {
    guard path != "-" else { return try read(descriptor: STDIN_FILENO, limit: limit) }
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .last }
    defer { close(descriptor) }
    return try read(descriptor: descriptor, limit: limit)
  }

  /// Reads from where the descriptor is.
  ///
  /// - Throws: `SystemError`; `EFBIG` when there is more.
  static func read(descriptor: Int32, limit: Int = .max) throws(SystemError) -> [UInt8] {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 64 * 1024)
    while true {
      let count = Glibc.read(descriptor, &chunk, chunk.count)
      guard count >= 0 else {
        guard errno == EINTR else { throw .last }
        continue
      }
      guard count > 0 else { return bytes }
      bytes.append(contentsOf: chunk[..<count])
      guard bytes.count <= limit else { throw SystemError(code: EFBIG) }
    }
  }

  /// What there is, up to a bound: the rest is not looked at.
  ///
  /// - Throws: `SystemError`
  static func beginning(
    descriptor: Int32, atMost limit: Int
  ) throws(SystemError) -> [UInt8] {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 64 * 1024)
    while bytes.count < limit {
      let count = Glibc.read(descriptor, &chunk, min(chunk.count, limit - bytes.count))
      guard count >= 0 else {
        guard errno == EINTR else { throw .last }
        continue
      }
      guard count > 0 else { break }
      bytes.append(contentsOf: chunk[..<count])
    }
    return bytes
  }
}

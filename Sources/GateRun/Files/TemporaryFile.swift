internal import LibC

/// A file in the temporary folder, readable only by this user, and removed with this object.
final class TemporaryFile {
  let path: String

  /// - Throws: `SystemError` if it cannot be created or written.
  init(_ bytes: [UInt8], ending: String) throws(SystemError) {
    let folder = getenv("TMPDIR").map { String(cString: $0) } ?? ""
    var template = Array(
      "\(folder.isEmpty ? "/tmp" : folder)/healthgate-XXXXXX\(ending)".utf8CString)
    let descriptor = mkstemps(&template, Int32(ending.utf8.count))
    guard descriptor >= 0 else { throw .last }
    path = template.withUnsafeBufferPointer { buffer in
      buffer.baseAddress.map { String(cString: $0) } ?? ""
    }
    defer { close(descriptor) }
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    try Output.write(bytes[...], to: descriptor)
  }

  deinit {
    unlink(path)
  }
}

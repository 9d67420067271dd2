internal import LibC

/// A file that is read piece by piece, so that processed parts need not be kept.
struct InputPieces: ~Copyable {
  /// The bytes that were read and not dropped.
  private(set) var bytes: [UInt8] = []

  private let descriptor: Int32
  private let kind: InputFile.Kind
  private let isOwn: Bool
  private var piece = [UInt8](repeating: 0, count: 256 * 1024)
  private var dropped = 0
  /// The position in the file at which the incomplete line begins.
  private var lineStart = 0

  /// Opens the file; `-` is standard input.
  ///
  /// - Throws: `InputFile.Failure`
  init(_ path: String, as kind: InputFile.Kind) throws(InputFile.Failure) {
    isOwn = path != "-"
    self.kind = kind
    descriptor = isOwn ? open(path, O_RDONLY | O_CLOEXEC) : STDIN_FILENO
    guard descriptor >= 0 else { throw .system(.last) }
    try refuseTooLarge()
  }

  /// Reads from the current position of a descriptor, which stays open.
  ///
  /// - Throws: `InputFile.Failure`
  init(_ descriptor: Int32, as kind: InputFile.Kind) throws(InputFile.Failure) {
    (self.descriptor, self.kind, isOwn) = (descriptor, kind, false)
    try refuseTooLarge()
  }

  deinit {
    if isOwn, descriptor >= 0 { close(descriptor) }
  }

  /// The size of the file in bytes; nil if it is known only at its end.
  private var size: Int? {
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    return Int(status.st_size)
  }

  private func refuseTooLarge() throws(InputFile.Failure) {
    guard size ?? 0 <= kind.largest else { throw .tooLarge(kind.largest) }
  }

  /// Reads the next piece; returns false at the end.
  ///
  /// - Throws: `InputFile.Failure`
  mutating func more() throws(InputFile.Failure) -> Bool {
    var count: Int
    repeat {
      count = read(descriptor, &piece, piece.count)
    } while count < 0 && errno == EINTR
    guard count >= 0 else { throw .system(.last) }
    let start = dropped + bytes.count
    if let feed = piece[..<count].lastIndex(of: UInt8(ascii: "\n")) { lineStart = start + feed + 1 }
    bytes.append(contentsOf: piece[..<count])
    guard start + count <= kind.largest else { throw .tooLarge(kind.largest) }
    guard start + count - lineStart <= kind.longestLine else {
      throw .lineTooLong(kind.longestLine)
    }
    return count > 0
  }

  /// Drops bytes from the beginning.
  mutating func drop(_ count: Int) {
    bytes.removeFirst(count)
    dropped += count
  }

  /// Reads the rest; returns the whole file, or nil if some of it was dropped.
  ///
  /// - Throws: `InputFile.Failure`
  mutating func rest() throws(InputFile.Failure) -> [UInt8]? {
    guard dropped == 0 else { return nil }
    if let size { bytes.reserveCapacity(size) }
    while try more() {}
    return bytes
  }

  consuming func whole() throws(InputFile.Failure) -> [UInt8] { try rest() ?? [] }
}

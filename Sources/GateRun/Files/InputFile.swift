internal import GateCore
internal import GateSettings
internal import LibC

/// A file that is read as a whole; `-` is standard input.
///
/// The size is limited: a path may be a mistake, or `/dev/zero`.
package enum InputFile {
  /// The expected content of a file, and its maximum size.
  package struct Kind {
    /// The name in messages, such as `the verdict`.
    var name: String
    var largest: Int
    var longestLine = Int.max

    static let settings = Kind(name: "the settings", largest: 16 << 20)
    package static let verdict = Kind(name: "the verdict", largest: 128 << 20)
    /// About five million checks; the first line may have thousands of settings and warnings.
    static let journal = Kind(name: "the journal", largest: 1 << 30, longestLine: 16 << 20)
    static let key = Kind(name: "the key", largest: 64 << 10)
    static let keyOfSignKey = Kind(name: "the key of sign_key", largest: key.largest)

    static func certificates(of setting: SettingKey) -> Kind {
      Kind(name: "the PEM file of \(setting.rawValue)", largest: 16 << 20)
    }
  }

  /// Why a file could not be read.
  package enum Failure: Error {
    case system(SystemError)
    case tooLarge(Int)
    case lineTooLong(Int)
  }

  /// Reads the whole file.
  ///
  /// - Throws: `Failure`
  package static func read(_ path: String, as kind: Kind) throws(Failure) -> [UInt8] {
    try InputPieces(path, as: kind).whole()
  }
}

extension InputFile.Failure {
  /// What is wrong with `subject`, such as "it".
  package func words(of subject: String) -> String {
    switch self {
    case .system(let error): "\(subject) cannot be read: \(error.words)"
    case .tooLarge(let limit): "\(subject) is larger than \(Self.size(limit))"
    case .lineTooLong(let limit): "\(subject) has a line of more than \(Self.size(limit))"
    }
  }

  private static func size(_ bytes: Int) -> String {
    bytes >= 1 << 20 ? "\(bytes >> 20) MiB" : "\(bytes >> 10) KiB"
  }
}

extension CommandFailure {
  /// The message for a failure; too much content has the status for invalid content.
  init(_ failure: InputFile.Failure, _ path: String, as kind: InputFile.Kind) {
    // A URL that was given instead of a file may have a password.
    let place = path == "-" ? "standard input" : path.quotedPath
    switch failure {
    case .system(let error):
      self.init(
        .noFile,
        "\(kind.name) cannot be read from \(place): \(error.words)\n  hint: name a readable "
          + "file, or - for standard input")
    case .tooLarge, .lineTooLong:
      self.init(
        .badContent, "\(failure.words(of: place))\n  hint: is it the right file for \(kind.name)?")
    }
  }
}

extension InputFile {
  /// Reads the whole file, or ends the command.
  ///
  /// - Throws: `CommandFailure`
  package static func required(_ path: String, as kind: Kind) throws(CommandFailure) -> [UInt8] {
    do throws(Failure) {
      return try read(path, as: kind)
    } catch {
      throw CommandFailure(error, path, as: kind)
    }
  }

  /// Whether a file can be read more than once; false for a pipe, a device or a folder.
  ///
  /// True for a missing file, which the reader reports.
  static func canBeReadAgain(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) != 0 || status.st_mode & S_IFMT == S_IFREG
  }

  /// Reads at most `limit` bytes from the beginning of a file, without waiting for any.
  ///
  /// - Throws: `SystemError`
  static func beginning(_ path: String, atMost limit: Int) throws(SystemError) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw .last }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 64 * 1024)
    while bytes.count < limit {
      let count = LibC.read(descriptor, &chunk, min(chunk.count, limit - bytes.count))
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

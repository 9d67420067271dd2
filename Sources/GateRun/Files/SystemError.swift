internal import GateCore
internal import LibC

/// An error of a system call on a file.
package struct SystemError: Error, Equatable {
  let code: Int32

  /// The error of the system call just made.
  package static var last: SystemError { SystemError(code: errno) }

  /// A signal ended the waiting for a reader.
  static let interrupted = SystemError(code: EINTR)

  /// The description of the error, such as `no space left on device`.
  package var words: String {
    guard self != .interrupted else { return "a signal ended the wait for its reader" }
    let text = String(cString: strerror(code))
    return text.prefix(1).lowercased() + text.dropFirst()
  }
}

extension CommandFailure {
  /// The failure of an output that cannot be written; `place` is its file, in quotes.
  init(_ error: SystemError, writing what: String, to place: String, _ hint: String = "") {
    self.init(.notWritten, "\(what) cannot be written to \(place): \(error.words)\(hint)")
  }
}

extension String {
  /// The path in quotes; a URL that was given in its place is shown without its password.
  var quotedPath: String { "'\(SecretPlaces.masked(self))'" }
}

/// The path of an existing file from the root, without links; nil if there is none.
func resolvedPath(_ path: String) -> String? {
  guard let resolved = realpath(path, nil) else { return nil }
  defer { free(resolved) }
  return String(cString: resolved)
}

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

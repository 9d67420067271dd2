#if canImport(Glibc)
  internal import Glibc
#endif

/// What the system said when it could not do something with a file.
struct SystemError: Error, Equatable {
  let code: Int32

  /// The error of the call just made.
  static var last: SystemError { SystemError(code: errno) }

  /// Such as `no space left on device`.
  var words: String {
    let text = String(cString: strerror(code))
    return text.prefix(1).lowercased() + text.dropFirst()
  }
}

internal import LibC

/// The size of a terminal in columns and rows.
struct TerminalSize: Equatable {
  var width: Int
  var height: Int

  /// The current size; it is read at each frame, so no signal handler is needed to follow changes.
  static var current: TerminalSize { of(STDERR_FILENO) }

  /// The width at which lines on standard error are broken between words; nil where somebody else breaks them, or a
  /// program reads them.
  static var widthOfErrors: Int? {
    guard isatty(STDERR_FILENO) == 1, !Audience.isCI else { return nil }
    let width = current.width
    return width < 20 ? nil : width
  }

  static func of(_ descriptor: Int32) -> TerminalSize {
    var size = winsize()
    guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0
    else { return TerminalSize(width: 80, height: 24) }
    return TerminalSize(width: Int(size.ws_col), height: Int(size.ws_row))
  }
}

internal import LibC

/// The size of a terminal in columns and rows.
struct TerminalSize: Equatable {
  var width: Int
  var height: Int

  /// The current size; it is read at each frame, so no signal handler is needed to follow changes.
  static var current: TerminalSize { of(STDERR_FILENO) }

  static func of(_ descriptor: Int32) -> TerminalSize {
    var size = winsize()
    guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0
    else { return TerminalSize(width: 80, height: 24) }
    return TerminalSize(width: Int(size.ws_col), height: Int(size.ws_row))
  }
}

package import GateText
internal import LibC

extension TextStyle {
  /// Color if the stream is a terminal that can show it, and the user did not disable it.
  ///
  /// Source: no-color.org: `NO_COLOR`, if it is set and not empty, whatever its value is.
  package static func suiting(_ descriptor: Int32) -> TextStyle {
    isatty(descriptor) == 1 && !isDumbTerminal && environment("NO_COLOR") == nil
      ? .coloured : .plain
  }
}

/// Whether the terminal supports only lines.
var isDumbTerminal: Bool { ["dumb", nil].contains(environment("TERM")) }

/// The value of a variable; nil if it is missing or empty.
private func environment(_ name: String) -> String? {
  guard let value = getenv(name), value.pointee != 0 else { return nil }
  return String(cString: value)
}

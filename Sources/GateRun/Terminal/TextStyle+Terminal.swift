package import GateText
internal import LibC

extension TextStyle {
  /// Coloured if the stream is a terminal that can show it and nobody asked for none.
  ///
  /// Source: no-color.org: `NO_COLOR`, when it is there and not empty, whatever its value.
  package static func suiting(_ descriptor: Int32) -> TextStyle {
    isatty(descriptor) == 1 && !isDumbTerminal && environment("NO_COLOR") == nil
      ? .coloured : .plain
  }
}

/// Whether the terminal knows nothing but lines.
var isDumbTerminal: Bool { ["dumb", nil].contains(environment("TERM")) }

/// A variable's value; nil when it is empty or not there.
private func environment(_ name: String) -> String? {
  guard let value = getenv(name), value.pointee != 0 else { return nil }
  return String(cString: value)
}

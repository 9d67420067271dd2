internal import GateText

/// How the special characters of a format are escaped.
protocol Notation {
  /// Adds a printable text so that it means only itself.
  static func append(_ text: String, to source: inout String)
}

/// Text of a format, in which all text from elsewhere is escaped.
///
/// A literal is the program's own, and is used without changes. Interpolated text can come from
/// anywhere: it is made printable, and its special characters are escaped. Text cannot be
/// interpolated without escaping.
struct EscapingText<Format: Notation>: ExpressibleByStringInterpolation, Sendable {
  private(set) var source = ""

  init() {}

  init(stringLiteral literal: String) { source = literal }

  init(stringInterpolation: Interpolation) { source = stringInterpolation.source }

  /// Creates text of several lines, each escaped separately.
  init(lines text: String) {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    source = lines.map { line -> String in
      let escaped: EscapingText = "\(String(line))"
      return escaped.source
    }.joined(separator: "\n")
  }

  struct Interpolation: StringInterpolationProtocol {
    fileprivate(set) var source = ""

    init(literalCapacity: Int, interpolationCount: Int) {
      source.reserveCapacity(literalCapacity + 16 * interpolationCount)
    }

    mutating func appendLiteral(_ literal: String) { source += literal }

    mutating func appendInterpolation(_ text: String) {
      Format.append(text.printable, to: &source)
    }

    mutating func appendInterpolation(_ number: Int) { source += String(number) }

    mutating func appendInterpolation(_ text: EscapingText) { source += text.source }

    mutating func appendInterpolation(_ parts: [EscapingText]) {
      for part in parts { source += part.source }
    }
  }

  static func += (left: inout EscapingText, right: EscapingText) { left.source += right.source }

  var size: Int { source.utf8.count }
}

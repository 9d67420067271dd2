internal import GateSettings
internal import GateText

/// XML, HTML or SVG, in which all text is escaped.
///
/// A literal is the program's own, and is used without changes. Interpolated text can come from
/// anywhere: it is made printable, which also removes characters that XML does not allow, and its
/// special characters are escaped. Text cannot be interpolated without escaping. Literals always
/// quote attribute values.
struct Markup: ExpressibleByStringInterpolation, Sendable {
  private(set) var source: String

  init() { source = "" }

  init(stringLiteral literal: String) { source = literal }

  init(stringInterpolation: Interpolation) { source = stringInterpolation.source }

  struct Interpolation: StringInterpolationProtocol {
    fileprivate var source = ""

    init(literalCapacity: Int, interpolationCount: Int) {
      source.reserveCapacity(literalCapacity + 16 * interpolationCount)
    }

    mutating func appendLiteral(_ literal: String) { source += literal }

    mutating func appendInterpolation(_ text: String) {
      for character in text.printable.unicodeScalars {
        switch character {
        case "&": source += "&amp;"
        case "<": source += "&lt;"
        case ">": source += "&gt;"
        case "\"": source += "&quot;"
        case "'": source += "&#39;"
        default: source.unicodeScalars.append(character)
        }
      }
    }

    mutating func appendInterpolation(_ number: Int) { source += String(number) }

    mutating func appendInterpolation(_ markup: Markup) { source += markup.source }

    mutating func appendInterpolation(_ parts: [Markup]) {
      for part in parts { source += part.source }
    }
  }

  static func += (left: inout Markup, right: Markup) { left.source += right.source }

  /// Creates text of several lines, each escaped separately.
  init(lines text: String) {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    source = lines.map { line -> String in
      let escaped: Markup = "\(String(line))"
      return escaped.source
    }.joined(separator: "\n")
  }

  var size: Int { source.utf8.count }
}

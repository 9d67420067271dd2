package import GateCore
internal import GateText

/// A probability in a common notation: `0.1`, `10%`, `0.1%`.
package struct RateText: Hashable, Sendable {
  /// The probability, 0 to 1.
  package var value: Double

  package init(_ value: Double) {
    self.value = value
  }

  /// Parses a probability.
  ///
  /// - Throws: `GrammarError`, which says what was expected instead.
  package init(parsing text: String) throws(GrammarError) {
    let isPercent = text.hasSuffix("%")
    let digits = isPercent ? text.dropLast() : text[...]
    guard digits.contains(where: \.isASCIIDigit),
      digits.allSatisfy({ $0.isASCIIDigit || $0 == "." }), let number = Double(digits)
    else {
      throw GrammarError("\(text.shown) is not a probability, such as 0.1 or 10%")
    }
    value = isPercent ? number / 100 : number
    guard value <= 1 else {
      throw GrammarError("\(text.shown) is more than 1, or 100%")
    }
  }

  /// The percentage, exact to a millionth: `10%`, `0.1%`.
  package var words: String { "\(Self.decimal(value * 100, places: 6))%" }

  /// The percentage with two decimals; `<0.01%` or `>99.99%` if they cannot show it.
  package var rounded: String {
    switch value {
    case ...0: "0%"
    case ..<0.00005: "<0.01%"
    case 1...: "100%"
    case 0.99995...: ">99.99%"
    default: "\(Self.fixed(value * 100, places: 2))%"
    }
  }

  /// The decimal form without trailing zeros.
  private static func decimal(_ value: Double, places: Int) -> String {
    var text = fixed(value, places: places)
    while text.hasSuffix("0") { text.removeLast() }
    if text.hasSuffix(".") { text.removeLast() }
    return text
  }

  private static func fixed(_ value: Double, places: Int) -> String {
    let scale = (0..<places).reduce(1) { scale, _ in scale * 10 }
    let whole = Int((value * Double(scale)).rounded())
    return "\(whole / scale)." + String(String(whole % scale + scale).dropFirst())
  }
}

extension Double {
  /// The number rounded to twelve decimals, the precision of the plan.
  package var asPlanned: Double { (self * 1e12).rounded() / 1e12 }
}

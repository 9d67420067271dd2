package import GateCore
internal import GateText

/// A probability as people write it: `0.1`, `10%`, `0.1%`.
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

  /// As a percentage, exactly but for what is beyond a millionth: `10%`, `0.1%`.
  package var words: String { "\(Self.decimal(value * 100, places: 6))%" }

  /// As a percentage of two decimals; what is less than it shows is said to be.
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
  /// To twelve decimals: the calculation is no more exact than that.
  package var asPlanned: Double { (self * 1e12).rounded() / 1e12 }
}

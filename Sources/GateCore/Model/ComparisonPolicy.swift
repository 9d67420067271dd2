/// How the new group is compared with the old one before it is promoted.
package struct ComparisonPolicy: Hashable, Sendable {
  package var confidence = Confidence.standard
  /// The increase of the new group's latency that is allowed.
  package var maxLatencyIncrease = LatencyIncrease.standard
  /// The checks of each group that a comparison requires; at least 2.
  package var minSamples = 20

  package init() {}
}

/// The confidence with which the new group must be worse, such as `95%`.
package struct Confidence: Hashable, Sendable, CustomStringConvertible {
  /// Hundredths of a percent, from 5000 to 9999.
  package var hundredths: Int

  package static let standard = Confidence(hundredths: 9500)

  package init(hundredths: Int) {
    self.hundredths = hundredths
  }

  /// Reads `95%` or `99.5%`.
  ///
  /// - Throws: `GrammarError`, which says what was expected instead.
  package init(parsing text: String) throws(GrammarError) {
    let parts = text.dropLast(text.hasSuffix("%") ? 1 : 0)
      .split(separator: ".", omittingEmptySubsequences: false)
    guard text.hasSuffix("%"), (1...2).contains(parts.count),
      let whole = parts[0].asWholeNumber, whole <= 99,
      let part = parts.count == 1 ? 0 : Self.hundredths(parts[1])
    else { throw GrammarError("'\(text)' is not a percentage below 100%, such as 95% or 99.5%") }
    guard whole >= 50 else {
      throw GrammarError("'\(text)' is below 50%: that is no confidence")
    }
    hundredths = whole * 100 + part
  }

  /// The highest probability that an equal group is found worse.
  package var error: Double { Double(10_000 - hundredths) / 10_000 }

  package var description: String {
    let part = hundredths % 100
    guard part > 0 else { return "\(hundredths / 100)%" }
    return part % 10 == 0
      ? "\(hundredths / 100).\(part / 10)%"
      : "\(hundredths / 100).\(part < 10 ? "0" : "")\(part)%"
  }

  private static func hundredths(_ digits: Substring) -> Int? {
    guard (1...2).contains(digits.utf8.count), let number = digits.asWholeNumber else { return nil }
    return digits.utf8.count == 1 ? number * 10 : number
  }
}

/// An increase of a latency: `20%` of the old group's median, or `5ms`.
package enum LatencyIncrease: Hashable, Sendable, CustomStringConvertible {
  case percentage(Int)
  case duration(Duration)

  package static let standard = LatencyIncrease.percentage(20)

  package var description: String {
    switch self {
    case .percentage(let percentage): "\(percentage)%"
    case .duration(let duration): duration.inWords
    }
  }

  /// The allowed increase in microseconds, given the old group's median.
  func allowed(over median: Double) -> Double {
    switch self {
    case .percentage(let percentage): median * Double(percentage) / 100
    case .duration(let duration): Double(duration.inMicroseconds)
    }
  }
}

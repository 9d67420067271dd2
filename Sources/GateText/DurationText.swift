package import GateCore

extension Duration {
  /// Reads `15`, `0.5`, `500ms`, `15s`, `5m`, `1h` or `1m30s`; without a unit it is seconds.
  ///
  /// It is exact to the microsecond, because no floating-point number is used.
  ///
  /// - Throws: `GrammarError`, which says what was expected instead.
  package init(parsing text: String) throws(GrammarError) {
    guard !text.hasPrefix("-") else { throw GrammarError("\(text.shown) is negative") }
    var rest = text[...]
    var total: Int64 = 0
    var lastUnit: DurationUnit?
    repeat {
      let number = rest.prefix { $0.isASCIIDigit || $0 == "." }
      let name = rest.dropFirst(number.count).prefix { !$0.isASCIIDigit && $0 != "." }
      rest = rest.dropFirst(number.count + name.count)
      guard let parts = Self.decimal(number),
        let unit = try Self.unit(named: name, isAlone: number.count == text.count)
      else {
        throw GrammarError("\(text.shown) is not a duration, such as 15, 0.5, 500ms or 1m30s")
      }
      if let lastUnit, lastUnit.inMicroseconds <= unit.inMicroseconds {
        throw GrammarError(
          "\(text.shown) has its units out of order: hours come first, then minutes, then seconds")
      }
      guard let part = try Self.microseconds(parts, in: unit, of: text) else {
        throw GrammarError("\(text.shown) is longer than a year")
      }
      total += part
      lastUnit = unit
    } while !rest.isEmpty
    guard total <= Self.longestInMicroseconds else {
      throw GrammarError("\(text.shown) is longer than a year")
    }
    self = .microseconds(total)
  }

  /// 366 days: even with all thresholds at their maximum, a gate's sums fit its clock.
  package static let longestInMicroseconds: Int64 = 366 * 24 * 3_600_000_000

  private static func unit(
    named name: Substring, isAlone: Bool
  ) throws(GrammarError) -> DurationUnit? {
    guard !name.isEmpty else { return isAlone ? .second : nil }
    if let unit = DurationUnit(rawValue: String(name)) { return unit }
    guard name.allSatisfy(\.isLetter) else { return nil }
    throw GrammarError("\(String(name).shown) is not a unit of time: it is ms, s, m or h")
  }

  /// The digits before and after the point; nil if the text is not a number.
  private static func decimal(_ text: Substring) -> (whole: Substring, fraction: Substring)? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count), parts.allSatisfy({ !$0.isEmpty }) else { return nil }
    return (parts[0], parts.count == 2 ? parts[1] : "")
  }

  /// The duration in microseconds; nil if it is too long.
  private static func microseconds(
    _ number: (whole: Substring, fraction: Substring), in unit: DurationUnit, of text: String
  ) throws(GrammarError) -> Int64? {
    guard let whole = number.whole.asWholeNumber, whole <= longestInMicroseconds else { return nil }
    let (micros, overflow) = Int64(whole).multipliedReportingOverflow(by: unit.inMicroseconds)
    guard !overflow, micros <= longestInMicroseconds else { return nil }
    // Each digit is worth a tenth of the previous one, and must be whole microseconds.
    var (fraction, place) = (Int64(0), unit.inMicroseconds)
    for digit in number.fraction.utf8.map({ Int64($0 - UInt8(ascii: "0")) }) {
      let share = place * digit
      guard share % 10 == 0, place > 0 || digit == 0 else {
        throw GrammarError("\(text.shown) is finer than a microsecond")
      }
      fraction += share / 10
      place /= 10
    }
    return micros + fraction
  }
}

/// The units of a duration, shortest first.
private enum DurationUnit: String {
  case microsecond = "us"
  case millisecond = "ms"
  case second = "s"
  case minute = "m"
  case hour = "h"

  var inMicroseconds: Int64 {
    switch self {
    case .microsecond: 1
    case .millisecond: 1000
    case .second: 1_000_000
    case .minute: 60_000_000
    case .hour: 3_600_000_000
    }
  }
}

extension Character {
  package var isASCIIDigit: Bool { isASCII && isWholeNumber }
}

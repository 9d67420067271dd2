package import GateArguments
internal import GateCore
internal import GateDisplay
internal import GateInsight
internal import GateSettings

/// The options of `plan` besides the settings; all errors are reported at once.
package struct PlanQuestions {
  var rates: [Double]
  var bootTime: Duration
  var outage: PlanDocument.Outage?
  var limits: [ThresholdSearch.Limit]

  static let standardRates = [0.01, 0.1, 0.2, 0.5, 0.9, 1]

  private static let failureRate = CommandOption(
    "failure-rate", "P",
    "The probability that a check fails. (default: 0.01, 0.1, 0.2, 0.5, 0.9, 1)",
    isRepeatable: true)
  private static let bootTime = CommandOption(
    "boot-time", "TIME", "Time that an instance takes to boot; checks fail until then.")
  private static let outageLength = CommandOption(
    "outage-length", "TIME",
    "Length of an outage, in which all checks fail; it may begin at any moment before the deadline."
  )
  private static let outageAfter = CommandOption(
    "outage-after", "TIME", "Time from the start of the run to the start of the outage.")
  private static let falsePromote = CommandOption(
    "false-promote", "P",
    "Propose thresholds that promote a bad group with at most this probability.")
  private static let atFailureRate = CommandOption(
    "at-failure-rate", "P", "The failure rate of a bad group.")
  private static let falseRollback = CommandOption(
    "false-rollback", "P",
    "Propose thresholds that roll back a good group with at most this probability.")
  private static let atFailureRateGood = CommandOption(
    "at-failure-rate-good", "P", "The failure rate of a good group.")

  package static let options = [
    failureRate, bootTime, outageLength, outageAfter, falsePromote, atFailureRate, falseRollback,
    atFailureRateGood,
  ]

  /// - Throws: `CommandFailure` with all invalid options.
  package init(_ words: CommandWords) throws(CommandFailure) {
    var reader = Reader(words: words)
    let rates = words[Self.failureRate].compactMap { reader.rate($0, of: Self.failureRate) }
    self.rates = rates.isEmpty ? Self.standardRates : rates
    bootTime = reader.time(of: Self.bootTime) ?? .zero
    let length = reader.time(of: Self.outageLength)
    let after = reader.time(of: Self.outageAfter)
    reader.refuse(Self.outageAfter, without: Self.outageLength)
    outage = length.flatMap { $0 > .zero ? PlanDocument.Outage(length: $0, after: after) : nil }
    limits = []
    if let (most, rate) = reader.pair(Self.falsePromote, Self.atFailureRate) {
      limits.append(ThresholdSearch.Limit(.falsePromote, atMost: most, failureRate: rate))
    }
    if let (most, rate) = reader.pair(Self.falseRollback, Self.atFailureRateGood) {
      limits.append(ThresholdSearch.Limit(.falseRollback, atMost: most, failureRate: rate))
    }
    guard reader.mistakes.isEmpty else {
      throw CommandFailure(.usage, reader.mistakes.joined(separator: "\nhealthgate: error: "))
    }
  }

  private struct Reader {
    let words: CommandWords
    var mistakes: [String] = []

    mutating func rate(_ text: String, of option: CommandOption) -> Double? {
      read(option) { () throws(GrammarError) in try RateText(parsing: text).value }
    }

    mutating func time(of option: CommandOption) -> Duration? {
      guard let text = words.value(of: option) else { return nil }
      return read(option) { () throws(GrammarError) in try Duration(parsing: text) }
    }

    private mutating func read<Value>(
      _ option: CommandOption, _ value: () throws(GrammarError) -> Value
    ) -> Value? {
      do throws(GrammarError) {
        return try value()
      } catch {
        mistakes.append("\(option.flag): \(error.description)")
        return nil
      }
    }

    mutating func refuse(_ option: CommandOption, without other: CommandOption) {
      guard words.has(option), !words.has(other) else { return }
      mistakes.append("\(option.flag) is given without \(other.flag)")
    }

    /// A limit and its failure rate, each of which requires the other; nil if neither is given.
    mutating func pair(_ limit: CommandOption, _ rate: CommandOption) -> (Double, Double)? {
      refuse(limit, without: rate)
      refuse(rate, without: limit)
      guard let most = words.value(of: limit), let at = words.value(of: rate) else { return nil }
      let values = (self.rate(most, of: limit), self.rate(at, of: rate))
      guard let first = values.0, let second = values.1 else { return nil }
      return (first, second)
    }
  }
}

internal import GateCore
internal import GateDisplay
internal import GateInsight
internal import GateSettings

/// What is asked of a plan beside the settings, understood; all mistakes are told at once.
package struct PlanQuestions {
  var rates: [Double]
  var bootTime: Duration
  var outage: PlanDocument.Outage?
  var limits: [ThresholdSearch.Limit]

  static let standardRates = [0.01, 0.1, 0.2, 0.5, 0.9, 1]

  /// As they are given on the command line.
  package struct Texts {
    package var failureRate: [String] = []
    package var bootTime: String?
    package var outageLength: String?
    package var outageAfter: String?
    package var falsePromote: String?
    package var atFailureRate: String?
    package var falseRollback: String?
    package var atFailureRateGood: String?

    package init() {}
  }

  /// - Throws: `CommandFailure` with all that cannot be.
  package init(_ flags: Texts) throws(CommandFailure) {
    var reader = Reader()
    let rates = flags.failureRate.compactMap { reader.rate($0, of: "--failure-rate") }
    self.rates = rates.isEmpty ? Self.standardRates : rates
    bootTime = reader.time(flags.bootTime, of: "--boot-time") ?? .zero
    let length = reader.time(flags.outageLength, of: "--outage-length")
    let after = reader.time(flags.outageAfter, of: "--outage-after")
    if flags.outageAfter != nil, flags.outageLength == nil {
      reader.mistakes.append("--outage-after is given without --outage-length")
    }
    outage = length.flatMap { $0 > .zero ? PlanDocument.Outage(length: $0, after: after) : nil }
    limits = []
    if let (most, rate) = reader.pair(
      (flags.falsePromote, "--false-promote"), (flags.atFailureRate, "--at-failure-rate"))
    {
      limits.append(ThresholdSearch.Limit(.falsePromote, atMost: most, failureRate: rate))
    }
    if let (most, rate) = reader.pair(
      (flags.falseRollback, "--false-rollback"),
      (flags.atFailureRateGood, "--at-failure-rate-good"))
    {
      limits.append(ThresholdSearch.Limit(.falseRollback, atMost: most, failureRate: rate))
    }
    guard reader.mistakes.isEmpty else {
      throw CommandFailure(.usage, reader.mistakes.joined(separator: "\nhealthgate: error: "))
    }
  }

  private struct Reader {
    var mistakes: [String] = []

    mutating func rate(_ text: String, of flag: String) -> Double? {
      do throws(GrammarError) {
        return try RateText(parsing: text).value
      } catch {
        mistakes.append("\(flag): \(error.description)")
        return nil
      }
    }

    mutating func time(_ text: String?, of flag: String) -> Duration? {
      guard let text else { return nil }
      do throws(GrammarError) {
        return try Duration(parsing: text)
      } catch {
        mistakes.append("\(flag): \(error.description)")
        return nil
      }
    }

    /// A limit and the rate at which it holds: neither says anything without the other.
    mutating func pair(
      _ limit: (text: String?, flag: String), _ rate: (text: String?, flag: String)
    ) -> (Double, Double)? {
      guard limit.text != nil || rate.text != nil else { return nil }
      guard let most = limit.text, let at = rate.text else {
        let (given, lacking) = limit.text == nil ? (rate, limit) : (limit, rate)
        mistakes.append("\(given.flag) is given without \(lacking.flag)")
        return nil
      }
      let values = (self.rate(most, of: limit.flag), self.rate(at, of: rate.flag))
      guard let first = values.0, let second = values.1 else { return nil }
      return (first, second)
    }
  }
}

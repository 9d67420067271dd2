internal import GateCore
internal import GateSettings
internal import GateText

/// The line of an instance in the display, before its width is known.
struct ProgressRow: Sendable {
  var symbol: String
  var tone: Tone
  var name: String
  var state: String
  /// The progress towards the nearest threshold, such as `●●○` or `2/10`; failures are `×`.
  var counts: DisplayLine
  /// The result of the latest check.
  var result: String
  var shortResult: String
  var latency: String
  var sparkline: DisplayLine

  init(_ key: InstanceKey, of gate: Gate, on board: ProgressBoard) {
    let record = gate[key]
    let last = board.history.last(of: key)
    name = record.instance.name
    state = record.health.state.rawValue
    let decides = gate.policy.loadBalancer == .decides
    counts = decides ? DisplayLine("") : Self.counts(of: record, under: gate.check(of: record))
    latency = board.history.lastLatency(of: key).map(latencyWords) ?? ""
    sparkline = .sparkline(board.history.latest(of: key), timeout: gate.check(of: record).timeout)
    tone = board.standings[key.index].tone
    (symbol, (result, shortResult)) = (Self.symbol(of: record), Self.result(of: record, last))
    if decides {
      result = record.view?.words ?? "not reported yet"
      shortResult = record.view?.reasonCode?.printable ?? result
    }
  }

  private static func symbol(of record: InstanceRecord) -> String {
    switch record.health.state {
    case .initial: "-"
    case .healthy: "✓"
    case .unhealthy: "✗"
    }
  }

  private static func result(
    of record: InstanceRecord, _ mark: CheckHistory.Mark?
  ) -> (full: String, short: String) {
    let history = record.history
    return switch mark {
    case nil: ("no result yet", "no result yet")
    case .success: ("ok", "ok")
    case .failure: (history.lastFailure?.words ?? "", history.lastFailure?.shortWords ?? "")
    case .lost: ("check lost: \(history.lastLoss?.fault.detail.printable ?? "")", "check lost")
    }
  }

  // MARK: - Counts

  private static func counts(of record: InstanceRecord, under check: HealthCheck) -> DisplayLine {
    let health = record.health
    switch health.state {
    case .unhealthy:
      return successes(health.consecutiveSuccesses, of: check.healthyThreshold)
    case .initial where health.consecutiveFailures == 0:
      return successes(health.consecutiveSuccesses, of: check.initialThreshold)
    case .healthy where health.consecutiveFailures == 0:
      let passed =
        record.history.transitions.last?.from == .unhealthy
        ? check.healthyThreshold : check.initialThreshold
      return successes(passed, of: passed)
    case .initial, .healthy:
      return failures(health.consecutiveFailures, of: check.unhealthyThreshold)
    }
  }

  /// The largest threshold that is shown as dots; larger ones are shown as numbers.
  private static let mostDots = 5

  private static func successes(_ count: Int, of threshold: Int) -> DisplayLine {
    guard threshold <= mostDots else {
      return DisplayLine("\(count)/\(threshold)", count > 0 ? .good : .faint)
    }
    return dots("●", .good, count, of: threshold)
  }

  private static func failures(_ count: Int, of threshold: Int) -> DisplayLine {
    guard threshold <= mostDots else { return DisplayLine("×\(count)/\(threshold)", .bad) }
    return dots("×", .bad, count, of: threshold)
  }

  private static func dots(
    _ dot: String, _ tone: Tone, _ count: Int, of threshold: Int
  ) -> DisplayLine {
    let full = min(count, threshold)
    var line = DisplayLine(String(repeating: dot, count: full), tone)
    line.append(String(repeating: "○", count: threshold - full), .faint)
    return line
  }
}

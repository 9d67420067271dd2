import GateCore

/// What was simulated, in numbers.
struct Figures {
  private(set) var worlds = 0
  private(set) var checks = 0
  private(set) var events = 0
  private var virtualSeconds = 0.0
  private var largest = 0
  private var modelled = 0
  private var codes: [ReasonCode: Int] = [:]

  mutating func add(_ trial: WorldTrial, _ run: WorldRun) {
    worlds += 1
    checks += run.checks
    events += run.events
    virtualSeconds += Double(run.time.microseconds) / 1_000_000
    largest = max(largest, trial.world.instances.count)
    if trial.kind == .small { modelled += run.checks }
    codes[run.verdict.reason.code, default: 0] += 1
  }

  /// `seconds` are those of the processor.
  func text(seconds: Double) -> String {
    let verdicts = codes.sorted { ($1.value, $0.key.rawValue) < ($0.value, $1.key.rawValue) }
      .map { "\($0.key.rawValue) \($0.value)" }
    return """
      worlds      \(worlds)
      checks      \(checks), \(modelled) of them beside the slow model
      events      \(events)
      instances   up to \(largest)
      verdicts    \(verdicts.joined(separator: ", "))
      simulated   \(Int(virtualSeconds / 3600)) hours
      processor   \(Int(seconds.rounded())) s, \(Int(Double(checks) / max(seconds, 0.001))) checks a second

      """
  }
}

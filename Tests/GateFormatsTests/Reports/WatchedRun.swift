import GateCore
import GateDisplay
import GateRecords
import GateReports
import GateText
import TestSupport

/// A run on virtual time, with both displays watching.
struct WatchedRun {
  private(set) var gate: Gate
  private(set) var board: ProgressBoard
  private(set) var log: ProgressLog
  /// All lines so far.
  private(set) var lines = ""
  let header: RunHeader
  private(set) var now = GateInstant.start
  private var effects: [GateEffect] = []
  private var wanted: [InstanceKey: GateInstant] = [:]

  init(
    _ check: HealthCheck, _ policy: GatePolicy, advisory isAdvisory: Bool = false,
    settings: [RunHeader.ChosenSetting] = [], warnings: [String] = []
  ) {
    header = RunHeader(
      healthgateVersion: "0.1.0", runID: "test", startedAt: Timestamp(milliseconds: 0),
      checks: [RunHeader.Check(check, request: [])], policy: policy, isAdvisory: isAdvisory,
      group: RunHeader.Group(source: "instances", name: nil), settings: settings,
      warnings: warnings,
      journalPath: "run.ndjson")
    gate = Gate(check: check, policy: policy)
    board = ProgressBoard(header)
    log = ProgressLog(header)
  }

  /// Sends an event and ends the turn.
  mutating func send(_ event: GateEvent, at seconds: Double) {
    sendWithinTurn(event, at: seconds)
    endTurn()
  }

  mutating func sendWithinTurn(_ event: GateEvent, at seconds: Double) {
    now = .seconds(seconds)
    effects.removeAll()
    let isFolded = gate.handle(event, at: now, effects: &effects)
    for case .startCheck(let key, let start) in effects { wanted[key] = start }
    guard isFolded || !effects.isEmpty else { return }
    let seen = isFolded ? event : .wokeUp
    board.observe(seen, effects[...], in: gate)
    log.observe(seen, effects[...], at: now, in: gate)
  }

  /// Returns when the log wants the next turn.
  @discardableResult
  mutating func endTurn() -> GateInstant? {
    let next = log.turnEnded(at: now, in: gate)
    lines += log.takeLines()
    return next
  }

  mutating func join(_ ids: [String], at seconds: Double = 0) {
    for id in ids { sendWithinTurn(.instanceAdded(.sample(id)), at: seconds) }
    endTurn()
  }

  /// When a check began that ended then: no check begins before its slot.
  private func start(of index: Int, _ end: Double, _ milliseconds: Double) -> GateInstant {
    let begun = GateInstant.seconds(end - milliseconds / 1000)
    return max(begun, min(wanted[InstanceKey(index)] ?? begun, .seconds(end)))
  }

  /// A success of so many milliseconds that ends then.
  mutating func pass(
    _ index: Int, at seconds: Double, took milliseconds: Double = 2, version: String? = nil
  ) {
    send(
      .checked(
        InstanceKey(index),
        CheckReport(
          started: start(of: index, seconds, milliseconds), result: .success, status: 200,
          latencyMicroseconds: Int64(milliseconds * 1000), version: version)),
      at: seconds)
  }

  mutating func fail(
    _ index: Int, at seconds: Double, _ kind: FailureKind = .statusMismatch, status: Int? = 503,
    _ detail: String? = "HTTP 503, not 200", took milliseconds: Double = 3,
    evidence: Evidence? = nil, version: String? = nil
  ) {
    send(
      .checked(
        InstanceKey(index),
        CheckReport(
          started: start(of: index, seconds, milliseconds), result: .failure(kind),
          status: status, latencyMicroseconds: Int64(milliseconds * 1000), detail: detail,
          version: version, evidence: evidence)),
      at: seconds)
  }

  mutating func refuse(_ index: Int, at seconds: Double) {
    fail(index, at: seconds, .connectionRefused, status: nil, "connection refused", took: 0.2)
  }

  mutating func lose(_ index: Int, at seconds: Double) {
    send(
      .checkLost(
        InstanceKey(index),
        GateFault(detail: "no socket: too many open files", started: .seconds(seconds))),
      at: seconds)
  }

  /// The display now, a line a line.
  func frame(width: Int, height: Int, style: TextStyle = .plain) -> String {
    board.frame(of: gate, at: now, width: width, height: height)
      .map { $0.text(in: style) + "\n" }.joined()
  }

  /// The verdict for people.
  func report(_ style: TextStyle = .plain, exitCode: Int = 1) -> String {
    guard let verdict = gate.verdict else { return "no verdict yet" }
    let document = VerdictDocument(
      header: header, gate: gate, verdict: verdict, exitCode: exitCode,
      journal: JournalDigest(path: "run.ndjson", sha256: "00", events: 12))
    return TextReport(document, style: style).text
  }
}

import GateCore
import GateEngine
import TestSupport

/// Follows a run event by event, with the rules that each must keep.
final class RunWatch: GateObserver {
  /// Everything that was folded in, unless it is too much to keep.
  private(set) var history: [VirtualRun.TimedEvent] = []
  private(set) var events = 0
  private(set) var checker = EffectsChecker()
  private(set) var rules: FleetRules
  /// When the verdict was told.
  private(set) var told: GateInstant?
  /// The first event at which the slow model says something else, in words.
  private(set) var disagreement: String?

  private let keepsHistory: Bool
  private let model: SlowModel?
  private var standing: SlowModel.Standing
  private var trial: SlowModel.Trial?
  private var verdict: SlowModel.Conclusion?

  /// The model looks at every microsecond, so it goes only with runs of few.
  init(
    _ check: HealthCheck, _ policy: GatePolicy, model: SlowModel? = nil, keepsHistory: Bool = true
  ) {
    self.model = model
    self.keepsHistory = keepsHistory
    rules = FleetRules(check, policy)
    standing = SlowModel.Standing(expected: policy.expected)
  }

  var violations: [Violation] {
    checker.violations.map { Violation(.effects, $0) } + rules.violations
      + (disagreement.map { [Violation(.model, $0)] } ?? [])
  }

  func observe(
    _ event: GateEvent, _ effects: ArraySlice<GateEffect>, at instant: GateInstant, in gate: Gate
  ) {
    events += 1
    if case .conclude? = effects.last { told = told ?? instant }
    checker.willHandle(event, at: instant)
    checker.didHandle(event, at: instant, accepted: true, effects: effects)
    rules.observe(event, effects, at: instant.microseconds, in: gate)
    let last = history.last?.at.microseconds ?? 0
    if keepsHistory { history.append(VirtualRun.TimedEvent(event: event, at: instant)) }
    guard let model, disagreement == nil else { return }
    verdict =
      verdict ?? model.verdict(byTimeFrom: last, through: instant.microseconds, standing, &trial)
    if verdict == nil {
      standing = model.standing(after: history)
      verdict = model.verdict(at: instant.microseconds, standing, &trial)
    }
    compare(gate, after: event, at: instant)
  }

  func turnEnded(at instant: GateInstant, in gate: Gate) -> GateInstant? { nil }

  private func compare(_ gate: Gate, after event: GateEvent, at instant: GateInstant) {
    let decided = gate.verdict.map {
      SlowModel.Conclusion(decision: $0.decision, code: $0.reason.code, at: $0.at.microseconds)
    }
    guard
      decided != verdict || gate.expected != standing.expected
        || gate.records.map(\.health.state) != standing.members.map(\.state)
        || gate.records.map({ $0.removed != nil }) != standing.members.map(\.hasLeft)
    else { return }
    disagreement = """
      after \(event) at \(instant.microseconds)
      gate:  \(gate.records.map(\.health.state)) of \(gate.expected), \
      \(gate.verdict.map { "\($0)" } ?? "no verdict")
      model: \(standing.members.map(\.state)) of \(standing.expected), \
      \(verdict.map { "\($0)" } ?? "no verdict")
      """
  }
}

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
  private(set) var invariants: Invariants
  /// When the verdict was told.
  private(set) var told: GateInstant?
  /// When the gate first had all that a promotion needs but for the latest checks.
  private(set) var held: GateInstant?
  /// The first event at which the slow model says something else, in words.
  private(set) var disagreement: String?

  private let keepsHistory: Bool
  private var model: SlowModel?

  /// The model looks at every microsecond, so it goes only with runs of few.
  init(
    _ check: HealthCheck, _ policy: GatePolicy, model: SlowModel? = nil, keepsHistory: Bool = true,
    invariants: Invariants? = nil
  ) {
    self.model = model
    self.keepsHistory = keepsHistory
    rules = FleetRules(check, policy)
    self.invariants = invariants ?? Invariants(check, policy)
  }

  var violations: [Violation] {
    checker.violations.map { Violation(.effects, $0) } + rules.violations + invariants.violations
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
    invariants.observe(event, effects, at: instant.microseconds, in: gate)
    held = rules.readySince.map(GateInstant.init(microseconds:))
    let timed = VirtualRun.TimedEvent(event: event, at: instant)
    if keepsHistory { history.append(timed) }
    guard disagreement == nil else { return }
    model?.take(timed)
    disagreement = model?.disagreement(with: gate, after: timed)
  }

  func turnEnded(at instant: GateInstant, in gate: Gate) -> GateInstant? { nil }
}

extension SlowModel {
  /// Whether it can be said as well.
  private func allows(_ other: Conclusion?) -> Bool {
    guard !isDebatable else { return other?.decision != .promote }
    guard let other, let conclusion else { return false }
    // A gate that was held up while the old group was asked notices what it has missed when it looks.
    return trial != nil && other.decision == conclusion.decision && other.code == conclusion.code
      && members.contains { member in
        !member.hasLeft && member.role == .baseline
          && results(of: member, at: max(other.at, conclusion.at)).last?.report == nil
      }
  }

  /// What the gate says otherwise, in words.
  func disagreement(with gate: Gate, after timed: VirtualRun.TimedEvent) -> String? {
    let decided = gate.verdict.map {
      Conclusion(decision: $0.decision, code: $0.reason.code, at: $0.at.microseconds)
    }
    let now = conclusion?.at ?? timed.at.microseconds
    let states = members.map { state(of: $0, at: now) }
    // After a debatable end nothing is compared any more.
    guard !(isDebatable && allows(decided)) else { return nil }
    guard
      decided != conclusion && !allows(decided)
        || gate.expected != expected
        || gate.records.map(\.health.state) != states
        || gate.records.map({ $0.removed != nil }) != members.map(\.hasLeft)
    else { return nil }
    return """
      after \(timed.words)
      gate:  \(gate.records.map(\.health.state.letter)) of \(gate.expected), \
      \(gate.verdict.map { "\($0)" } ?? "no verdict")
      model: \(states.map(\.letter)) of \(expected), \
      \(conclusion.map { "\($0)" } ?? "no verdict")
      """
  }
}

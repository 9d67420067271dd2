import GateCore
import GateEngine
import TestSupport

/// What stands behind the real engine on virtual time.
///
/// Its instances answer as they are told, its source lists what it is told, and nothing waits.
final class VirtualFleet: CheckPort, MembershipFeed {
  /// How a check that starts now ends: after so many microseconds; nil for silence.
  typealias Answer = (Instance, GateInstant) -> (mark: Mark, after: Int64)?

  private(set) var now = GateInstant.start
  let hasRoom = true
  /// What the engine did that it must not do.
  private(set) var violations: [String] = []
  /// Failed checks that were reported, by key: what alone may be held against an instance.
  private(set) var failures: [InstanceKey: Int] = [:]

  private let answer: Answer
  /// In the order of their times.
  private var updates: ArraySlice<(at: GateInstant, update: FeedUpdate)>
  private var ends: [(at: GateInstant, key: InstanceKey, event: GateEvent)] = []
  private var underWay: Set<InstanceKey> = []
  private var cancelled: Set<InstanceKey> = []
  private var waits = 0

  init(updates: [(at: GateInstant, update: FeedUpdate)], answer: @escaping Answer) {
    self.updates = updates.sorted { $0.at < $1.at }[...]
    self.answer = answer
  }

  func takeUpdates() -> [FeedUpdate] {
    let due = updates.prefix { $0.at <= now }
    updates = updates.dropFirst(due.count)
    return due.map(\.update)
  }

  func start(_ key: InstanceKey, _ instance: Instance) {
    if !underWay.insert(key).inserted { violations.append("two checks of \(key) at once") }
    if cancelled.contains(key) { violations.append("a check of \(key), which has left") }
    guard let (mark, latency) = answer(instance, now) else { return }
    let end = GateInstant(microseconds: now.microseconds + latency)
    let event: GateEvent =
      if let result = mark.result {
        .checked(key, .sample(result, from: now, to: end))
      } else {
        .checkLost(key, GateFault(detail: "no descriptor", started: now))
      }
    ends.append((end, key, event))
  }

  func cancel(_ key: InstanceKey) {
    cancelled.insert(key)
    underWay.remove(key)
    ends.removeAll { $0.key == key }
  }

  func wait(until limit: GateInstant, into happenings: inout [Happening]) {
    waits += 1
    precondition(waits < 1_000_000, "the run does not end")
    let next = [ends.map(\.at).min(), updates.first?.at, limit].compactMap { $0 }.min() ?? limit
    now = max(now, next)
    let due = ends.filter { $0.at <= now }.sorted { ($0.at, $0.key.index) < ($1.at, $1.key.index) }
    ends.removeAll { $0.at <= now }
    for end in due {
      underWay.remove(end.key)
      if case .checked(_, let report) = end.event, report.result != .success {
        failures[end.key, default: 0] += 1
      }
      happenings.append(Happening(end.event, at: end.at))
    }
  }
}

/// Follows a run event by event, with the rules that each must keep.
final class RunWatch: GateObserver {
  private(set) var history: [VirtualRun.TimedEvent] = []
  private(set) var checker = EffectsChecker()
  /// The first event at which the slow model says something else, in words.
  private(set) var disagreement: String?

  private let model: SlowModel?
  private var standing: SlowModel.Standing
  private var trial: SlowModel.Trial?
  private var verdict: SlowModel.Conclusion?

  /// The model looks at every microsecond, so it goes only with runs of few.
  init(policy: GatePolicy, model: SlowModel? = nil) {
    self.model = model
    standing = SlowModel.Standing(expected: policy.expected)
  }

  func observe(
    _ event: GateEvent, _ effects: ArraySlice<GateEffect>, at instant: GateInstant, in gate: Gate
  ) {
    checker.willHandle(event, at: instant)
    checker.didHandle(event, at: instant, accepted: true, effects: effects)
    let last = history.last?.at.microseconds ?? 0
    history.append(VirtualRun.TimedEvent(event: event, at: instant))
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

package import GateCore
package import GateEngine
import TestSupport

/// Writes what a run saw, and reads it back.
package protocol RunRecorder: GateObserver {
  init(check: HealthCheck, policy: GatePolicy)

  /// What the bytes come to, read and decided once more: what is not the same, in words.
  func problems(after verdict: Verdict, of gate: Gate) -> [String]
}

/// One world, judged by the real engine and watched.
struct WorldRun {
  /// What watches it, beside the rules that watch each run.
  struct Watch {
    /// For worlds in which a microsecond is long.
    var withModel = false
    var recorder: (any RunRecorder.Type)?
    /// Whether it is only to be compared with another.
    var isTwin = false
    /// More checks than these are not kept for a replay.
    var mostKept = 200_000
  }

  let verdict: Verdict
  let violations: [Violation]
  let history: [VirtualRun.TimedEvent]
  /// When all held that a promotion needs but for the latest checks, the last time.
  let held: GateInstant?
  var checks = 0
  var events = 0
  /// From the start to the verdict.
  var time: GateInstant { verdict.at }

  init(of world: World, _ watching: Watch) {
    let (check, policy) = (world.settings.check, world.settings.policy)
    let fleet = VirtualFleet(of: world)
    let startsLate = world.settings.room != nil || world.settings.startCost != nil
    let watch = RunWatch(
      check, policy,
      model: watching.withModel
        ? SlowModel(check: check, policy: policy, startsLate: startsLate) : nil,
      keepsHistory: world.mostChecks <= watching.mostKept, invariants: world.invariants)
    // Who has no business to be told of is in no journal.
    let recorder =
      world.strays.contains { $0.kind != .signal }
      ? nil : watching.recorder.map { $0.init(check: check, policy: policy) }
    var engine = GateEngine(
      Gate(check: check, policy: policy), port: fleet,
      observers: [watch] + (recorder.map { [$0] } ?? []),
      feed: VirtualSource(world.updates(of: .member), of: fleet),
      baselineFeed: VirtualSource(world.updates(of: .baseline), of: fleet))
    verdict = engine.run(world.atFirst, guards: world.guards)
    history = watch.history
    held = watch.held
    (checks, events) = (fleet.checks, watch.events)
    var violations = watch.violations + fleet.violations
    violations += Self.atTheEnd(engine.gate, verdict, watch, fleet)
    let late = (watch.told ?? verdict.at).microseconds - verdict.at.microseconds
    if late > world.mostLate {
      violations.append(Violation(.earliest, "the verdict was told \(late) microseconds late"))
    }
    violations += world.truths(against: verdict, watching).map { Violation(.outside, $0) }
    if let recorder {
      let problems = recorder.problems(after: verdict, of: engine.gate)
      violations += problems.map { Violation(.journal, $0) }
    }
    self.violations = violations
  }

  private static func atTheEnd(
    _ gate: Gate, _ verdict: Verdict, _ watch: RunWatch, _ fleet: VirtualFleet
  ) -> [Violation] {
    var violations: [Violation] = []
    if watch.checker.verdict != verdict {
      violations.append(Violation(.effects, "a verdict that nobody was told"))
    }
    for (index, record) in gate.records.enumerated() {
      let seen = fleet.failures.indices.contains(index) ? fleet.failures[index] : 0
      guard record.failures > seen else { continue }
      violations.append(
        Violation(
          .faults, "\(record.failures) failures of \(record.instance.id), but \(seen) happened"))
    }
    guard !watch.history.isEmpty else { return violations }
    var again = Gate(check: gate.check, policy: gate.policy)
    var ignored: [GateEffect] = []
    for timed in watch.history { again.handle(timed.event, at: timed.at, effects: &ignored) }
    if again.verdict != verdict || again.records != gate.records {
      let said = again.verdict.map { "\($0)" } ?? "none"
      violations.append(Violation(.replay, "another verdict in the replay: \(said)"))
    }
    return violations
  }
}

extension World {
  /// A verdict is told so late at most: the gate was held up, or was beginning a burst of checks.
  var mostLate: Int64 {
    pauses.filter { !($0.clockStands ?? false) }.reduce(0) { $0 + $1.lasts }
      + 16 * (settings.startCost ?? 0)
  }

  /// About so many checks at most.
  var mostChecks: Int {
    let rounds = Int((settings.deadline + settings.interval) / settings.interval)
    return instances.count.multipliedReportingOverflow(by: rounds).partialValue
  }
}

extension VirtualFleet {
  /// Behaves as the world says.
  convenience init(of world: World) {
    let settings = world.settings
    let places = Dictionary(grouping: world.instances, by: \.place)
    var known: [[Inhabitant]] = []
    let trial = Int64(settings.unhealthy) * settings.interval + settings.timeout
    let paused = world.pauses.reduce(0) { $0 + $1.lasts }
    self.init(
      Limits(
        room: settings.room, startCost: settings.startCost ?? 0,
        timeout: settings.neverTimesOut ?? false ? nil : settings.timeout,
        horizon: settings.deadline + trial + paused + 10,
        // A burst of first checks is begun in turns without a wait.
        idleWaits: 1000 + world.instances.count / 8),
      moments: [InstanceRole.member, .baseline].flatMap { world.updates(of: $0).map(\.at) },
      pauses: world.pauses, strays: world.strays
    ) { key, instance, moment in
      while known.count <= key.index { known.append([]) }
      if known[key.index].isEmpty { known[key.index] = places[instance.place] ?? [] }
      let inhabitants = known[key.index]
      // Whoever is there answers, whatever it was called when it was listed.
      guard
        let one = inhabitants.count == 1
          ? inhabitants[0] : inhabitants.last(where: { $0.joined <= moment }) ?? inhabitants.first
      else { return nil }
      for split in world.splits {
        switch split.fate(of: one, at: moment, timeout: settings.timeout) {
        case .lost(let after)?: return (.lost, after)
        case .silence?: return nil
        case nil: break
        }
      }
      return one.answer(at: moment, timeout: settings.timeout)
    }
  }
}

extension Inhabitant {
  /// Where its checks go.
  fileprivate var place: String { instance(at: 0).place }
}

extension Instance {
  fileprivate var place: String {
    "\(role.rawValue) \(role == .guard ? id : "\(address):\(port)")"
  }
}

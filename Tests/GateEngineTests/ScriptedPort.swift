import GateCore
import GateEngine
import TestSupport

/// A port on virtual time: each wait ends at once, with the clock where the wait was to lead.
final class ScriptedPort: Checker {
  /// How the n-th check of an instance goes.
  struct Ending {
    var result: CheckResult?
    var latency: Duration

    /// Lost to a fault of the gate's own.
    static let lost = Ending(result: nil, latency: .milliseconds(1))

    static func success(after latency: Duration = .milliseconds(2)) -> Ending {
      Ending(result: .success, latency: latency)
    }

    static func failure(
      _ kind: FailureKind = .statusMismatch, after latency: Duration = .milliseconds(2)
    ) -> Ending {
      Ending(result: .failure(kind), latency: latency)
    }
  }

  struct Start: Hashable {
    var key: InstanceKey
    var at: GateInstant
  }

  private(set) var now = GateInstant.start
  private(set) var starts: [Start] = []
  private(set) var cancelled: [InstanceKey] = []
  /// How many checks were begun before each wait.
  private(set) var startsPerWait: [Int] = []
  /// Until when each wait was to last.
  private(set) var limits: [GateInstant] = []
  /// The most checks at the same time.
  private(set) var mostUnderWay = 0

  /// So many checks can run at the same time.
  var room = Int.max
  /// How long the loop is held up before it comes back from waiting.
  var lateness = Duration.zero
  /// What happens by itself.
  var disturbances: [CheckerEvent] = []
  /// After so many waits the port interrupts: no test goes on for ever.
  var mostWaits = 100_000

  private var underWay: [Check] = []
  private var counts: [InstanceKey: Int] = [:]
  private let ending: (InstanceKey, Int) -> Ending

  private struct Check {
    var start: Start
    var ends: GateInstant
    var result: CheckResult?
  }

  /// The closure tells how the n-th check of an instance ends, from 0.
  init(
    at start: GateInstant = .start,
    _ ending: @escaping (InstanceKey, Int) -> Ending = { _, _ in .success() }
  ) {
    now = start
    self.ending = ending
  }

  var hasRoom: Bool { underWay.count < room }

  func start(_ key: InstanceKey, _ instance: Instance) {
    let start = Start(key: key, at: now)
    starts.append(start)
    let ending = ending(key, counts[key, default: 0])
    counts[key, default: 0] += 1
    underWay.append(Check(start: start, ends: now + ending.latency, result: ending.result))
    mostUnderWay = max(mostUnderWay, underWay.count)
  }

  func cancel(_ key: InstanceKey) {
    cancelled.append(key)
    underWay.removeAll { $0.start.key == key }
  }

  func wait(until limit: GateInstant, into happenings: inout [CheckerEvent]) {
    startsPerWait.append(starts.count - startsPerWait.reduce(0, +))
    limits.append(limit)
    let next = (underWay.map(\.ends) + disturbances.map(\.at)).min()
    now = max(now, min(next ?? limit, limit)) + lateness
    guard limits.count < mostWaits else {
      happenings.append(CheckerEvent(.interrupted(.terminate), at: now))
      return
    }
    var due = disturbances.filter { $0.at <= now }
    disturbances.removeAll { $0.at <= now }
    due += underWay.filter { $0.ends <= now }.map { check in
      CheckerEvent(event(check), at: check.ends)
    }
    underWay.removeAll { $0.ends <= now }
    // All is seen now, in the order in which it happened.
    happenings += due.sorted { $0.at < $1.at }.map { CheckerEvent($0.event, at: now) }
  }

  private func event(_ check: Check) -> GateEvent {
    guard let result = check.result else {
      return .checkLost(
        check.start.key, GateFault(detail: "no descriptor", started: check.start.at))
    }
    return .checked(
      check.start.key, .sample(result, from: check.start.at, to: check.ends))
  }

  /// When the checks of an instance began.
  func starts(of key: Int) -> [GateInstant] {
    starts.filter { $0.key == InstanceKey(key) }.map(\.at)
  }
}

/// Writes down what an observer is told.
final class RecordingObserver: GateObserver {
  struct Told: Hashable {
    var event: GateEvent
    var effects: [GateEffect]
    var at: GateInstant
  }

  private(set) var told: [Told] = []
  private(set) var turns: [GateInstant] = []
  /// When it wants to be called again.
  var next: (GateInstant) -> GateInstant? = { _ in nil }

  func observe(
    _ event: GateEvent, _ effects: ArraySlice<GateEffect>, at instant: GateInstant, in gate: Gate
  ) {
    told.append(Told(event: event, effects: Array(effects), at: instant))
  }

  func turnEnded(at instant: GateInstant, in gate: Gate) -> GateInstant? {
    turns.append(instant)
    return next(instant)
  }
}

extension GateEngine where Port == ScriptedPort {
  init(
    _ check: HealthCheck, _ policy: GatePolicy, port: ScriptedPort,
    observers: [any GateObserver] = []
  ) {
    self.init(Gate(check: check, policy: policy), port: port, observers: observers)
  }
}

/// This many instances, `i-0` first.
func instances(_ count: Int) -> [Instance] {
  (0..<count).map { .placed("i-\($0)") }
}

/// They as the group's listing.
func group(_ count: Int) -> [InstanceRole: GroupListing] {
  [.member: GroupListing(instances: instances(count))]
}

extension Instance {
  /// One at a place of its own.
  static func placed(_ id: String, _ role: InstanceRole = .member) -> Instance {
    Instance(id: id, address: "\(id).test", port: 80, role: role)
  }
}

import GateCore
import GateEngine
import TestSupport

/// What stands behind the real engine on virtual time: its instances answer as they are told, and
/// nothing waits.
///
/// It behaves as the real port does: an answer that was there when a process that was held up comes
/// back is taken, and the time-outs stand still meanwhile.
final class VirtualFleet: Checker {
  /// How a check that starts now, on the world's clock, ends: after so many microseconds; nil for
  /// silence.
  typealias Answer = (InstanceKey, Instance, Int64) -> (mark: Mark, after: Int64)?

  struct Limits {
    var room: Int?
    var startCost: Int64 = 0
    /// When silence is a failure; nil: never.
    var timeout: Int64?
    /// A run that lasts longer does not end.
    var horizon: Int64 = .max
    /// One in which so often in a row nothing happens, and no time passes, does not end either.
    var idleWaits = 1000
  }

  private(set) var now = GateInstant.start
  private let limits: Limits
  private let answer: Answer
  /// What the engine did that it must not do.
  private(set) var violations: [Violation] = []
  /// Failed checks that were reported, by key: what alone may be held against an instance.
  private(set) var failures: [Int] = []
  /// Checks that were reported, those among them that were lost.
  private(set) var checks = 0
  /// So far is the world's clock before the gate's: it went on while the gate's stood still.
  private(set) var ahead: Int64 = 0
  /// The time for which the process did not run, and its clock did.
  private var lost: Int64 = 0

  private struct UnderWay {
    var generation: Int
    var started: GateInstant
  }

  private var underWay: [InstanceKey: UnderWay] = [:]
  private var generations = 0
  private var ends = EndQueue()
  private var timeouts: [(deadline: Int64, key: InstanceKey, generation: Int)] = []
  private var firstTimeout = 0
  private var departed: Set<InstanceKey> = []
  private var latestDeparted: InstanceKey?
  /// In the order of their times.
  private var moments: ArraySlice<Int64>
  private var pauses: ArraySlice<World.Pause>
  private var strays: ArraySlice<World.Stray>
  private var idleWaits = 0

  /// `moments` are those at which a source has something to say.
  init(
    _ limits: Limits = Limits(), moments: [Int64], pauses: [World.Pause] = [],
    strays: [World.Stray] = [], answer: @escaping Answer
  ) {
    self.limits = limits
    self.moments = moments.sorted()[...]
    self.pauses = pauses.sorted { $0.at < $1.at }[...]
    self.strays = strays.sorted { $0.at < $1.at }[...]
    self.answer = answer
  }

  /// The world's own time.
  var worldNow: Int64 { now.microseconds + ahead }

  var hasRoom: Bool { limits.room.map { underWay.count < $0 } ?? true }

  func start(_ key: InstanceKey, _ instance: Instance) {
    if underWay[key] != nil { complain(.overlap, "two checks of \(key.index) at once") }
    if departed.contains(key) { complain(.unknown, "a check of \(key.index), which has left") }
    generations += 1
    underWay[key] = UnderWay(generation: generations, started: now)
    if let (mark, latency) = answer(key, instance, worldNow) {
      ends.insert(
        End(at: worldNow + latency, key: key, generation: generations, mark: mark, after: latency))
    } else if let timeout = limits.timeout {
      timeouts.append((now.microseconds - lost + timeout, key, generations))
    }
    now = GateInstant(microseconds: now.microseconds + limits.startCost)
  }

  func cancel(_ key: InstanceKey) {
    departed.insert(key)
    latestDeparted = key
    underWay[key] = nil
  }

  func wait(until limit: GateInstant, into happenings: inout [CheckerEvent]) {
    let before = (now, happenings.count)
    passTime(until: limit)
    report(&happenings)
    idleWaits = before == (now, happenings.count) ? idleWaits + 1 : 0
    guard now.microseconds > limits.horizon || idleWaits > limits.idleWaits else { return }
    complain(.end, "the run does not end")
    happenings.append(CheckerEvent(.interrupted(.terminate), at: now))
  }

  private func complain(_ rule: Violation.Rule, _ words: String) {
    violations.append(Violation(rule, words))
  }
}

// MARK: - Time

extension VirtualFleet {
  private func passTime(until limit: GateInstant) {
    while true {
      skipWhatIsOver()
      var next = limit.microseconds
      if let end = ends.first { next = min(next, end.at - ahead) }
      if firstTimeout < timeouts.count { next = min(next, timeouts[firstTimeout].deadline + lost) }
      if let moment = moments.first { next = min(next, moment - ahead) }
      if let stray = strays.first { next = min(next, stray.at - ahead) }
      next = max(next, now.microseconds)
      guard let pause = pauses.first, pause.at - ahead <= next else {
        now = GateInstant(microseconds: next)
        return
      }
      pauses.removeFirst()
      let begins = max(pause.at - ahead, now.microseconds)
      guard pause.clockStands ?? false else {
        now = GateInstant(microseconds: begins + pause.lasts)
        lost += pause.lasts
        return
      }
      now = GateInstant(microseconds: begins)
      ahead += pause.lasts
    }
  }

  private func skipWhatIsOver() {
    while let end = ends.first, underWay[end.key]?.generation != end.generation {
      ends.removeFirst()
    }
    while firstTimeout < timeouts.count,
      underWay[timeouts[firstTimeout].key]?.generation != timeouts[firstTimeout].generation
    {
      firstTimeout += 1
    }
    if firstTimeout > 4096 {
      timeouts.removeFirst(firstTimeout)
      firstTimeout = 0
    }
    while let moment = moments.first, moment < worldNow { moments.removeFirst() }
  }

  private func report(_ happenings: inout [CheckerEvent]) {
    while let end = ends.first, end.at <= worldNow {
      ends.removeFirst()
      guard let check = underWay[end.key], check.generation == end.generation else { continue }
      finish(end.key, end.mark, after: end.after, check.started, &happenings)
    }
    while firstTimeout < timeouts.count, timeouts[firstTimeout].deadline + lost <= now.microseconds
    {
      let expired = timeouts[firstTimeout]
      firstTimeout += 1
      guard let check = underWay[expired.key], check.generation == expired.generation else {
        continue
      }
      finish(expired.key, .timeout, after: limits.timeout ?? 0, check.started, &happenings)
    }
    while let moment = moments.first, moment <= worldNow { moments.removeFirst() }
    while let stray = strays.first, stray.at <= worldNow {
      strays.removeFirst()
      happenings.append(CheckerEvent(event(of: stray.kind), at: now))
    }
  }

  private func finish(
    _ key: InstanceKey, _ mark: Mark, after latency: Int64, _ started: GateInstant,
    _ happenings: inout [CheckerEvent]
  ) {
    underWay[key] = nil
    checks += 1
    guard let result = mark.result else {
      let fault = GateFault(detail: "no route from here", started: started)
      return happenings.append(CheckerEvent(.checkLost(key, fault), at: now))
    }
    if result != .success {
      while failures.count <= key.index { failures.append(0) }
      failures[key.index] += 1
    }
    var report = CheckReport.sample(result, from: started, to: now)
    report.latencyMicroseconds = latency
    happenings.append(CheckerEvent(.checked(key, report), at: now))
  }

  private func event(of stray: World.Stray.Kind) -> GateEvent {
    let nobody = InstanceKey(1_000_000)
    return switch stray {
    case .success: .checked(nobody, .sample(.success, from: now, to: now))
    case .failure: .checked(nobody, .sample(.failure(.statusMismatch), from: now, to: now))
    case .loss: .checkLost(nobody, GateFault(detail: "of nobody", started: now))
    case .removal: .instanceRemoved(nobody)
    case .view: .loadBalancerSaw(nobody, LoadBalancerView(state: .unhealthy))
    case .departed:
      .checked(
        latestDeparted ?? nobody, .sample(.failure(.statusMismatch), from: now, to: now))
    case .signal: .interrupted(.terminate)
    }
  }
}

/// Says what it is told to say, when its time has come.
final class VirtualSource: MembershipFeed {
  private let fleet: VirtualFleet
  private var updates: ArraySlice<World.Update>

  init(_ updates: [World.Update], of fleet: VirtualFleet) {
    self.updates = updates[...]
    self.fleet = fleet
  }

  func takeUpdates() -> [FeedUpdate] {
    guard let first = updates.first, first.at <= fleet.worldNow else { return [] }
    let due = updates.prefix { $0.at <= fleet.worldNow }
    updates = updates.dropFirst(due.count)
    return due.map { update in
      // An answer that waited for the gate is as old as it has become.
      let began = min(update.at - (update.takes ?? 0), fleet.worldNow)
      return FeedUpdate(update.make(), age: .microseconds(fleet.worldNow - max(0, began)))
    }
  }
}

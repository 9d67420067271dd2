import GateCore

/// What must hold of every run, said from outside.
///
/// It goes by what was seen of each instance in a row, by what the sources said, and by what the
/// world knows. Of soaks, states and what a promotion waits for it knows nothing, so it cannot share
/// a mistake about them.
struct Invariants {
  private let check: HealthCheck
  private let policy: GatePolicy
  /// When an instance died for good, by the world's own knowledge.
  private let death: (Instance) -> Int64?
  /// So late a check can begin, beyond its time, without being lost.
  private let lateness: Int64
  private(set) var violations: [Violation] = []
  private var seen: [Seen] = []
  private var expected: Int
  private var listing: (started: Int64, hasSucceeded: Bool)?
  private var verdict: Verdict?

  /// What was seen of one instance.
  private struct Seen {
    let instance: Instance
    let joined: Int64
    var isPresent = true
    var isLacked = false
    var view: InstanceState?
    /// In a row, the latest; what was forgiven is a failure, what was lost is nothing.
    var successes = 0
    /// In a row, the latest; a lost check ends the row.
    var failures = 0
    /// In a row, the latest that did not pass: failed, lost, or not made.
    var misses = 0
    var isUp = false
    var hasBeenDecided = false
    /// The start of the first check, from which the others are whole intervals away.
    var first: Int64?
    var nextDue: Int64
    var lastLoss: Int64?
    var passes = 0
    var resumed: Int64?
    var hasPassedSince = true
  }

  init(
    _ check: HealthCheck, _ policy: GatePolicy, lateness: Int64 = 0,
    death: @escaping (Instance) -> Int64? = { _ in nil }
  ) {
    (self.check, self.policy, self.lateness, self.death) = (check, policy, lateness, death)
    expected = policy.expected
  }

  /// Judges what the gate made of an event.
  mutating func observe(
    _ event: GateEvent, _ effects: ArraySlice<GateEffect>, at now: Int64, in gate: Gate
  ) {
    if let verdict {
      if gate.verdict != verdict { complain("the verdict was taken back") }
      if !effects.isEmpty { complain("\(effects) after the verdict") }
      return
    }
    let decided = gate.verdict?.at.microseconds
    // One that time brought before this event rests on what came before it.
    if decided.map({ $0 == now }) ?? true { note(event, at: now) }
    guard let said = gate.verdict else { return }
    verdict = said
    if said.decision == .promote { judgePromotion(at: said.at.microseconds, gate) }
  }

  // MARK: - What is seen

  private mutating func note(_ event: GateEvent, at now: Int64) {
    switch event {
    case .instanceAdded(let instance):
      seen.append(Seen(instance: instance, joined: now, nextDue: now))
    case .instanceRemoved(let key): change(key) { one in one.isPresent = false }
    case .checked(let key, let report):
      let (started, check) = (report.started.microseconds, check)
      func timeout(_ one: Seen) -> Int64 {
        check.timeoutOfRules(for: one.instance.role).inMicroseconds
      }
      note(of: key, from: started, to: min(now, started + report.latencyMicroseconds)) { one in
        switch report.result {
        case .success:
          (one.successes, one.failures, one.misses) = (one.successes + 1, 0, 0)
          one.passes += 1
          if one.resumed.map({ $0 <= report.started.microseconds }) ?? true {
            one.hasPassedSince = true
          }
        case .failure:
          // What the gate saw later than a check can last is not held against the instance.
          let isInTime = now - started <= timeout(one)
          (one.successes, one.failures) = (0, isInTime ? one.failures + 1 : 0)
          one.misses += 1
        }
      }
    case .checkLost(let key, let fault):
      let started = fault.started?.microseconds ?? now
      note(of: key, from: started, to: now) { Self.lose(&$0, at: started) }
    case .listed(let listed): note(listed)
    case .loadBalancerSaw(let key, let view): change(key) { $0.view = view.state }
    case .resumed(let gap): resume(at: now, isLong: gap > check.interval)
    case .loadBalancerAsked, .guardWaits, .stepBegan, .stepCommandEnded, .interrupted, .wokeUp:
      break
    }
  }

  private mutating func note(_ listed: FinishedListing) {
    guard listed.role == .member else { return }
    let started = listed.started.microseconds
    switch listed.result {
    case .failed: listing = (started, false)
    case .empty(let wanted):
      (listing, expected) = ((started, true), wanted)
      for index in seen.indices { seen[index].isLacked = true }
    case .succeeded(let wanted, let missing, _):
      (listing, expected) = ((started, true), max(1, wanted))
      let lacked = Set(missing.map(\.index))
      for index in seen.indices { seen[index].isLacked = lacked.contains(index) }
    }
  }

  private mutating func resume(at now: Int64, isLong: Bool) {
    for index in seen.indices where seen[index].isPresent {
      (seen[index].resumed, seen[index].hasPassedSince) = (now, false)
      (seen[index].first, seen[index].nextDue) = (nil, max(seen[index].nextDue, now))
      if isLong { (seen[index].successes, seen[index].failures) = (0, 0) }
    }
  }

  private mutating func change(_ key: InstanceKey, _ edit: (inout Seen) -> Void) {
    guard seen.indices.contains(key.index), seen[key.index].isPresent else { return }
    edit(&seen[key.index])
  }

  /// The end of a check, and before it those that should have been made and were not.
  private mutating func note(
    of key: InstanceKey, from started: Int64, to ended: Int64, _ edit: (inout Seen) -> Void
  ) {
    let (interval, check) = (check.interval.inMicroseconds, check)
    change(key) { one in
      if started - one.nextDue >= interval {
        Self.lose(&one, at: started)
        if started - one.nextDue >= 2 * interval { Self.lose(&one, at: started) }
      }
      edit(&one)
      let waited = min(ended - started, check.timeoutOfRules(for: one.instance.role).inMicroseconds)
      let first = one.first ?? started
      let slots = max(
        (started - first) / interval + 1, (started + waited - first + interval - 1) / interval)
      (one.first, one.nextDue) = (first, first + slots * interval)
      if one.isUp || !one.hasBeenDecided, one.failures >= check.unhealthyThreshold {
        one.hasBeenDecided = one.isUp || one.hasBeenDecided
        one.isUp = false
      }
      let needed = one.hasBeenDecided ? check.healthyThreshold : check.initialThreshold
      if !one.isUp, one.successes >= needed { (one.isUp, one.hasBeenDecided) = (true, true) }
    }
  }

  private static func lose(_ one: inout Seen, at moment: Int64) {
    one.failures = 0
    one.misses += 1
    one.lastLoss = moment
  }

  // MARK: - A promotion

  private mutating func judgePromotion(at now: Int64, _ gate: Gate) {
    let least = max(1, policy.minHealthy.roundedUp(of: expected))
    let counted = seen.indices.filter { speaks(seen[$0], at: now) }
    if counted.count < least {
      complain("\(counted.count) instances speak for a promotion at \(now), not \(least)")
    }
    let places = Set(counted.map { "\(seen[$0].instance.address) \(seen[$0].instance.port)" })
    if places.count < counted.count { complain("a place counts twice at \(now)") }
    let living = counted.filter { !isLongDead(seen[$0], at: now) }
    if living.count < least {
      complain("only \(living.count) of \(counted.count) counted ones live at \(now)")
    }
    judgeCredit(gate)
    for one in seen where one.isPresent && one.instance.role == .guard {
      if !one.isUp || misses(one, at: now) > 1 || !one.hasPassedSince {
        complain("promoted at \(now) against \(one.instance.id)")
      }
    }
    guard policy.membership == .changing, let age = policy.polling?.maximumAge.inMicroseconds
    else { return }
    if let listing, listing.hasSucceeded, now - listing.started <= age { return }
    complain("promoted at \(now) by the listing \(String(describing: listing))")
  }

  /// Healthy by what was seen of it in a row, listed, and not failed or lost in both of its latest
  /// checks.
  private func speaks(_ one: Seen, at now: Int64) -> Bool {
    guard one.isPresent, one.instance.role == .member, !one.isLacked else { return false }
    switch policy.loadBalancer {
    case .decides: return one.view == .healthy
    case .confirms where one.view != .healthy: return false
    case .confirms, .none: return one.isUp && one.hasPassedSince && misses(one, at: now) < 2
    }
  }

  private func misses(_ one: Seen, at now: Int64) -> Int {
    let interval = check.interval.inMicroseconds
    let late =
      now - one.nextDue - interval - check.timeoutOfRules(for: one.instance.role).inMicroseconds
    return one.misses + (late > interval ? 2 : late > 0 ? 1 : 0)
  }

  /// Whether all its checks have failed for longer than an interval, two, and a time-out.
  private func isLongDead(_ one: Seen, at now: Int64) -> Bool {
    guard policy.loadBalancer != .decides, let death = death(one.instance), one.joined <= now,
      one.lastLoss.map({ $0 < death }) ?? true
    else { return false }
    let longest = 2 * check.interval.inMicroseconds + check.timeout.inMicroseconds + lateness
    return now - max(death, one.joined) > longest
  }

  /// What a fault of the gate's own cost is nobody's success.
  private mutating func judgeCredit(_ gate: Gate) {
    for (one, record) in zip(seen, gate.records) where record.successes > one.passes {
      complain("\(record.successes) successes of \(one.instance.id), but \(one.passes) were")
    }
    guard policy.loadBalancer != .decides else { return }
    let up = seen.count { $0.isPresent && $0.instance.role == .member && $0.isUp }
    if gate.healthy > up { complain("\(gate.healthy) healthy, but only \(up) were seen to be") }
  }

  private mutating func complain(_ words: String) {
    guard violations.count < 20 else { return }
    violations.append(Violation(.outside, words))
  }
}

extension HealthCheck {
  /// A guard is given ten seconds at least.
  fileprivate func timeoutOfRules(for role: InstanceRole) -> Duration {
    role == .guard ? max(timeout, .seconds(10)) : timeout
  }
}

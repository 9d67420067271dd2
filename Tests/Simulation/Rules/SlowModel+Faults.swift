import GateCore
import TestSupport

/// The one test of a rollback: would it be given had the gate lost nothing?
extension SlowModel {
  /// A gate that looks so much later than it should was held up.
  private static let tolerated: Int64 = 250_000

  /// Whether the group would have been promoted by now, or still could be, in the world in which
  /// every lost check succeeded when it was due, every lost view said in service, every listing
  /// was had, and the gate was never late.
  mutating func areFaultsToBlame(at now: Int64, seenAt seen: Int64) -> Bool {
    guard !isWithoutFaults else { return false }
    let isToBlame = isPromotedWithoutFaults(at: now, seenAt: seen, whenNoticed: false)
    // A fold notices later, by an interval and a timeout at most, that a check was not made.
    let isNoticed = isPromotedWithoutFaults(at: now, seenAt: seen, whenNoticed: true)
    // What was under way when a runner died, and what of it is a loss, is beyond this model too.
    let isBeyond =
      startsLate && members.contains(where: hasMissed)
      || members.contains { $0.resumed != nil }
    if isToBlame != isNoticed || isBeyond { debate() }
    return isToBlame
  }

  private func hasMissed(_ member: Member) -> Bool {
    member.role != .baseline && member.checks.contains { $0.report == nil }
  }

  private func isPromotedWithoutFaults(
    at now: Int64, seenAt seen: Int64, whenNoticed: Bool
  ) -> Bool {
    var other = SlowModel(check: check, policy: policy, isWithoutFaults: true)
    let history = historyWithoutFaults(at: now, seenAt: seen, whenNoticed: whenNoticed)
    for timed in history { other.take(timed) }
    other.passTime(through: now, seenAt: now)
    return other.conclusion.map { $0.decision == .promote } ?? true
  }

  /// What the gate would have seen.
  private func historyWithoutFaults(
    at now: Int64, seenAt seen: Int64, whenNoticed: Bool
  ) -> [VirtualRun.TimedEvent] {
    var events: [(at: Int64, place: Int, event: GateEvent)] = []
    for (place, timed) in history.enumerated() {
      switch timed.event {
      // They come with their instances.
      case .checked, .checkLost: break
      case .instanceAdded, .instanceRemoved, .listed, .loadBalancerSaw, .loadBalancerAsked,
        .interrupted, .resumed, .wokeUp:
        events.append((timed.at.microseconds, place, timed.event))
      }
    }
    for (index, member) in members.enumerated() where member.role != .baseline {
      for past in member.forgotten + allResults(of: member, at: now, seenAt: seen) {
        events.append(eventWithoutFaults(past, of: index, whenNoticed: whenNoticed))
      }
    }
    return events.sorted { ($0.at, $0.place) < ($1.at, $1.place) }
      .map { VirtualRun.TimedEvent(event: $0.event, at: GateInstant(microseconds: $0.at)) }
  }

  /// Its checks, and those that would have been made had the gate been there.
  ///
  /// Of a check that may be under way nothing is lost yet, unless the gate was not there to hear of it.
  private func allResults(of member: Member, at now: Int64, seenAt seen: Int64) -> [PastCheck] {
    // It makes no checks of those that the load balancer checks.
    guard !isSeenByLoadBalancer(member) else { return [] }
    let noticed = Dictionary(
      member.checks.compactMap { past in past.noticed.map { (past.started, $0) } },
      uniquingKeysWith: min)
    var (all, due): ([PastCheck], Int64) = ([], member.begins)
    func lose(_ slot: Int64, _ moment: Int64) {
      all.append(
        PastCheck(ending: .lost, started: slot, ended: slot, noticed: noticed[slot] ?? moment))
    }
    let made = member.checks.filter { $0.report != nil }
    for past in made {
      while due + interval <= past.started {
        lose(due, past.ended)
        due += interval
      }
      all.append(past)
      let end = answered(past, member.role)
      var slot = made[0].started
      while slot <= past.started || slot < end { slot += interval }
      due = max(due, slot)
    }
    let isLate = seen - now > Self.tolerated
    let end = min(now, member.left ?? now)
    while isLate ? due <= end : due + interval + timeout(of: member.role) < end {
      lose(due, end)
      due += interval
    }
    return all
  }

  private func eventWithoutFaults(
    _ past: PastCheck, of index: Int, whenNoticed: Bool
  ) -> (at: Int64, place: Int, event: GateEvent) {
    let started = GateInstant(microseconds: past.started)
    func ended(_ moment: Int64, _ result: CheckResult) -> (Int64, Int, GateEvent) {
      let report = CheckReport.sample(
        result, from: started, to: GateInstant(microseconds: moment))
      let place = past.report ?? (whenNoticed ? -1 : .max)
      return (moment, place, .checked(InstanceKey(index), report))
    }
    if whenNoticed { return ended(past.noticed ?? past.ended, result(of: past)) }
    return ended(answered(past, members[index].role), result(of: past))
  }

  /// When its answer was there, or it was over.
  private func answered(_ past: PastCheck, _ role: InstanceRole) -> Int64 {
    min(past.answered ?? past.ended, past.ended, past.started + timeout(of: role))
  }

  private func result(of past: PastCheck) -> CheckResult {
    if case .failure(_, let kind) = past.ending { .failure(kind) } else { .success }
  }
}

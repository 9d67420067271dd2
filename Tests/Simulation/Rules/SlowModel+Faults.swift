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
    let isToBlame = isPromotedWithoutFaults(at: now, seenAt: seen, .due)
    // A fold notices later, by an interval and a timeout at most, that a check was not made.
    let areNoticed = [Succeeding.noticed, .shown].map {
      isPromotedWithoutFaults(at: now, seenAt: seen, $0)
    }
    // What was under way when a runner died, and what of it is a loss, is beyond this model too.
    // So is what was late, but not lost, before the first loss of a port that begins checks late.
    let isSourceLost = [listing, viewing].contains { $0.map { !isFresh($0, at: now) } ?? false }
    let isBeyond =
      startsLate && (isSourceLost || members.contains { hasLost($0, at: now) })
      || members.contains { $0.resumed != nil }
    if areNoticed.contains(!isToBlame) || isBeyond { debate() }
    return isToBlame
  }

  /// When, in the world without faults, a check succeeds that was not made.
  private enum Succeeding {
    /// When it was due.
    case due
    /// Before all else at the moment at which it was noticed.
    case noticed
    /// At that moment, before the event that shows it.
    case shown
  }

  private func hasLost(_ member: Member, at now: Int64) -> Bool {
    member.role != .baseline
      && (member.checks.contains { $0.ending == .lost }
        || results(of: member, at: now).count > member.checks.count)
  }

  private func isPromotedWithoutFaults(
    at now: Int64, seenAt seen: Int64, _ succeeding: Succeeding
  ) -> Bool {
    var other = SlowModel(check: check, policy: policy, isWithoutFaults: true)
    let history = historyWithoutFaults(at: now, seenAt: seen, succeeding)
    other.asked = history.compactMap { timed in
      if case .loadBalancerAsked = timed.event { timed.at.microseconds } else { nil }
    }
    other.asked.append(now)
    other.supposed = supposed(at: now, seenAt: seen)
    for timed in history { other.take(timed) }
    other.passTime(through: now, seenAt: now)
    return other.conclusion.map { $0.decision == .promote } ?? true
  }

  /// What the gate would have seen.
  private func historyWithoutFaults(
    at now: Int64, seenAt seen: Int64, _ succeeding: Succeeding
  ) -> [VirtualRun.TimedEvent] {
    var events: [(at: Int64, place: Int, event: GateEvent)] = []
    for (place, timed) in history.enumerated() {
      switch timed.event {
      // They come with their instances.
      case .checked, .checkLost: break
      case .instanceAdded, .instanceRemoved, .listed, .loadBalancerSaw, .loadBalancerAsked,
        .guardWaits, .stepBegan, .stepCommandEnded, .interrupted, .resumed, .wokeUp:
        events.append((timed.at.microseconds, 2 * place, timed.event))
      }
    }
    // What was due after the group was condemned does not undo it.
    if seen - now > Self.tolerated, isViewDue(by: trial?.began ?? now) {
      // At the last moment at which the gate was there.
      let last = history.last?.at.microseconds ?? 0
      for index in members.indices where members[index].role == .member && !members[index].hasLeft {
        let inService = LoadBalancerView(state: .healthy)
        events.append((last, 2 * history.count, .loadBalancerSaw(InstanceKey(index), inService)))
      }
      let asked = FinishedView(started: GateInstant(microseconds: now))
      events.append((last, 2 * history.count + 1, .loadBalancerAsked(asked)))
    }
    for (index, member) in members.enumerated() where member.role != .baseline {
      for past in member.forgotten + allResults(of: member, at: now, seenAt: seen) {
        events.append(eventWithoutFaults(past, of: index, succeeding))
      }
    }
    return events.sorted { ($0.at, $0.place) < ($1.at, $1.place) }
      .map { VirtualRun.TimedEvent(event: $0.event, at: GateInstant(microseconds: $0.at)) }
  }

  /// The slots of the checks that were not made.
  private func supposed(at now: Int64, seenAt seen: Int64) -> [Int: Set<Int64>] {
    var supposed: [Int: Set<Int64>] = [:]
    for (index, member) in members.enumerated() where member.role != .baseline {
      let all = member.forgotten + allResults(of: member, at: now, seenAt: seen)
      supposed[index] = Set(all.filter { $0.report == nil }.map(\.started))
    }
    return supposed
  }

  /// Whether the load balancers should have been asked again by then.
  private func isViewDue(by now: Int64) -> Bool {
    guard policy.loadBalancer != .none else { return false }
    guard let viewing, let refresh = policy.polling?.refresh.inMicroseconds else { return true }
    return viewing.started + refresh <= now
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
    func lose(_ slot: Int64, _ moment: Int64, shownBy report: Int? = nil) {
      all.append(
        PastCheck(
          ending: .lost, started: slot, ended: slot, shownBy: report,
          noticed: noticed[slot] ?? moment))
    }
    var first: Int64?
    for (index, past) in member.checks.enumerated() where past.report != nil {
      while due + interval <= past.started {
        lose(due, past.ended, shownBy: past.report)
        due += interval
      }
      // One that was seen too late is lost: it succeeded when it was due.
      let end = past.isOvertaken ? past.started : answered(past, member.role)
      all.append(past)
      due = next(after: index, endingAt: end, of: member, from: &first, due)
    }
    let isLate = seen - now > Self.tolerated && !member.hasLeft
    let end = min(now, member.left ?? now)
    while isLate ? due <= end : due + interval + timeout(of: member.role) < end {
      lose(due, end)
      due += interval
    }
    return all
  }

  private func eventWithoutFaults(
    _ past: PastCheck, of index: Int, _ succeeding: Succeeding
  ) -> (at: Int64, place: Int, event: GateEvent) {
    let started = GateInstant(microseconds: past.started)
    func ended(_ moment: Int64, _ result: CheckResult) -> (Int64, Int, GateEvent) {
      // It was there when it was there, however late it is taken in.
      let answered =
        past.report == nil || past.isOvertaken
        ? past.started : answered(past, members[index].role)
      let report = CheckReport.sample(
        result, from: started, to: GateInstant(microseconds: min(answered, moment)))
      let shown = succeeding == .shown ? past.shownBy.map { 2 * $0 - 1 } : nil
      let place = past.report.map { 2 * $0 } ?? shown ?? (succeeding == .due ? .max : -1)
      return (moment, place, .checked(InstanceKey(index), report))
    }
    if succeeding != .due { return ended(past.noticed ?? past.ended, result(of: past)) }
    if past.isOvertaken { return ended(past.started, .success) }
    return ended(answered(past, members[index].role), result(of: past))
  }

  /// When its answer was there, or it was over.
  func answered(_ past: PastCheck, _ role: InstanceRole) -> Int64 {
    min(past.answered ?? past.ended, past.ended, past.started + timeout(of: role))
  }

  private func result(of past: PastCheck) -> CheckResult {
    if case .failure(_, let kind) = past.ending { .failure(kind) } else { .success }
  }
}

import GateCore

/// What the group comes to, and when that is certain.
extension SlowModel {
  /// The verdict of a moment, if it brings one; `seen` is when the gate looked.
  mutating func decide(at now: Int64, seenAt seen: Int64, allowing verdicts: Sayable = .all) {
    if isInterrupted { return conclude(.inconclusive, .interrupted, at: now) }
    hold(at: now, mayBegin: verdicts == .all)
    if verdicts == .nothing { return }
    if present(.member).contains(where: \.isWrong) {
      return rollBack(.wrongInstances, at: now, seenAt: seen)
    }
    if trial == nil, unhealthy(at: now).count > maxUnhealthy {
      return condemn(codeOfUnhealthy(at: now), at: now, seenAt: seen)
    }
    if members.count(where: { $0.role == .member && $0.hasLeft }) > maxReplaced(of: expected) {
      return rollBack(.tooManyReplaced, at: now, seenAt: seen)
    }
    if present(.guard).contains(where: { state(of: $0, at: now) == .unhealthy }) {
      return rollBack(.guardFailed, at: now, seenAt: seen)
    }
    if trial != nil { return settle(at: now, seenAt: seen) }
    guard members.contains(where: { $0.role == .member }) else {
      guard isGone || now > deadline else { return }
      // Where the source could not be read, that there is none is not known.
      let isKnown = isGone || listing?.hasSucceeded ?? true
      return conclude(.inconclusive, isKnown ? .noInstances : .gateFault, at: now)
    }
    if verdicts == .all, now <= deadline, isPromoted(at: now) {
      return conclude(.promote, .groupHealthy, at: now)
    }
    if !isFeasible(from: now, withGuards: true) { giveUp(at: now, seenAt: seen) }
  }

  func unhealthy(at now: Int64) -> [Member] {
    present(.member).filter { state(of: $0, at: now) == .unhealthy }
  }

  private func codeOfUnhealthy(at now: Int64) -> ReasonCode {
    let isOfVersion = unhealthy(at: now).allSatisfy { member in
      (member.forgotten + member.checks).last { $0.failed != nil }?.failed == .wrongVersion
    }
    return isOfVersion ? .wrongVersion : .tooManyUnhealthy
  }

  // MARK: - What a promotion needs

  /// Goes on with what has held so long, and begins or ends the rest.
  mutating func hold(at now: Int64, mayBegin: Bool = true) {
    holdSoaks(at: now)
    holdReadiness(at: now, mayBegin: mayBegin)
  }

  /// Whether all holds.
  func isPromoted(at now: Int64) -> Bool {
    ready.map { isPromotable(since: $0, at: now) } ?? false
  }

  /// A soak begins when the states are as the policy wants them, and is over when they no longer are.
  private mutating func holdSoaks(at now: Int64) {
    soakWith = trial == nil && isWanted(present(.member), at: now) ? soakWith ?? now : nil
    let listed = present(.member).filter { !$0.isLacked }
    soakWithout = trial == nil && isWanted(listed, at: now) ? soakWithout ?? now : nil
  }

  private func isWanted(_ group: [Member], at now: Int64) -> Bool {
    group.count { isHealthy($0, at: now) } >= minHealthy
      && unhealthy(at: now).count <= maxUnhealthy
  }

  private mutating func holdReadiness(at now: Int64, mayBegin: Bool) {
    guard isAllElseHolding(at: now) else {
      ready = nil
      return
    }
    guard ready == nil, mayBegin else { return }
    ready = Ready(known: members.map { known(of: $0, at: now).count })
  }

  /// Whether all holds but for the latest checks.
  private func isAllElseHolding(at now: Int64, views: Bool = true, guards: Bool = true) -> Bool {
    let group = present(.member)
    // What the newest listing lacks may be gone: then the soak is the one without it.
    let since = group.contains(where: \.isLacked) ? soakWithout : soakWith
    guard let since, since + soak <= now else { return false }
    return group.count { !$0.isLacked } >= expected
      && group.count { isInService($0, at: now, views: views) } >= minHealthy
      && (!guards || present(.guard).allSatisfy { isHealthy($0, at: now) })
      && isListingFresh(at: now) && (!views || areViewsFresh(at: now))
  }

  /// Whether it is healthy, listed, and in service for everybody who is asked.
  private func isInService(_ member: Member, at now: Int64, views: Bool) -> Bool {
    guard isHealthy(member, at: now), !member.isLacked else { return false }
    return !views || policy.loadBalancer != .confirms || view(of: member, at: now) == .healthy
  }

  private func isListingFresh(at now: Int64) -> Bool {
    guard policy.membership == .changing else { return true }
    return listing.map { isWithoutFaults || isFresh($0, at: now) } ?? (policy.polling == nil)
  }

  private func areViewsFresh(at now: Int64) -> Bool {
    guard policy.loadBalancer != .none else { return true }
    return viewing.map { isWithoutFaults || isFresh($0, at: now) } ?? false
  }

  func isFresh(_ asked: Asked, at now: Int64) -> Bool {
    asked.hasSucceeded && !isTooOld(asked, at: now)
  }

  func isTooOld(_ asked: Asked, at now: Int64) -> Bool {
    policy.polling.map { now - asked.started > $0.maximumAge.inMicroseconds } ?? false
  }

  /// Whether the latest checks allow it too.
  func isPromotable(
    since ready: Ready?, at now: Int64, views: Bool = true, guards: Bool = true
  ) -> Bool {
    var (counted, pending) = (0, 0)
    for (index, member) in members.enumerated() where !member.hasLeft && member.role != .baseline {
      guard state(of: member, at: now) == .healthy else { continue }
      let isPending = isPending(index, since: ready, at: now)
      if member.role == .guard, isPending, guards { return false }
      guard member.role == .member else { continue }
      if isPending { pending += 1 }
      if !isPending, isInService(member, at: now, views: views) { counted += 1 }
    }
    return counted >= minHealthy && pending + unhealthy(at: now).count <= maxUnhealthy
  }

  // MARK: - What can still be

  /// Whether the best of all futures ends in a promotion by the deadline.
  ///
  /// In it each check succeeds, the sources answer at once, and whoever may join joins now.
  func isFeasible(from now: Int64, withGuards: Bool) -> Bool {
    guard now <= deadline else { return false }
    let newcomer = Member(joined: now)
    let mayGrow = policy.membership == .changing || present(.member).count < expected
    // What the listing lacks is there again.
    let since = [soakWith, soakWithout].compactMap { $0 }.min()
    let soaking =
      since
      ?? nth(
        minHealthy, present(.member).map { earliestHealthy($0, from: now) },
        mayGrow ? earliestHealthy(newcomer, from: now) : nil)
    guard let soaking, soaking + soak <= deadline else { return false }
    guard mayGrow || present(.member).count >= expected else { return false }
    let places = members.indices.filter { !members[$0].hasLeft }
    let counted = places.filter { members[$0].role == .member }
      .map { earliestCounted($0, from: now) }
    guard
      let last = nth(minHealthy, counted, mayGrow ? earliestHealthy(newcomer, from: now) : nil),
      last <= deadline, isUnburdened(by: places, from: now)
    else { return false }
    return !withGuards
      || places.allSatisfy {
        members[$0].role != .guard || earliestCounted($0, from: now) <= deadline
      }
  }

  /// The number-th of these times, with any number of newcomers among them.
  private func nth(_ number: Int, _ times: [Int64], _ newcomers: Int64?) -> Int64? {
    let sorted = times.sorted()
    let time = sorted.count >= number ? sorted[number - 1] : nil
    return [time, newcomers].compactMap { $0 }.min()
  }

  /// Whether few enough stay unhealthy, or without a pass, until the deadline.
  private func isUnburdened(by places: [Int], from now: Int64) -> Bool {
    let stuck = places.filter {
      members[$0].role == .member && state(of: members[$0], at: now) != .initial
        && earliestCounted($0, from: now) > deadline
    }
    // Who leaves is no longer in the way, if it may leave.
    let left = members.count { $0.role == .member && $0.hasLeft }
    let mayLeave = policy.membership == .changing ? max(0, maxReplaced(of: expected) - left) : 0
    return stuck.count <= maxUnhealthy + mayLeave
  }

  // MARK: - A rollback

  /// Nothing can save the group any more.
  private mutating func giveUp(at now: Int64, seenAt seen: Int64) {
    guard !areFaultsToBlame(at: now, seenAt: seen) else {
      return conclude(.inconclusive, .gateFault, at: now)
    }
    let code = codeOfGivingUp(at: now)
    guard code != .loadBalancerDisagrees else { return rollBack(code, at: now, seenAt: seen) }
    // Where only a guard is late, nobody asks the old group.
    let isOnlyForGuards =
      now > deadline
      ? isAllElseHolding(at: now, guards: false)
        && isPromotable(since: ready, at: now, guards: false)
        && !(isAllElseHolding(at: now) && isPromotable(since: ready, at: now))
      : isFeasible(from: now, withGuards: false)
    guard !isOnlyForGuards else { return rollBack(code, at: now, seenAt: seen) }
    condemn(code, at: now, seenAt: seen)
  }

  private func codeOfGivingUp(at now: Int64) -> ReasonCode {
    if policy.loadBalancer == .confirms, isAllElseHolding(at: now, views: false),
      isPromotable(since: ready, at: now, views: false),
      !(isAllElseHolding(at: now) && isPromotable(since: ready, at: now))
    {
      return .loadBalancerDisagrees
    }
    return now >= deadline ? .deadlineExceeded : .cannotBecomeHealthyInTime
  }

  mutating func rollBack(_ code: ReasonCode, at now: Int64, seenAt seen: Int64) {
    areFaultsToBlame(at: now, seenAt: seen)
      ? conclude(.inconclusive, .gateFault, at: now) : conclude(.rollback, code, at: now)
  }

  /// The old group is asked first, if there is one; in the other world the condemnation is enough.
  private mutating func condemn(_ code: ReasonCode, at now: Int64, seenAt seen: Int64) {
    // That the old group is of an old version is no failure of it.
    guard !present(.baseline).isEmpty, code != .wrongVersion, !isWithoutFaults else {
      return rollBack(code, at: now, seenAt: seen)
    }
    (soakWith, soakWithout, ready) = (nil, nil, nil)
    trial = trial(for: code, at: now)
    settle(at: now, seenAt: seen)
  }
}

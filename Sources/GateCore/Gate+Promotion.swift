/// The conditions of a promotion, and whether they can still be met.
extension Gate {
  /// Whether an instance was ever seen in the group.
  var hasHadMembers: Bool { group.present + group.removed > 0 }

  // MARK: - All conditions except for the rule of the latest check

  var holdsAllElse: Bool {
    isStepReady && isGroupReady && isListingFresh && areViewsFresh
      && group.inService >= minHealthy && guards.healthy == guards.present
  }

  /// Whether the group is complete, has soaked and is within the limits.
  private var isGroupReady: Bool {
    // Instances that the latest listing lacks do not count: the others must have soaked.
    let since = group.listed < group.present ? listedHealthySince : healthySince
    guard let since, soaked(since: since) <= clock else { return false }
    return group.listed >= expected && group.healthyAndListed >= minHealthy
      && group.unhealthy <= maxUnhealthy
  }

  /// Whether the newest listing of the group is fresh; a fixed list always is.
  package var isListingFresh: Bool {
    guard policy.membership == .changing else { return true }
    guard let listing else { return policy.polling == nil }
    return isFaultless || listing.fault == nil && !isTooOld(listing.started)
  }

  /// Whether the newest view of the load balancers is fresh; true if they are not queried.
  package var areViewsFresh: Bool {
    guard policy.loadBalancer != .none else { return true }
    guard let view else { return false }
    guard !isFaultless else { return true }
    return view.fault == nil && !isTooOld(view.started)
  }

  func isTooOld(_ started: GateInstant?) -> Bool { isTooOld(started, by: clock) }

  func isTooOld(_ started: GateInstant?, by now: GateInstant) -> Bool {
    guard let started, let polling = policy.polling, !isFaultless else { return false }
    return started + polling.maximumAge < now
  }

  // MARK: - The rule of the latest check

  /// Whether enough instances are healthy and have passed their latest check, and every guard has.
  var isCounted: Bool { isGroupCounted && guards.pending(isHeld: isHeld) == 0 }

  var areGuardsReady: Bool {
    guards.healthy == guards.present && guards.pending(isHeld: isHeld) == 0
  }

  private var isGroupCounted: Bool {
    group.counted(isHeld: isHeld) >= minHealthy
      && group.unhealthy + group.pending(isHeld: isHeld) <= maxUnhealthy
  }

  /// Whether an instance counts for a promotion now.
  ///
  /// It is healthy, listed, in service if the load balancers must confirm, and not pending.
  package func isCounted(_ record: InstanceRecord) -> Bool {
    guard record.removed == nil, record.health.isShownHealthy, !record.isMissing else {
      return false
    }
    let role = loadBalancerRole(for: record.instance.role)
    return (role == .none || record.view?.state == .healthy) && !isPending(record)
  }

  /// Whether a healthy instance must first pass a check.
  package func isPending(_ record: InstanceRecord) -> Bool {
    switch record.latest {
    case .passed: false
    case .missedOnce(let episode): !isHeld || episode < counts.episode
    case .missedAgain: true
    }
  }

  // MARK: - Whether a promotion is still possible

  /// The latest moment at which everything that is still missing can come in time; nil if it
  /// cannot.
  var lastChance: GateInstant? {
    guard hasHadMembers else { return goal }
    // While it waits for a command, this gate has no time limit of its own.
    guard !isWaitingForShell else { return max(goal, clock) }
    guard let soak = lastChanceOfSoak, let group = lastChanceOfGroup,
      let guards = lastChanceOfGuards
    else { return nil }
    return min(lastChanceOfStep, soak, group, guards)
  }

  private var lastChanceOfSoak: GateInstant? {
    if let healthySince { return soaked(since: healthySince) <= goal ? goal : nil }
    let present = group.soakChance(of: minHealthy)
    return joiningChance({ $0.soak }).map { max(present ?? $0, $0) } ?? present
  }

  private var lastChanceOfGroup: GateInstant? {
    // Instances that leave are no longer an obstacle, as far as they may leave.
    let leaving = policy.membership == .changing ? max(maxReplaced - group.removed, 0) : 0
    guard group.hopeless(isHeld: isHeld) <= maxUnhealthy + leaving else { return nil }
    let present = group.finalChance(of: minHealthy, isHeld: isHeld, deadline: goal)
    return joiningChance({ $0.final }).map { max(present ?? $0, $0) } ?? present
  }

  /// The latest moment at which a new instance can join and still be healthy in time.
  ///
  /// The load balancer may know it already.
  private func joiningChance(_ kind: (Certainties) -> DeadlineFeasibility) -> GateInstant? {
    guard policy.membership == .changing || group.present < expected else { return nil }
    let first = kind(certainties)
    guard policy.loadBalancer != .decides else { return first.latest }
    var chance = first.latestStart(of: check.initialThreshold)
    for rule in checks.indices.dropFirst() {
      let own = kind(certainties(under: rule))
      chance = min(chance, own.latestStart(of: checks[rule].initialThreshold))
    }
    return chance
  }

  private var lastChanceOfGuards: GateInstant? {
    guard guards.present > 0 else { return goal }
    return guards.finalChance(of: guards.present, isHeld: isHeld, deadline: goal)
  }

  // MARK: - The last obstacle

  /// Whether only the guards prevent the promotion.
  var areGuardsMissing: Bool {
    guard clock > goal else {
      // The group alone could still be promoted.
      return !areGuardsReady
        && [lastChanceOfSoak, lastChanceOfGroup].allSatisfy { $0.map { $0 >= clock } ?? false }
    }
    return isGroupReady && isListingFresh && areViewsFresh && isGroupCounted && !areGuardsReady
  }

  /// Whether the gate's own checks alone would have promoted the group.
  var isOnlyCrossCheckMissing: Bool {
    guard policy.loadBalancer == .confirms, isGroupReady, isListingFresh,
      !areViewsFresh || group.inService < minHealthy
        || group.counted(isHeld: isHeld) < minHealthy,
      areGuardsReady,
      group.unhealthy + group.pending(isHeld: isHeld) <= maxUnhealthy
    else { return false }
    return records.count {
      $0.instance.role == .member && $0.removed == nil && $0.health.isShownHealthy
        && !$0.isMissing && !isPending($0)
    } >= minHealthy
  }
}

extension GateInstant {
  /// The first moment after this one.
  var next: GateInstant { GateInstant(microseconds: microseconds + 1) }
  /// The last moment before this one.
  var previous: GateInstant { GateInstant(microseconds: microseconds - 1) }
}

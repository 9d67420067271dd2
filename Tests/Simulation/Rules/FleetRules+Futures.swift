import GateCore

/// What can still be: each instance plays the best of its futures.
extension FleetRules {
  /// With `losing`, what is overdue counts as lost, though no event has shown it.
  func earliestHealthy(_ one: RuledInstance, at now: Int64, losing: Bool = true) -> Int64 {
    if one.role == .member, policy.loadBalancer == .decides { return now }
    return one.earliest(one.counts.wanting(check), from: now, losing: losing, check)
  }

  /// When it can speak for a promotion: healthy, and its latest check a pass.
  private func earliestCounted(_ one: RuledInstance, at now: Int64, losing: Bool) -> Int64 {
    guard one.state == .healthy, isPending(one, at: now) else {
      return earliestHealthy(one, at: now, losing: losing)
    }
    return one.earliest(1, from: now, losing: losing, check)
  }

  func canStillBePromoted(at now: Int64, losing: Bool = true) -> Bool {
    canStillBeHealthy(at: now, losing: losing)
      && !ones.contains {
        $0.role == .guard && !$0.hasLeft
          && earliestCounted($0, at: now, losing: losing) > deadline
      }
  }

  /// The group alone, whatever the guards say.
  func canStillBeHealthy(at now: Int64, losing: Bool = true) -> Bool {
    guard now <= deadline else { return false }
    let mayGrow = policy.membership == .changing || members.present < expected
    guard mayGrow || members.present >= expected else { return false }
    let newcomer = RuledInstance(Instance(id: "", address: "", port: 1), at: now)
    let joins = mayGrow ? earliestHealthy(newcomer, at: now) : .max
    if let since = [soakWith, soakWithout].compactMap({ $0 }).min() {
      guard since + soak <= deadline else { return false }
    } else if joins > deadline - soak {
      let inTime = ones.count {
        $0.role == .member && !$0.hasLeft
          && earliestHealthy($0, at: now, losing: losing) <= deadline - soak
      }
      guard inTime >= minHealthy else { return false }
    }
    var (counted, stuck) = (0, 0)
    for one in ones where one.role == .member && !one.hasLeft {
      if earliestCounted(one, at: now, losing: losing) <= deadline {
        counted += 1
      } else if one.state != .initial {
        stuck += 1
      }
    }
    // Who leaves is no longer in the way, if it may leave.
    let mayLeave = max(0, atMost(policy.maxReplaced, of: expected) - members.left)
    return stuck <= maxUnhealthy + (policy.membership == .changing ? mayLeave : 0)
      && (counted >= minHealthy || joins <= deadline)
  }

  /// What is said of a group that nothing can save; where the old one is asked first, nothing.
  mutating func concludeTooLate(at now: Int64, seenAt seen: Int64, _ verdict: Verdict?) {
    if isFaultBlamed(by: verdict, at: now, seenAt: seen) {
      return conclude(.inconclusive, .gateFault, at: now)
    }
    // Only a cross-check is missing: whether only that, the slow model tells.
    if policy.loadBalancer == .confirms, verdict?.reason.code == .loadBalancerDisagrees,
      members.listed >= expected, members.listedHealthy >= minHealthy,
      guards.healthy == guards.present
    {
      return conclude(.rollback, .loadBalancerDisagrees, at: now)
    }
    // Where only guards are waited for, the old group is not asked; at the deadline the slow model
    // tells whether it is so.
    let isOfGuards =
      now <= deadline
      ? canStillBeHealthy(at: now)
      : verdict?.reason.code == .deadlineExceeded && areGuardsAwaited(at: now)
    guard isOfGuards || old.present == 0 else { return }
    conclude(.rollback, codeOfTooLate(at: now), at: now)
  }

  private func areGuardsAwaited(at now: Int64) -> Bool {
    ones.contains { one in
      one.role == .guard && !one.hasLeft && (one.state != .healthy || isPending(one, at: now))
    }
  }

  func codeOfTooLate(at now: Int64) -> ReasonCode {
    now >= deadline ? .deadlineExceeded : .cannotBecomeHealthyInTime
  }
}

/// The old group on trial.
extension FleetRules {
  func end(of trial: Trial) -> Int64 {
    trial.began + Int64(check.unhealthyThreshold) * check.interval.inMicroseconds
      + check.timeout.inMicroseconds
  }

  func isTooMany(_ failing: Int, _ trial: Trial) -> Bool {
    failing > atMost(policy.maxUnhealthy, of: trial.asked)
      || trial.asked - failing
        < min(max(atLeast(policy.minHealthy, of: trial.asked), 1), trial.asked)
  }

  /// Of the open ones those whose failures can be told by counting: without a window, and healthy.
  func sureToBeAbleToFail(at now: Int64, _ trial: Trial) -> Int {
    guard check.unhealthyWindow == nil else { return 0 }
    return ones.count { one in
      one.finding == .open && one.state == .healthy && one.unheard(at: now, check) == 0
        && one.earliest(check.unhealthyThreshold - one.counts.failures, from: now, check)
          <= end(of: trial)
    }
  }

  mutating func find(_ index: Int, _ finding: RuledInstance.Finding?) {
    switch ones[index].finding {
    case .open?: trial?.open -= 1
    case .failing?: trial?.failing -= 1
    case .well?, nil: break
    }
    switch finding {
    case .open?: trial?.open += 1
    case .failing?: trial?.failing += 1
    case .well?, nil: break
    }
    ones[index].finding = finding
  }

  /// What a check of an old instance shows.
  mutating func hear(_ index: Int, _ report: CheckReport, at now: Int64) {
    guard let trial, let finding = ones[index].finding else { return }
    let one = ones[index]
    switch (finding, one.state, report.result) {
    case (.open, .unhealthy, _): find(index, .failing)
    case (.failing, .healthy, _): find(index, .well)
    case (.open, _, .success) where report.started.microseconds >= trial.began: find(index, .well)
    case (.open, .initial, .failure) where earliestHealthy(one, at: now) > deadline - soak:
      find(index, .failing)
    case (.open, _, _), (.failing, _, _), (.well, _, _): break
    }
  }
}

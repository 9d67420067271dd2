import GateCore

/// What can still be: each instance plays the best of its futures.
extension FleetRules {
  func earliestHealthy(_ one: RuledInstance, at now: Int64) -> Int64 {
    if one.role == .member, policy.loadBalancer == .decides { return now }
    let wanted = one.counts.wanting(check)
    return one.earliest(max(wanted, one.isLost ? 1 : 0), from: now, check)
  }

  func canStillBePromoted(at now: Int64) -> Bool {
    canStillBeHealthy(at: now)
      && !ones.contains {
        $0.role == .guard && !$0.hasLeft && earliestHealthy($0, at: now) > latestHealthy
      }
  }

  /// The group alone, whatever the guards say.
  func canStillBeHealthy(at now: Int64) -> Bool {
    guard now <= latestHealthy else { return false }
    let inTime = ones.count {
      $0.role == .member && !$0.hasLeft && earliestHealthy($0, at: now) <= latestHealthy
    }
    if inTime >= minHealthy { return true }
    guard policy.membership == .changing || members.present < expected else { return false }
    let newcomer = RuledInstance(Instance(id: "", address: "", port: 1), at: now)
    return earliestHealthy(newcomer, at: now) <= latestHealthy
  }

  /// What is said of a group that nothing can save; `condemns`: unless the old one is asked first.
  func tooLate(at now: Int64) -> (decision: Decision, code: ReasonCode, condemns: Bool) {
    if members.present + members.left == 0 {
      return (.inconclusive, hasFault ? .gateFault : .noInstances, false)
    }
    if areFaultsToBlame(at: now) { return (.inconclusive, .gateFault, false) }
    let healthyHere = ones.count {
      $0.role == .member && !$0.hasLeft && $0.state == .healthy
    }
    if policy.loadBalancer == .confirms, members.present >= expected, healthyHere >= minHealthy {
      return (.rollback, .loadBalancerDisagrees, false)
    }
    return (.rollback, codeOfTooLate(at: now), !canStillBeHealthy(at: now))
  }

  func codeOfTooLate(at now: Int64) -> ReasonCode {
    now >= policy.deadline.inMicroseconds ? .deadlineExceeded : .cannotBecomeHealthyInTime
  }

  /// Whether the lost checks, had they been successes, could have made the difference.
  private func areFaultsToBlame(at now: Int64) -> Bool {
    let watched = ones.filter { !$0.hasLeft && $0.role != .baseline }
    guard isSourceFailing || watched.contains(where: { $0.hasLost || $0.isViewStale }) else {
      return false
    }
    let unseen = isSourceFailing ? max(expected - members.present, 0) : 0
    let hopeful = watched.count { $0.role == .member && isHopeful($0, at: now) }
    return members.present + unseen >= expected && hopeful + unseen >= minHealthy
      && watched.allSatisfy { $0.role == .member || isHopeful($0, at: now) }
  }

  private func isHopeful(_ one: RuledInstance, at now: Int64) -> Bool {
    switch one.role == .member ? policy.loadBalancer : .none {
    case .decides: return one.isViewStale || one.state == .healthy
    case .confirms where one.view != .healthy && !one.isViewStale: return false
    case .confirms, .none: break
    }
    return one.earliest(one.hopeful.wanting(check), from: now, check) <= latestHealthy
      || one.hopeful.state == .healthy
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
      one.finding == .open && one.state == .healthy
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
    case (.open, .initial, .failure) where earliestHealthy(one, at: now) > latestHealthy:
      find(index, .failing)
    case (.open, _, _), (.failing, _, _), (.well, _, _): break
    }
  }
}

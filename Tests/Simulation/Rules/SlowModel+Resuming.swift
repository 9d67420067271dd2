import GateCore

/// The rules of a resumption once more: what is forgotten, and what is given.
extension SlowModel {
  /// Whether it is healthy, and has shown it since the checks before were forgotten.
  func isShownHealthy(_ member: Member) -> Bool {
    guard member.state == .healthy else { return false }
    guard member.carried == .healthy else { return true }
    let real = member.checks.filter { $0.ending != .lost }
    let hasChanged = real.indices.contains {
      state(after: Array(real[...$0]), from: .healthy) != .healthy
    }
    let longest = real.split { $0.ending != .success }.map(\.count).max() ?? 0
    return hasChanged || longest >= check.healthyThreshold
  }

  /// What becomes of a standing when the run goes on after a gap.
  func resume(after gap: Int64, at now: Int64, _ standing: inout Standing) {
    guard gap > interval else {
      // The time in which nobody looked is no part of a soak.
      standing.healthySince = standing.healthySince.map { $0 + gap }
      return
    }
    standing.healthySince = nil
    for index in standing.members.indices where !standing.members[index].hasLeft {
      standing.members[index].carried = standing.members[index].state
      standing.members[index].resumed = now
      standing.members[index].hadFailed =
        standing.members[index].hadFailed
        || standing.members[index].checks.contains {
          if case .failure = $0.ending { true } else { false }
        }
      standing.members[index].checks = []
      standing.members[index].isViewStale = standing.members[index].view != nil
    }
  }

  /// The model with the deadline that holds since, and the trial as it goes on.
  func resumed(
    after gap: Int64, at now: Int64, _ standing: Standing, _ trial: inout Trial?
  ) -> SlowModel {
    var policy = policy
    if gap > interval {
      policy.deadline = .microseconds(now + first.inMicroseconds)
    } else {
      let lost = gap + check.timeout.inMicroseconds
      // Never more than there was at the beginning.
      policy.deadline = .microseconds(min(deadline + lost, now + first.inMicroseconds))
      if let old = trial {
        let whole = Int64(check.unhealthyThreshold) * interval + check.timeout.inMicroseconds
        trial?.longer += min(end(of: old) + lost, now + whole) - end(of: old)
        trial?.asked = shown(in: old, standing)
      }
    }
    let model = SlowModel(check: check, policy: policy, first: first)
    if gap > interval, let old = trial {
      trial = model.trial(for: old.code, at: now, standing.members)
    }
    return model
  }

  /// What the old instances have shown they have shown, by the deadline that held then.
  private func shown(
    in trial: Trial, _ standing: Standing
  ) -> [Int: (checks: Int, isFailing: Bool)] {
    var shown = trial.asked
    for index in trial.asked.keys {
      let member = standing.members[index]
      switch finding(trial, index, member) {
      case .failing: shown[index] = (member.checks.count, true)
      case .open: shown[index] = (member.checks.count, false)
      case .well: shown[index] = nil
      }
    }
    return shown
  }
}

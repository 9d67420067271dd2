import GateCore

/// The rules of a resumption once more: what is forgotten, and what is given.
extension SlowModel {
  /// What becomes of a run that goes on after a gap.
  mutating func resume(after gap: Int64, at now: Int64) {
    for index in members.indices where !members[index].hasLeft {
      let member = members[index]
      members[index].checks = results(of: member, at: now - gap)
      members[index].resumed = now
      if member.view == .unhealthy, state(of: member, at: now - gap) == .initial {
        members[index].view = nil
      }
    }
    (ready, listing, viewing) = (nil, nil, nil)
    gap > interval ? beginAnew(at: now) : putOff(by: gap, at: now)
  }

  private mutating func beginAnew(at now: Int64) {
    deadline = now + policy.deadline.inMicroseconds
    (soakWith, soakWithout) = (nil, nil)
    for index in members.indices where !members[index].hasLeft {
      let member = members[index]
      members[index].before = health(after: member.checks, from: member.before)
      members[index].forgotten += member.checks
      (members[index].checks, members[index].begins) = ([], now)
    }
    if let trial { self.trial = self.trial(for: trial.code, at: now) }
  }

  /// The time in which nobody looked is no part of a soak, nor of any other that is counted.
  private mutating func putOff(by gap: Int64, at now: Int64) {
    soakWith = soakWith.map { $0 + gap }
    soakWithout = soakWithout.map { $0 + gap }
    let lost = gap + check.timeout.inMicroseconds
    // Never more than there was at the beginning.
    let before = self
    deadline = min(deadline + lost, now + policy.deadline.inMicroseconds)
    guard let old = trial else { return }
    let whole = Int64(check.unhealthyThreshold) * interval + check.timeout.inMicroseconds
    let longer = min(end(of: old) + lost, now + whole) - end(of: old)
    trial?.longer += longer
    trial?.asked = before.shown(in: old)
  }

  /// What the old instances have shown they have shown, by the deadline that held then.
  private func shown(in trial: Trial) -> [Int: (checks: Int, isFailing: Bool)] {
    var shown = trial.asked
    for index in trial.asked.keys {
      switch finding(trial, index) {
      case .failing: shown[index] = (members[index].checks.count, true)
      case .open: shown[index] = (members[index].checks.count, false)
      case .well: shown[index] = nil
      }
    }
    return shown
  }
}

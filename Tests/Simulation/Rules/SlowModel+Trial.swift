import GateCore

/// Whose fault it is: the old group is asked.
extension SlowModel {
  /// The old group asked whose fault it is, from the moment at which the new one is condemned.
  struct Trial {
    var began: Int64
    var code: ReasonCode
    /// By place: how many checks each old instance had then, and whether it was failing.
    var asked: [Int: (checks: Int, isFailing: Bool)]
    /// How many there were then, whatever became of them.
    var total = 0
    /// So much longer, since nobody looked for a while.
    var longer: Int64 = 0
  }

  /// The latest moment at which a soak can begin.
  var latestHealthy: Int64 { deadline - soak }

  /// Asks the old instances that are there.
  func trial(for code: ReasonCode, at now: Int64) -> Trial {
    var trial = Trial(began: now, code: code, asked: [:])
    for (index, member) in members.enumerated() where member.role == .baseline && !member.hasLeft {
      trial.asked[index] = (member.checks.count, isFailing(member, at: now))
    }
    trial.total = trial.asked.count
    return trial
  }

  /// By the rules that condemned the new group: unhealthy, or after failures too late to be healthy.
  private func isFailing(_ member: Member, at now: Int64) -> Bool {
    switch state(of: member, at: now) {
    case .unhealthy: true
    case .healthy: false
    case .initial:
      (member.forgotten + member.checks).contains { $0.failed != nil }
        && earliestHealthy(member, from: now) > latestHealthy
    }
  }

  enum Finding { case open, failing, well }

  /// What the checks since have shown of one old instance, from its whole list.
  func finding(_ trial: Trial, _ index: Int) -> Finding {
    let member = members[index]
    guard let asked = trial.asked[index], !member.hasLeft else { return .well }
    var finding = asked.isFailing ? Finding.failing : .open
    for end in member.checks.indices.dropFirst(asked.checks) {
      let past = member.checks[end]
      let shown = Array(member.checks[...end])
      switch (finding, health(after: shown, from: member.before).state) {
      case (.open, .unhealthy): finding = .failing
      case (.failing, .healthy): return .well
      case (.open, _) where past.ending == .success && past.started >= trial.began: return .well
      case (.open, .initial) where isTooLate(shown, member): finding = .failing
      case (.open, _), (.failing, _), (.well, _): break
      }
    }
    return finding
  }

  /// Whether the last of these checks failed, and left too little time to be healthy.
  private func isTooLate(_ checks: [PastCheck], _ member: Member) -> Bool {
    guard let last = checks.last, last.isFailure else { return false }
    var member = member
    member.checks = checks
    return earliestHealthy(member, from: last.ended) > latestHealthy
  }

  /// Whether any future without a success makes it fail in time: its next check may end at once or
  /// late, and those that follow fail at once.
  private func canFail(_ member: Member, from now: Int64, by end: Int64) -> Bool {
    let scheduled = nextStart(of: member)
    let first = max(scheduled ?? due(member), now)
    guard first <= end else { return false }
    return (first...end).contains { ended in
      // That in the first of its slots may be lost.
      let starts =
        scheduled.map { Array(stride(from: $0, through: ended, by: Int(interval))) }
        ?? Array(due(member)...max(due(member), ended))
      return starts.contains { fails(member, from: $0, to: ended, by: end) }
    }
  }

  private func fails(_ past: Member, from started: Int64, to ended: Int64, by end: Int64) -> Bool {
    var member = past
    var next = (started: started, ended: ended)
    while next.ended <= end {
      member.checks.append(
        PastCheck(
          ending: .failure(isForgiven: false, .statusMismatch), started: next.started,
          ended: next.ended, report: 0))
      switch health(after: member.checks, from: member.before).state {
      case .unhealthy: return true
      case .initial where isTooLate(member.checks, member): return true
      case .initial, .healthy: break
      }
      let slot = slot(of: member, notBefore: next.ended)
      next = (slot, slot)
    }
    return false
  }

  /// The policy's own measure, of the old group as it was asked.
  func isTooMany(_ failing: Int, _ trial: Trial) -> Bool {
    let total = trial.total
    return failing > maxUnhealthy(of: total) || total - failing < min(minHealthy(of: total), total)
  }

  /// Until when the old group is asked.
  func end(of trial: Trial) -> Int64 {
    trial.began + Int64(check.unhealthyThreshold) * interval + check.timeout.inMicroseconds
      + trial.longer
  }

  mutating func settle(at now: Int64, seenAt seen: Int64) {
    guard let trial else { return }
    var (failing, open) = (0, 0)
    for index in trial.asked.keys {
      switch finding(trial, index) {
      case .failing: failing += 1
      case .open where canFail(members[index], from: now, by: end(of: trial)): open += 1
      case .open, .well: break
      }
    }
    if isTooMany(failing, trial) { return conclude(.inconclusive, .sharedCause, at: now) }
    if now > end(of: trial) || !isTooMany(failing + open, trial) {
      rollBack(trial.code, at: now, seenAt: seen)
    }
  }
}

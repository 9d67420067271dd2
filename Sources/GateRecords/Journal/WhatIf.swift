package import GateCore
internal import GateSettings
internal import GateText

/// What other settings would have made of a recorded run, as far as the record tells.
///
/// A journal has the checks that were made. Settings that make something else of them can be
/// judged; for one that wants checks which were not made, or lets one go on that was cut short,
/// nobody knows, and nothing is guessed.
package enum WhatIf: Hashable, Sendable {
  case decided(Verdict)
  /// What the journal lacks, in words.
  case unknown(String)
}

extension Journal {
  /// Decides again under a header whose health check may differ in everything.
  package func whatIf(under changed: RunHeader) -> WhatIf {
    let recorded = summary.header.check
    guard changed.check.interval.isMultiple(of: recorded.interval) else {
      return .unknown(
        "needs checks every \(changed.check.interval.inWords), but they were made every "
          + recorded.interval.inWords)
    }
    var rewriting = Rewriting(from: recorded, to: changed.check)
    // What ends sooner moves ahead; what was at one moment stays in its order.
    let rewritten = entries.flatMap { rewriting.steps(of: $0) }
    let open = rewriting.openChecks(at: entries.last?.at ?? .start)
    let steps = (rewritten + open).enumerated()
      .sorted { ($0.element.at, $0.offset) < ($1.element.at, $1.offset) }.map(\.element)
    return decide(steps, under: changed)
  }

  private func decide(_ steps: [Rewriting.Step], under changed: RunHeader) -> WhatIf {
    var gate = Gate(check: changed.check, policy: changed.policy)
    var effects: [GateEffect] = []
    for step in steps {
      switch step.event {
      case .happened(let event):
        gate.event(for: event).map { _ = gate.handle($0, at: step.at, effects: &effects) }
      case .unknown(let words):
        gate.handle(.wokeUp, at: step.at, effects: &effects)
        if gate.verdict == nil { return .unknown(words) }
      }
      effects.removeAll(keepingCapacity: true)
      if let verdict = gate.verdict { return .decided(verdict) }
    }
    let end = steps.last?.at ?? .start
    return .unknown("needs checks after \(end.preciseWords), where the journal ends")
  }
}

/// Makes the events of a run as they would have been under another health check.
private struct Rewriting {
  struct Step {
    var at: GateInstant
    var event: Event
  }

  enum Event {
    case happened(Journal.RecordedEvent)
    /// From here on, as the words say, the journal does not tell.
    case unknown(String)
  }

  private let recorded: HealthCheck
  private let changed: HealthCheck
  /// Of the recorded slots, one in so many.
  private let stride: Int64
  private var schedules: [Journal.Name: Schedule] = [:]
  /// When the event before came.
  private var latest = GateInstant.start

  /// The checks of one instance.
  private struct Schedule {
    var firstStart: GateInstant?
    /// The slot of the latest check that is kept.
    var kept: Int64 = 0
    /// When the next one is due.
    var due: GateInstant
  }

  init(from recorded: HealthCheck, to changed: HealthCheck) {
    self.recorded = recorded
    self.changed = changed
    stride = changed.interval.inMicroseconds / recorded.interval.inMicroseconds
  }

  mutating func steps(of entry: Journal.Entry) -> [Step] {
    defer { latest = entry.at }
    switch entry.event {
    case .instanceAdded(let instance):
      let name = Journal.Name(id: instance.id, role: instance.role)
      schedules[name] = Schedule(due: entry.at)
      return [Step(at: entry.at, event: .happened(entry.event))]
    case .instanceRemoved(let name):
      schedules[name] = nil
      return [Step(at: entry.at, event: .happened(entry.event))]
    case .checked(let name, let report): return steps(of: report, name, at: entry.at)
    case .checkLost(let name, let fault):
      let lack = lack(before: fault.started ?? entry.at, of: name)
      guard isKept(fault.started ?? entry.at, of: name) else { return [] }
      return lack + [Step(at: entry.at, event: .happened(entry.event))]
    case .interrupted:
      return [
        Step(
          at: entry.at,
          event: .unknown(
            "needs checks after \(entry.at.preciseWords), when the run was interrupted"))
      ]
    case .resumed: return resumed(entry)
    case .aftermath, .derived: return []
    case .listed, .loadBalancerSaw, .loadBalancerAsked, .guardWaits, .stepBegan,
      .stepCommandEnded, .wokeUp:
      return [Step(at: entry.at, event: .happened(entry.event))]
    }
  }

  /// The runner died, and another went on: what was under way is lost, and where the gap was long
  /// the slots begin anew.
  private mutating func resumed(_ entry: Journal.Entry) -> [Step] {
    guard stride == 1 else {
      return [
        Step(
          at: entry.at,
          event: .unknown(
            "needs checks every \(changed.interval.inWords) as they would have been after "
              + "\(entry.at.preciseWords), when the run was resumed"))
      ]
    }
    let lost = openChecks(at: latest)
    for (name, schedule) in schedules {
      schedules[name] = Schedule(due: max(schedule.due, entry.at))
    }
    return lost + [Step(at: entry.at, event: .happened(entry.event))]
  }

  private mutating func steps(
    of report: CheckReport, _ name: Journal.Name, at end: GateInstant
  ) -> [Step] {
    let lack = lack(before: report.started, of: name)
    guard isKept(report.started, of: name) else { return [] }
    // A guard has a timeout of its own.
    guard name.role != .guard else {
      return lack + [Step(at: end, event: .happened(.checked(name, report)))]
    }
    if changed.timeout > recorded.timeout, report.hasTimedOut {
      return lack + [
        Step(
          at: end,
          event: .unknown(
            "a check of \(name.id.printable) timed out at \(end.preciseWords): with "
              + "\(changed.timeout.inWords) it may have succeeded"))
      ]
    }
    guard changed.timeout < recorded.timeout,
      report.latencyMicroseconds > changed.timeout.inMicroseconds
    else { return lack + [Step(at: end, event: .happened(.checked(name, report)))] }
    return lack + [cutShort(report, name, at: end)]
  }

  /// A check that would not have had the time that it took.
  private func cutShort(_ report: CheckReport, _ name: Journal.Name, at end: GateInstant) -> Step {
    let until = report.started + changed.timeout
    // It kept its next slot busy, where a check would then have been made.
    guard end.since(report.started) < recorded.interval else {
      return Step(
        at: until,
        event: .unknown(
          "needs a check of \(name.id.printable) after \(until.preciseWords), when one was still open"
        ))
    }
    return Step(
      at: until,
      event: .happened(
        .checked(
          name,
          CheckReport(
            started: report.started, result: .failure(.timeoutResponse),
            latencyMicroseconds: changed.timeout.inMicroseconds,
            detail: "no answer within \(changed.timeout.inWords)"))))
  }

  /// Checks that were open when the journal ended, and would have been over by then.
  func openChecks(at end: GateInstant) -> [Step] {
    guard changed.timeout < recorded.timeout else { return [] }
    return schedules.filter { $0.key.role != .guard }.sorted {
      ($0.key.role.rawValue, $0.key.id) < ($1.key.role.rawValue, $1.key.id)
    }.compactMap { name, schedule in
      let until = schedule.due + changed.timeout
      guard until <= end else { return nil }
      return Step(
        at: until,
        event: .unknown(
          "needs a check of \(name.id.printable) that was open at \(until.preciseWords), and whose end "
            + "the journal does not have"))
    }
  }

  // MARK: - Slots

  /// Whether a check is in a slot that the longer interval has too.
  private mutating func isKept(_ started: GateInstant, of name: Journal.Name) -> Bool {
    let slot = slot(of: started, name)
    guard slot % stride == 0 else { return false }
    var schedule = schedules[name] ?? Schedule(due: started)
    let firstStart = schedule.firstStart ?? started
    schedule.firstStart = firstStart
    schedule.kept = slot
    schedule.due = firstStart + recorded.interval * Int(slot + stride)
    schedules[name] = schedule
    return true
  }

  /// A slot that the longer interval has, but in which no check was made.
  private func lack(before started: GateInstant, of name: Journal.Name) -> [Step] {
    guard stride > 1, let schedule = schedules[name], schedule.firstStart != nil,
      slot(of: started, name) > schedule.kept + stride
    else { return [] }
    return [
      Step(
        at: schedule.due,
        event: .unknown("needs a check of \(name.id.printable) at \(schedule.due.preciseWords)"))
    ]
  }

  private func slot(of started: GateInstant, _ name: Journal.Name) -> Int64 {
    guard let first = schedules[name]?.firstStart else { return 0 }
    return started.since(first).inMicroseconds / recorded.interval.inMicroseconds
  }
}

extension CheckReport {
  fileprivate var hasTimedOut: Bool {
    switch result {
    case .success: false
    case .failure(let kind):
      switch kind {
      case .timeoutConnect, .timeoutTLS, .timeoutResponse: true
      case .connectionRefused, .connectionReset, .tlsError, .statusMismatch, .grpcStatusMismatch,
        .expectationFailed, .wrongVersion, .protocolError, .hostUnreachable:
        false
      }
    }
  }
}

extension Duration {
  /// Whether it is a whole number of times the other, at least once.
  fileprivate func isMultiple(of other: Duration) -> Bool {
    self >= other && inMicroseconds % other.inMicroseconds == 0
  }
}

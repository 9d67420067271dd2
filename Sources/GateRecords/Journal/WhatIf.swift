package import GateCore
internal import GateSettings
internal import GateText

/// The decision under other settings on a recorded run, as far as the journal allows.
///
/// A journal has only the checks that were made. Settings that draw other conclusions from them can
/// be judged. If a setting requires checks that were not made, or a longer timeout for one that
/// timed out, the result is unknown, and nothing is guessed.
package enum WhatIf: Hashable, Sendable {
  case decided(Verdict)
  /// The missing information, in words.
  case unknown(String)
}

/// Replays entries under a header whose health check may differ in any setting.
package struct WhatIfReplay: Sendable {
  private var gate: Gate
  private var effects: [GateEffect] = []
  private var rewriting: Rewriting
  /// The result, once it is known.
  private var result: WhatIf?
  /// The time of the latest step.
  private var last = GateInstant.start
  /// All steps, if checks can end earlier than recorded or were not made: some then move ahead.
  private var steps: [Step] = []
  private var course: StepCourse?

  fileprivate struct Step {
    var at: GateInstant
    var event: Event
  }

  fileprivate enum Event {
    case happened(Journal.RecordedEvent)
    /// From here on the journal lacks information, described in words.
    case unknown(String)
    /// The last step that follows from the entry.
    case over(Journal.Entry)
  }

  package init(of recorded: RunHeader, under changed: RunHeader) {
    let (old, new) = (recorded.checks.map(\.check), changed.checks.map(\.check))
    gate = Gate(checks: new, policy: changed.policy)
    rewriting = Rewriting(from: old, to: new)
    course = StepCourse(of: recorded, under: changed)
    let made = zip(old, new).first { old, new in !new.interval.isMultiple(of: old.interval) }
    if let (old, new) = made {
      result = .unknown(
        "needs checks every \(new.interval.inWords), but they were made every "
          + old.interval.inWords)
    } else if !rewriting.keepsOrder, old.contains(where: \.spreadChecks) {
      // The journal does not tell their position in the slots of a longer interval.
      result = .unknown(
        "needs checks at another interval or with a shorter timeout, but they were spread "
          + "(spread_checks)")
    }
  }

  /// Creates a replay for settings that allow no decision.
  package init(of recorded: RunHeader, unknown words: String) {
    self.init(of: recorded, under: recorded)
    result = .unknown(words)
  }

  package mutating func fold(_ entries: [Journal.Entry]) {
    for entry in entries {
      guard result == nil else { return }
      var new = rewriting.steps(of: entry)
      if course != nil { new.append(Step(at: entry.at, event: .over(entry))) }
      if rewriting.keepsOrder { new.forEach { take($0) } } else { steps += new }
    }
  }

  /// The result after the last entry.
  package mutating func end() -> WhatIf {
    // Steps at the same moment keep their order.
    let ordered = (steps + rewriting.openChecks()).enumerated()
      .sorted { ($0.element.at, $0.offset) < ($1.element.at, $1.offset) }
    for step in ordered where result == nil { take(step.element) }
    return result
      ?? .unknown("needs checks after \(last.preciseWords), where the journal ends")
  }

  private mutating func take(_ step: Step) {
    guard result == nil else { return }
    last = step.at
    switch step.event {
    case .happened(let event):
      guard let event = gate.event(for: event) else { return }
      gate.handle(event, at: step.at, effects: &effects)
    case .unknown(let words):
      gate.handle(.wokeUp, at: step.at, effects: &effects)
      if gate.verdict == nil { result = .unknown(words) }
    case .over(let entry):
      // The gate does not judge in the middle of a response.
      let isPiece = gate.event(for: entry.event)?.isPartOfAnswer ?? false
      if !isPiece { gate.handle(.wokeUp, at: step.at, effects: &effects) }
      if course?.isShared(by: gate, after: entry) == false, gate.verdict == nil {
        result = .unknown(
          "needs what the traffic would have met after \(step.at.preciseWords), when a step would "
            + "have gone on at another time")
      }
    }
    effects.removeAll(keepingCapacity: true)
    if let verdict = gate.verdict { result = .decided(verdict) }
  }
}

/// Converts the events of a run to those under another health check.
private struct Rewriting {
  typealias Step = WhatIfReplay.Step

  /// The changes to the checks of one health check.
  private struct Change {
    var recorded: HealthCheck
    var changed: HealthCheck
    /// The number of recorded slots per slot of the longer interval.
    var stride: Int64
  }

  /// The changes by the index of the health check.
  private let changes: [Change]
  /// Whether each step has the time of its entry.
  let keepsOrder: Bool
  private var schedules: [Journal.Name: Schedule] = [:]
  /// The time of the previous event.
  private var latest = GateInstant.start

  /// The checks of one instance.
  private struct Schedule {
    var firstStart: GateInstant?
    /// The slot of the latest check that was kept.
    var kept: Int64 = 0
    /// When the next check is due.
    var due: GateInstant
  }

  init(from recorded: [HealthCheck], to changed: [HealthCheck]) {
    changes = zip(recorded, changed).map { recorded, changed in
      let stride = changed.interval.inMicroseconds / recorded.interval.inMicroseconds
      return Change(recorded: recorded, changed: changed, stride: stride)
    }
    keepsOrder = changes.allSatisfy {
      $0.stride == 1 && $0.changed.timeout >= $0.recorded.timeout
    }
  }

  mutating func steps(of entry: Journal.Entry) -> [Step] {
    defer { latest = entry.at }
    switch entry.event {
    case .plain(.instanceAdded(let instance)):
      for check in changes.indices where check == 0 || instance.role != .guard {
        let name = Journal.Name(id: instance.id, role: instance.role, check: check)
        schedules[name] = Schedule(due: entry.at)
      }
      return [Step(at: entry.at, event: .happened(entry.event))]
    case .instanceRemoved(let name):
      for check in changes.indices {
        schedules[Journal.Name(id: name.id, role: name.role, check: check)] = nil
      }
      return [Step(at: entry.at, event: .happened(entry.event))]
    case .checked(let name, let report): return steps(of: report, name, at: entry.at)
    case .checkLost(let name, let fault):
      let lack = lack(before: fault.started ?? entry.at, of: name)
      guard isKept(fault.started ?? entry.at, of: name) else { return [] }
      return lack + [Step(at: entry.at, event: .happened(entry.event))]
    case .plain(.interrupted):
      return [
        Step(
          at: entry.at,
          event: .unknown(
            "needs checks after \(entry.at.preciseWords), when the run was interrupted"))
      ]
    case .plain(.resumed): return resumed(entry)
    case .aftermath, .derived: return []
    case .plain, .listed, .loadBalancerSaw, .guardWaits:
      return [Step(at: entry.at, event: .happened(entry.event))]
    }
  }

  /// Handles a resumption: running checks are lost, and after a long gap the slots restart.
  private mutating func resumed(_ entry: Journal.Entry) -> [Step] {
    if let change = changes.first(where: { $0.stride > 1 }) {
      return [
        Step(
          at: entry.at,
          event: .unknown(
            "needs checks every \(change.changed.interval.inWords) as they would have been after "
              + "\(entry.at.preciseWords), when the run was resumed"))
      ]
    }
    let lost = openChecks()
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
    // A guard has its own timeout.
    guard name.role != .guard else {
      return lack + [Step(at: end, event: .happened(.checked(name, report)))]
    }
    let (changed, recorded) = (changes[name.check].changed, changes[name.check].recorded)
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

  /// A check that would have exceeded the shorter timeout.
  private func cutShort(_ report: CheckReport, _ name: Journal.Name, at end: GateInstant) -> Step {
    let (changed, recorded) = (changes[name.check].changed, changes[name.check].recorded)
    let until = report.started + changed.timeout
    // It occupied its next slot, in which a check would then have been made.
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

  /// Checks that have not ended, but would have by now.
  func openChecks() -> [Step] {
    schedules.filter { name, _ in
      let change = changes[name.check]
      return name.role != .guard && change.changed.timeout < change.recorded.timeout
    }.sorted {
      ($0.key.role.rawValue, $0.key.id, $0.key.check)
        < ($1.key.role.rawValue, $1.key.id, $1.key.check)
    }.compactMap { name, schedule in
      let changed = changes[name.check].changed
      let until = schedule.due + changed.timeout
      guard until <= latest else { return nil }
      return Step(
        at: until,
        event: .unknown(
          "needs a check of \(name.id.printable) that was open at \(until.preciseWords), and whose end "
            + "the journal does not have"))
    }
  }

  // MARK: - Slots

  /// Whether a check is in a slot of the longer interval.
  private mutating func isKept(_ started: GateInstant, of name: Journal.Name) -> Bool {
    let slot = slot(of: started, name)
    let stride = changes[name.check].stride
    guard slot % stride == 0 else { return false }
    var schedule = schedules[name] ?? Schedule(due: started)
    let firstStart = schedule.firstStart ?? started
    schedule.firstStart = firstStart
    schedule.kept = slot
    schedule.due = firstStart + changes[name.check].recorded.interval * Int(slot + stride)
    schedules[name] = schedule
    return true
  }

  /// The missing check of a slot of the longer interval; empty if there is none.
  private func lack(before started: GateInstant, of name: Journal.Name) -> [Step] {
    let stride = changes[name.check].stride
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
    let interval = changes[name.check].recorded.interval
    return started.since(first).inMicroseconds / interval.inMicroseconds
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
  /// Whether it is a multiple of the other duration, at least once.
  fileprivate func isMultiple(of other: Duration) -> Bool {
    self >= other && inMicroseconds % other.inMicroseconds == 0
  }
}

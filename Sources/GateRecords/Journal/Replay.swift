package import GateCore
internal import GateSettings

/// Replays a journal entry by entry, and decides again.
///
/// With the run's own settings, the verdict is the same, byte for byte.
package struct JournalReplay: Sendable {
  private var gate: Gate
  private var effects: [GateEffect] = []
  private var now = GateInstant.start
  /// The gate's decision; after it, only a resumption of the run counts.
  private var decision: Decision?
  private var course: StepCourse?

  /// Receives what an observer of the run would have received.
  package typealias Witness = (GateEvent, ArraySlice<GateEffect>, GateInstant, Gate) -> Void

  /// Replays under the settings of `changed`, which may differ from the recorded ones.
  package init(of recorded: RunHeader, under changed: RunHeader) {
    gate = Gate(checks: changed.checks.map(\.check), policy: changed.policy)
    course = StepCourse(of: recorded, under: changed)
  }

  package mutating func fold(_ entries: [Journal.Entry], _ witness: Witness) {
    // The buffer gives access in place; elements of an array would be copied.
    entries.withUnsafeBufferPointer { entries in
      for index in entries.indices { fold(entries[index], witness) }
    }
  }

  private mutating func fold(_ entry: Journal.Entry, _ witness: Witness) {
    // Only a promotion is withdrawn by a resumption.
    if case .plain(.resumed) = entry.event, decision == .promote { decision = nil }
    guard decision == nil else { return }
    now = entry.at
    guard let event = gate.event(for: entry.event) else { return }
    let isFolded = gate.handle(event, at: now, effects: &effects)
    if isFolded || !effects.isEmpty {
      witness(isFolded ? event : .wokeUp, effects[...], now, gate)
    }
    effects.removeAll(keepingCapacity: true)
    if course != nil { leaveCourse(after: entry, witness) }
    decision = gate.verdict?.decision
  }

  /// Ends the replay where the steps would have continued differently.
  private mutating func leaveCourse(after entry: Journal.Entry, _ witness: Witness) {
    guard course?.isShared(by: gate, after: entry) == false else { return }
    let event = GateEvent.interrupted(.otherSteps)
    gate.handle(event, at: now, effects: &effects)
    witness(event, effects[...], now, gate)
    effects.removeAll(keepingCapacity: true)
  }

  /// Ends the replay; call it after the last entry.
  package mutating func end() -> (gate: Gate, verdict: Verdict) {
    if decision == nil { gate.handle(.interrupted(.journalEnd), at: now, effects: &effects) }
    guard let verdict = gate.verdict else { preconditionFailure("an interrupted gate decides") }
    return (gate, verdict)
  }
}

extension Journal {
  /// Replays the journal under the settings of its header, or changed ones.
  package func replayed(
    under header: RunHeader, witness: JournalReplay.Witness = { _, _, _, _ in }
  ) -> (gate: Gate, verdict: Verdict) {
    var replay = JournalReplay(of: summary.header, under: header)
    replay.fold(entries, witness)
    return replay.end()
  }
}

/// The result of replaying a recorded run.
package struct ReplayedJournal: Sendable {
  package var summary: JournalSummary
  /// The header: the run's, or one with changed settings.
  package var header: RunHeader
  package var gate: Gate
  package var verdict: Verdict

  package init(
    _ summary: JournalSummary, under header: RunHeader, _ end: (gate: Gate, verdict: Verdict)
  ) {
    self.summary = summary
    self.header = header
    (gate, verdict) = end
  }

  /// The verdict as the run gave it, or would have given it.
  ///
  /// The exit status is that of the verdict alone; only the run knows the results of its outputs.
  package var document: VerdictDocument {
    var document = VerdictDocument(
      header: header, gate: gate, verdict: verdict,
      exitCode: verdict.exitCode(isAdvisory: header.isAdvisory),
      journal: JournalDigest(
        path: header.journalPath, sha256: summary.sha256, events: summary.events))
    // A changed verdict has no events after it.
    if header == summary.header { document.add(summary.aftermath) }
    return document
  }
}

extension Gate {
  private func key(of name: Journal.Name) -> InstanceKey? {
    key(of: name.id, name.role).map { InstanceKey($0.index, check: name.check) }
  }

  private func finished(_ recorded: Journal.Listing) -> FinishedListing {
    var finished = recorded.listing
    if case .succeeded(let expected, _, let doubled) = finished.result {
      let missing = recorded.missing.compactMap { key(of: $0, finished.role) }
      finished.result = .succeeded(expected: expected, missing: missing, doubled: doubled)
    }
    return finished
  }

  /// The event as the gate gets it; nil for other entries, and for an instance that never joined.
  func event(for recorded: Journal.RecordedEvent) -> GateEvent? {
    switch recorded {
    case .plain(let event): event
    case .instanceRemoved(let name): key(of: name).map { .instanceRemoved($0) } ?? .wokeUp
    case .checked(let name, let report): key(of: name).map { .checked($0, report) } ?? .wokeUp
    case .checkLost(let name, let fault): key(of: name).map { .checkLost($0, fault) } ?? .wokeUp
    case .listed(let listing): .listed(finished(listing))
    case .loadBalancerSaw(let id, let view):
      key(of: id).map { .loadBalancerSaw($0, view) } ?? .wokeUp
    case .guardWaits(let name, let wait): key(of: name).map { .guardWaits($0, wait) } ?? .wokeUp
    case .aftermath, .derived: nil
    }
  }
}

package import GateCore
internal import GateSettings

extension Journal {
  /// Decides again from what was recorded, under the header's settings or changed ones.
  ///
  /// With the header's own the verdict is the run's, to the byte. The witness is told what an
  /// observer of the run would have been told.
  package func replayed(
    under header: RunHeader,
    witness: (GateEvent, ArraySlice<GateEffect>, GateInstant, Gate) -> Void = { _, _, _, _ in }
  ) -> (gate: Gate, verdict: Verdict) {
    var gate = Gate(checks: header.checks.map(\.check), policy: header.policy)
    var effects: [GateEffect] = []
    var now = GateInstant.start
    let resumption = entries.lastIndex { if case .resumed = $0.event { true } else { false } } ?? 0
    for (index, entry) in entries.enumerated() {
      now = entry.at
      guard let event = gate.event(for: entry.event) else { continue }
      let isFolded = gate.handle(event, at: now, effects: &effects)
      if isFolded || !effects.isEmpty {
        witness(isFolded ? event : .wokeUp, effects[...], now, gate)
      }
      effects.removeAll(keepingCapacity: true)
      // A promotion that the run had come to before it was resumed is taken back by that.
      if let verdict = gate.verdict, index >= resumption || verdict.decision != .promote {
        return (gate, verdict)
      }
    }
    gate.handle(.interrupted(.journalEnd), at: now, effects: &effects)
    guard let verdict = gate.verdict else { preconditionFailure("an interrupted gate decides") }
    return (gate, verdict)
  }
}

extension Journal {
  /// What came of the verdict; of one that was taken back when the run went on, nothing.
  package var aftermath: Aftermath {
    var aftermath = Aftermath()
    for entry in entries {
      switch entry.event {
      case .aftermath(let event): aftermath.note(event)
      case .resumed: aftermath = Aftermath()
      default: break
      }
    }
    return aftermath
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

  /// The event as it was folded in, if it is one; what is said of an instance that never joined is
  /// nothing.
  func event(for recorded: Journal.RecordedEvent) -> GateEvent? {
    switch recorded {
    case .instanceAdded(let instance): .instanceAdded(instance)
    case .instanceRemoved(let name): key(of: name).map { .instanceRemoved($0) } ?? .wokeUp
    case .checked(let name, let report): key(of: name).map { .checked($0, report) } ?? .wokeUp
    case .checkLost(let name, let fault): key(of: name).map { .checkLost($0, fault) } ?? .wokeUp
    case .listed(let listing): .listed(finished(listing))
    case .loadBalancerSaw(let id, let view):
      key(of: id).map { .loadBalancerSaw($0, view) } ?? .wokeUp
    case .loadBalancerAsked(let view): .loadBalancerAsked(view)
    case .guardWaits(let name, let wait): key(of: name).map { .guardWaits($0, wait) } ?? .wokeUp
    case .stepBegan(let step): .stepBegan(step)
    case .stepCommandEnded(let end): .stepCommandEnded(end)
    case .interrupted(let interruption): .interrupted(interruption)
    case .resumed(let gap): .resumed(after: gap)
    case .wokeUp: .wokeUp
    case .aftermath, .derived: nil
    }
  }
}

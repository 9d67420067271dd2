package import GateCore
package import GateSettings
internal import GateText

/// A run whose runner is gone, restored from its journal so that another runner can continue it.
package struct ResumedRun: Sendable {
  package let header: RunHeader
  /// The gate after all recorded events.
  package let gate: Gate
  /// The time of the last line, which may be later than that of the last event.
  package let latest: GateInstant
  /// The number of lines, including `lostLines`.
  package let lines: Int
  /// The lines that follow from the last event but were not written because of the crash.
  package let lostLines: [UInt8]
  /// Whether the crash came before all initial instances were recorded.
  package let isBeginningCutOff: Bool
  /// What followed the run's verdict, if it had one.
  package let aftermath: Aftermath

  /// Folds the recorded events; the witness gets what an observer of the run would have.
  package init(
    _ journal: Journal, witness: (GateEvent, GateInstant, Gate) -> Void = { _, _, _ in }
  ) {
    var entries = journal.entries
    // A run that is resumed was only interrupted; one whose undo has begun had ended.
    if !journal.aftermath.hasBegunUndo,
      let last = entries.lastIndex(where: { $0.event.isOwn }),
      case .plain(.interrupted) = entries[last].event
    {
      entries[last].event = .plain(.wokeUp)
    }
    header = journal.header
    aftermath = journal.aftermath
    isBeginningCutOff = entries.allSatisfy { entry in
      switch entry.event {
      case .plain(.instanceAdded), .plain(.wokeUp), .derived: true
      default: false
      }
    }
    var gate = Gate(checks: header.checks.map(\.check), policy: header.policy)
    let last = entries.lastIndex { $0.event.isOwn }
    var lost: [ArraySlice<UInt8>] = []
    for (index, entry) in entries.enumerated() {
      var effects: [GateEffect] = []
      guard let event = gate.event(for: entry.event) else { continue }
      let isFolded = gate.handle(event, at: entry.at, effects: &effects)
      if isFolded || !effects.isEmpty { witness(isFolded ? event : .wokeUp, entry.at, gate) }
      guard index == last, isFolded else { continue }
      var writer = JournalWriter(after: index + 1)
      writer.write(event, effects[...], at: entry.at, in: gate)
      let written = entries.count - index
      lost = Array(writer.bytes.split(separator: UInt8(ascii: "\n")).dropFirst(written))
    }
    self.gate = gate
    latest = max(gate.clock, entries.last?.at ?? .start)
    lostLines = lost.flatMap { $0 + [UInt8(ascii: "\n")] }
    lines = journal.events + lost.count
  }
}

extension ResumedRun {
  // MARK: - Differences

  /// The settings that differ from those of the run to resume, as problems; none may differ.
  package func differences(from settings: Settings, _ policy: GatePolicy) -> [SettingProblem] {
    let source = settings.source.key
    guard source.rawValue == header.group.source else {
      return [difference(source, "given", "\(header.group.source) instead", settings)]
    }
    var problems: [SettingProblem] = []
    guard settings.checks.map(\.check.name) == header.checks.map(\.check.name) else {
      return [
        difference(
          .healthChecks, names(of: settings.checks.map(\.check)),
          names(of: header.checks.map(\.check)), settings)
      ]
    }
    let now = understood(settings.checks.map(\.check), policy, settings.isAdvisory)
    let then = understood(header.checks.map(\.check), header.policy, header.isAdvisory)
    let recorded = Dictionary(header.settings.map { ($0.name, $0.value) }) { first, _ in first }
    // Defaults that follow from what somebody chose.
    var consequences: [SettingProblem] = []
    for (new, old) in zip(now, then) where new.text != old.text {
      let problem = difference(new.key, new.text, old.text, settings)
      let isChosen = settings.inForce.values[new.key]?.first?.origin.isChosen ?? false
      if isChosen || recorded[new.key.rawValue] != nil {
        problems.append(problem)
      } else {
        consequences.append(problem)
      }
    }
    let expected = settings.group.expected.map { "\($0)" }
    let recordedExpected = "\(header.policy.expected)"
    if expected ?? recorded[SettingKey.expected.rawValue] != nil, expected != recordedExpected {
      problems.append(difference(.expected, expected, recordedExpected, settings))
    }
    // A list is compared by its instances.
    let compared = Set(now.map(\.key) + [.expected, .instances])
    for key in SettingKey.allCases where key.decides && !compared.contains(key) {
      let unset = key.setting.kind == .toggle ? "false" : nil
      let new = RunHeader.ChosenSetting(key, settings.inForce.values[key] ?? [])?.value ?? unset
      let old = recorded[key.rawValue] ?? unset
      if new != old { problems.append(difference(key, new, old, settings)) }
    }
    return problems.isEmpty ? consequences : problems
  }

  /// The settings on which a verdict depends, in a form that does not depend on their notation.
  private func understood(
    _ checks: [HealthCheck], _ policy: GatePolicy, _ isAdvisory: Bool
  ) -> [(key: SettingKey, text: String?)] {
    let comparison =
      policy.comparison?.recordedTexts ?? ComparisonPolicy.recorded.map { ($0.key, nil) }
    return checks.flatMap(\.recordedTexts) + policy.recordedTexts + comparison + [
      (.advisory, String(isAdvisory)), (.compare, String(policy.comparison != nil)),
      (.refresh, policy.polling?.refresh.inWords),
    ]
  }

  private func names(of checks: [HealthCheck]) -> String? {
    let names = checks.map(\.name).filter { !$0.isEmpty }
    return names.isEmpty ? nil : names.joined(separator: ", ")
  }

  private func difference(
    _ key: SettingKey, _ new: String?, _ old: String?, _ settings: Settings
  ) -> SettingProblem {
    let texts = [new, old].map { $0?.split(separator: "\n").joined(separator: ", ").cut(to: 80) }
    let hint =
      new == nil
      ? "give it as the run had it: only what was seen is taken from the journal"
      : "give it as the run had it, or begin a new run without \(SettingKey.resume.flag)"
    let sentence =
      switch (texts[0], texts[1]) {
      case (nil, let old): "\(key.rawValue) is not given, but the run to resume had \(old ?? "")"
      case (let new?, nil): "\(key.rawValue) is \(new), but the run to resume had none"
      case (let new?, let old?): "\(key.rawValue) is \(new), but the run to resume had \(old)"
      }
    return SettingProblem(
      .inconsistent(key, sentence, hint: hint), at: settings.inForce.values[key]?.first?.origin)
  }

  /// How a fixed list differs from that of the run, in words; nil if it is the same.
  package func difference(ofList instances: [Instance], _ role: InstanceRole) -> String? {
    // The guards of a step belong to the steps.
    let recorded = gate.records(role).map(\.instance).filter { $0.step == nil }
    let (now, then) = (Set(instances.map(\.place)), Set(recorded.map(\.place)))
    let gone = recorded.filter { !now.contains($0.place) }
    let new = isBeginningCutOff ? [] : instances.filter { !then.contains($0.place) }
    guard let first = gone.first ?? new.first else { return nil }
    let what =
      role == .member ? "instances" : role == .baseline ? "instances of the baseline" : "guards"
    return "the \(what) are not those of the run to resume: \(first.id.shown.escaped) is "
      + (gone.isEmpty ? "new" : "not among them")
  }
}

extension Instance {
  fileprivate var place: [String] { [id, address, "\(port)"] }
}

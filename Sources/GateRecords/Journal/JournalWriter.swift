package import GateCore
internal import GateSettings
package import GateText

/// Writes the gate's events as lines of the journal; the caller stores them.
package struct JournalWriter {
  private var writer = JSONWriter(.compact)
  private var sequence: Int
  /// The header of a resumed run, for its `resumed` line; nil otherwise.
  package var resumption: RunHeader?

  /// The `cause` of a failure without a known cause.
  fileprivate static let noCause = "other"

  /// Continues a journal that already has this many lines.
  package init(after lines: Int = 0) {
    sequence = lines
  }

  /// The total number of lines.
  package var events: Int { sequence }

  /// The lines since the last `removeAll`.
  package var bytes: [UInt8] { writer.bytes }

  /// The lines since the last `removeAll`, without a copy.
  package var written: ArraySlice<UInt8> { writer.written }

  package mutating func removeAll() { writer.removeAll() }

  package mutating func runStarted(_ header: RunHeader) {
    line(.start, "run_started") { writer in
      writer.field("schema_version", RunHeader.schemaVersion)
      writer.field("rules", RunHeader.rules)
      writer.field("healthgate_version", header.healthgateVersion)
      writer.field("run_id", header.runID)
      writer.field("started_at", header.startedAt)
      header.writeKnown(to: &writer)
    }
  }

  /// Writes an event, then the lines that are derived from it.
  package mutating func write(
    _ event: GateEvent, _ effects: ArraySlice<GateEffect>, at instant: GateInstant, in gate: Gate
  ) {
    write(event, at: instant, in: gate)
    // A wake-up is written too if it decided: a replay must wake up at the same time.
    if case .wokeUp = event, !effects.contains(where: \.isVerdict) {
      line(instant, "woke_up") { _ in }
    }
    for effect in effects {
      switch effect {
      case .stateChanged(let key, let transition):
        stateChanged(gate.instance(key), transition, at: instant)
      case .conclude(let verdict): decided(verdict, at: instant)
      case .stepMoved(let transition): stepMoved(transition, at: instant, in: gate)
      case .startCheck, .wakeUp, .beginStep, .runCommand, .watch: break
      }
    }
  }

  private mutating func write(_ event: GateEvent, at instant: GateInstant, in gate: Gate) {
    switch event {
    case .instanceAdded(let instance): added(instance, at: instant)
    case .instanceRemoved(let key):
      line(instant, "instance_removed") { gate.instance(key).writeName(to: &$0) }
    case .checked(let key, let report): checked(key, report, at: instant, in: gate)
    case .checkLost(let key, let fault): lost(fault, key, at: instant, in: gate)
    case .listed(let listing): listed(listing, at: instant, in: gate)
    case .loadBalancerSaw(let key, let view): saw(gate.instance(key).id, view, at: instant)
    case .loadBalancerAsked(let view):
      line(instant, "load_balancer_view") { $0.answer(from: view.started, view.fault) }
    case .guardWaits(let key, let wait):
      line(instant, "guard_waits") { writer in
        gate.instance(key).writeName(to: &writer)
        writer.field("started", seconds: wait.started.microseconds)
        writer.field("waits_for", wait.detail)
        if wait.isEmpty { writer.field("empty", true) }
      }
    case .stepBegan(let step):
      line(instant, "step_began") { writer in
        gate.rollout.writeName(of: step, to: &writer)
        writer.field("attempt", gate.rollout.records[step].shifts)
      }
    case .stepCommandEnded(let end):
      line(instant, end.eventName) { writer in
        gate.rollout.writeName(of: end.command.step, to: &writer)
        end.write(to: &writer)
      }
    case .interrupted(let interruption):
      line(instant, "interrupted") { $0.field("signal", interruption.rawValue) }
    case .resumed(let gap): resumed(after: gap, at: instant)
    case .wokeUp: break
    }
  }

  /// Writes the end of a step.
  private mutating func stepMoved(
    _ transition: StepTransition, at instant: GateInstant, in gate: Gate
  ) {
    guard transition.to == .passed || transition.to == .failed else { return }
    line(instant, "step_ended") { writer in
      gate.rollout.writeName(of: transition.step, to: &writer)
      writer.field("state", transition.to.rawValue)
    }
  }

  private mutating func resumed(after gap: Duration, at instant: GateInstant) {
    let header = resumption
    line(instant, "resumed") { writer in
      writer.field("gap_seconds", seconds: gap.inMicroseconds)
      header?.writeKnown(to: &writer)
    }
  }

  /// Writes an event that followed the verdict.
  package mutating func write(_ event: Aftermath.Event, at instant: GateInstant) {
    line(instant, event.name, event.write)
  }

  /// Writes a signature over all lines before it.
  package mutating func signed(_ signature: JournalSignature, at instant: GateInstant) {
    line(instant, "signed") { writer in
      writer.field("key_id", signature.keyID)
      writer.field("signature", signature.text)
    }
  }

  private mutating func added(_ instance: Instance, at instant: GateInstant) {
    guard instance.role != .guard else {
      return line(instant, "guard_added") { writer in
        writer.field("id", instance.id)
        if let step = instance.step { writer.field("step", step + 1) }
      }
    }
    line(instant, "instance_added") { writer in
      instance.writeName(to: &writer)
      writer.field("address", instance.address)
      writer.field("port", instance.port)
      if !instance.otherPorts.isEmpty { writer.array("other_ports", numbers: instance.otherPorts) }
      writer.field("zone", instance.zone)
      if let mismatch = instance.mismatch { writer.field("mismatch", mismatch) }
    }
  }

  private mutating func saw(_ id: String, _ view: LoadBalancerView, at instant: GateInstant) {
    line(instant, "load_balancer_view") { writer in
      writer.field("id", id)
      writer.field("state", view.state.rawValue)
      writer.field("reason_code", view.reasonCode)
      writer.field("description", view.description)
    }
  }

  private mutating func checked(
    _ key: InstanceKey, _ report: CheckReport, at instant: GateInstant, in gate: Gate
  ) {
    line(instant, "check") { writer in
      gate.writeName(of: key, to: &writer)
      writer.field("started", seconds: report.started.microseconds)
      switch report.result {
      case .success:
        writer.field("ok", true)
        writer.null("kind")
        writer.null("cause")
      case .failure(let kind):
        writer.field("ok", false)
        writer.field("kind", kind.rawValue)
        writer.field("cause", report.cause?.rawValue ?? JournalWriter.noCause)
      }
      writer.field("status", report.status)
      writer.field("detail", report.detail)
      writer.field("latency_ms", milliseconds: report.latencyMicroseconds)
      if let version = report.version { writer.field("version", version) }
      if let evidence = report.evidence { evidence.write(to: &writer) }
    }
  }

  private mutating func lost(
    _ fault: GateFault, _ key: InstanceKey, at instant: GateInstant, in gate: Gate
  ) {
    line(instant, "gate_fault") { writer in
      writer.write(fault)
      gate.writeName(of: key, to: &writer)
      if let started = fault.started { writer.field("started", seconds: started.microseconds) }
    }
  }

  private mutating func listed(
    _ listing: FinishedListing, at instant: GateInstant, in gate: Gate
  ) {
    line(instant, "group_listed") { writer in
      if listing.role != .member { writer.field("role", listing.role.rawValue) }
      writer.answer(from: listing.started, listing.fault)
      switch listing.result {
      case .succeeded(let expected, let missing, let doubled):
        writer.field("expected", expected)
        if !missing.isEmpty { writer.array("missing", missing.map { gate.instance($0).id }) }
        if !doubled.isEmpty { writer.array("doubled", doubled) }
      case .empty(let expected):
        writer.field("expected", expected)
        writer.field("empty", true)
      case .failed: break
      }
      if !listing.notes.isEmpty { writer.array("notes", listing.notes.map(\.words)) }
    }
  }

  /// Writes a change of state.
  ///
  /// A change by the passing of time alone is written when it is seen.
  private mutating func stateChanged(
    _ instance: Instance, _ transition: Transition, at instant: GateInstant
  ) {
    line(instant, "state_changed") { writer in
      instance.writeName(to: &writer)
      writer.field("from", transition.from.rawValue)
      writer.field("to", transition.to.rawValue)
      writer.field("reason_code", transition.reason.code)
    }
  }

  /// Writes the verdict, and when it was noticed: that tells a replay whether the gate was held up.
  private mutating func decided(_ verdict: Verdict, at instant: GateInstant) {
    line(instant, "decided") { writer in
      writer.field("decision", verdict.decision.rawValue)
      writer.object("reason") { RecordedVerdict.Reason(verdict.reason).write(to: &$0) }
    }
  }

  private mutating func line(
    _ instant: GateInstant, _ event: StaticString, _ write: (inout JSONWriter) -> Void
  ) {
    let sequence = sequence
    writer.object { writer in
      writer.field("seq", sequence)
      writer.field("t", seconds: instant.microseconds)
      writer.field("event", constant: event)
      write(&writer)
    }
    writer.endLine()
    self.sequence += 1
  }
}

extension JSONWriter {
  /// Writes the id, and the role unless it is a group member.
  fileprivate mutating func name(_ id: String, _ role: InstanceRole) {
    field("id", id)
    if role != .member { field("role", role.rawValue) }
  }

  /// Writes when a listing or view began, and whether it succeeded.
  fileprivate mutating func answer(from started: GateInstant, _ fault: GateFault?) {
    field("started", seconds: started.microseconds)
    field("ok", fault == nil)
    if let fault { write(fault) }
  }

  fileprivate mutating func write(_ fault: GateFault) {
    field("detail", fault.detail)
    field("cause", fault.cause?.rawValue ?? JournalWriter.noCause)
  }
}

extension RunHeader {
  /// Writes the data besides the events on which the verdict depends.
  ///
  /// They are written at the beginning, and again when a run is resumed.
  fileprivate func writeKnown(to writer: inout JSONWriter) {
    writeRules(to: &writer)
    writer.object("group") { writer in
      group.write(to: &writer)
      writer.field("expected", policy.expected)
      writer.field("membership", policy.membership == .fixed ? "fixed" : "changing")
      if let polling = policy.polling {
        writer.field("refresh_seconds", seconds: polling.refresh.inMicroseconds)
        writer.field("listing_timeout_seconds", seconds: polling.timeout.inMicroseconds)
      }
    }
    if let baseline { writer.object("baseline") { baseline.write(to: &$0) } }
    writer.array("warnings", warnings)
    writer.field("journal", journalPath)
  }
}

extension GateEffect {
  /// Whether its line also says that the gate was woken.
  fileprivate var isVerdict: Bool {
    switch self {
    case .conclude: true
    case .stateChanged, .startCheck, .wakeUp, .beginStep, .runCommand, .watch, .stepMoved: false
    }
  }
}

extension Instance {
  /// Writes its ID, and its role unless it is a member of the group.
  fileprivate func writeName(to writer: inout JSONWriter) { writer.name(id, role) }
}

extension Gate {
  /// Writes the instance of a key, and the health check if there are several.
  fileprivate func writeName(of key: InstanceKey, to writer: inout JSONWriter) {
    let (id, role) = identity(of: key)
    writer.name(id, role)
    guard let name = checkName(of: key) else { return }
    writer.field("name", name)
  }
}

extension Evidence {
  package func write(to writer: inout JSONWriter) {
    writer.object("evidence") { writer in
      if let server { writer.field("server", server) }
      if let location { writer.field("location", location) }
      if let contentType { writer.field("content_type", contentType) }
      if let retryAfter { writer.field("retry_after", retryAfter) }
      if let title { writer.field("title", title) }
      if let excerpt { writer.field("excerpt", excerpt) }
      if let author { writer.field("author", author) }
      if !signs.isEmpty { writer.array("signs", signs) }
      if !failing.isEmpty { writer.array("failing", failing) }
    }
  }
}

package import GateCore
internal import GateInsight
internal import GateSettings
internal import GateText

/// The properties of a journal as a whole, besides its events.
package struct JournalSummary: Sendable {
  package var header: RunHeader
  /// The number of complete lines.
  package var events: Int
  /// Whether a crash cut off the last line, which is ignored.
  package var isCutOff: Bool
  /// The SHA-256 of the whole file, in hexadecimal.
  package var sha256: String
  /// The size of the complete lines, in bytes.
  package var bytes: Int
  /// The lines that sign all lines before them.
  package var signedLines: [Journal.SignedLine]
  /// What followed the verdict (hooks, undo, …); empty for a verdict that was withdrawn when the
  /// run was resumed.
  package var aftermath: Aftermath
}

/// A recorded run: its header and its events.
@dynamicMemberLookup
package struct Journal: Sendable {
  package var summary: JournalSummary
  package var entries: [Entry]

  package subscript<Value>(dynamicMember path: KeyPath<JournalSummary, Value>) -> Value {
    summary[keyPath: path]
  }

  /// An event of the journal, or the mere passing of time that a derived line shows.
  package struct Entry: Sendable {
    package var at: GateInstant
    package var event: RecordedEvent
  }

  /// An event as recorded, with instances identified by their ids.
  package enum RecordedEvent: Sendable {
    /// An event that concerns no instance.
    case plain(GateEvent)
    case instanceRemoved(Name)
    case checked(Name, CheckReport)
    case checkLost(Name, GateFault)
    case listed(Listing)
    case loadBalancerSaw(id: String, LoadBalancerView)
    case guardWaits(Name, GuardWait)
    /// An event after the verdict, which decides nothing.
    case aftermath(Aftermath.Event)
    /// A line that is derived from the lines before it, or signs them; no event.
    case derived

    /// Whether it is an event, and not a derived line.
    var isOwn: Bool {
      switch self {
      case .plain(.wokeUp), .derived, .aftermath: false
      case .plain, .instanceRemoved, .checked, .checkLost, .listed, .loadBalancerSaw, .guardWaits:
        true
      }
    }
  }

  /// A finished listing, with the ids of the instances that are missing from it.
  package struct Listing: Sendable {
    package var listing: FinishedListing
    package var missing: [String]
  }

  /// An instance as the journal identifies it: by id and role.
  ///
  /// Ids are unique within a role.
  package struct Name: Hashable, Sendable {
    package var id: String
    package var role: InstanceRole
    /// The index of the health check, if there are several; otherwise 0.
    package var check = 0
  }
}

/// Why a journal cannot be read, with the line.
package struct JournalError: Error, Hashable, Sendable {
  /// The line number, from 1; nil if the problem concerns the whole journal.
  package var line: Int?
  package var message: String

  package init(line: Int?, _ message: String) {
    self.line = line
    self.message = message
  }
}

extension Journal {
  /// Reads a whole journal.
  ///
  /// - Throws: `JournalError` for a line that is not an event, except for an incomplete last line.
  package init(reading bytes: [UInt8]) throws(JournalError) {
    var entries: [Entry] = []
    summary = try bytes.withUnsafeBufferPointer { bytes throws(JournalError) in
      var reader = JournalReader()
      let whole = try reader.read(bytes, into: &entries)
      return try reader.end(UnsafeBufferPointer(rebasing: bytes[whole...]), into: &entries)
    }
    self.entries = entries
  }
}

/// Reads a journal line by line, each checked against those before it, and keeps none of them.
package struct JournalReader {
  package private(set) var header: RunHeader?
  /// The names of the health checks.
  private var checkNames: [String] = []
  private var lines = 0
  /// The number of bytes of the lines so far.
  private var bytes = 0
  private var signedLines: [Journal.SignedLine] = []
  private var aftermath = Aftermath()
  /// The digest of all lines read so far.
  private var digest = Digest()

  private var now = GateInstant.start
  /// An interruption and the entries after it, until an event shows whether the run ended with it.
  private var held: [Journal.Entry] = []

  package init() {}

  /// Reads the complete lines of the next bytes of the file, and appends their entries.
  ///
  /// - Returns: The number of bytes of these lines. The rest must precede the next bytes.
  /// - Throws: `JournalError` for a line that is not an event.
  package mutating func read(
    _ bytes: UnsafeBufferPointer<UInt8>, into entries: inout [Journal.Entry]
  ) throws(JournalError) -> Int {
    var (start, digested) = (0, 0)
    while start < bytes.count {
      var text = PlainText(bytes, from: start)
      do throws(PlainText.Other) {
        guard lines > 0 else { throw PlainText.Other() }
        let entry = try CheckLine.entry(
          in: &text, number: lines, after: now, of: checkNames)
        now = entry.at
        if held.isEmpty { entries.append(entry) } else { add(entry, to: &entries) }
        start = text.position
      } catch {
        guard let feed = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) else { break }
        let line = try decode(UnsafeBufferPointer(rebasing: bytes[start..<feed]))
        if line.event == "signed" {
          digest.add(UnsafeBufferPointer(rebasing: bytes[digested..<start]))
          digested = start
        }
        if let entry = try read(line, end: self.bytes + feed + 1) { add(entry, to: &entries) }
        start = feed + 1
      }
      lines += 1
    }
    digest.add(UnsafeBufferPointer(rebasing: bytes[digested..<start]))
    self.bytes += start
    return start
  }

  /// The summary of the journal, after everything except for an incomplete last line was read.
  ///
  /// - Throws: `JournalError` if it is not a journal.
  package mutating func end(
    _ rest: UnsafeBufferPointer<UInt8>, into entries: inout [Journal.Entry]
  ) throws(JournalError) -> JournalSummary {
    guard let header else {
      throw JournalError(line: nil, "it has no run_started event, so it is not a journal")
    }
    entries += held
    digest.add(rest)
    return JournalSummary(
      header: header, events: lines, isCutOff: !rest.isEmpty, sha256: digest.hexadecimal,
      bytes: bytes, signedLines: signedLines, aftermath: aftermath)
  }

  /// Adds an entry.
  ///
  /// The interruption of a run that was resumed later is dropped, since it did not end the run.
  private mutating func add(_ entry: Journal.Entry, to entries: inout [Journal.Entry]) {
    if !held.isEmpty, entry.event.isOwn {
      if case .plain(.resumed) = entry.event { held[0].event = .plain(.wokeUp) }
      entries += held
      held = []
    }
    if case .plain(.interrupted) = entry.event {
      held = [entry]
    } else if held.isEmpty {
      entries.append(entry)
    } else {
      held.append(entry)
    }
  }

  /// The entry of a line; nil for the first line, which is the header.
  private mutating func read(
    _ line: JournalLine, end: Int
  ) throws(JournalError) -> Journal.Entry? {
    guard line.seq == lines else {
      throw error("seq is \(line.seq), but \(lines) comes next: lines are missing or duplicated")
    }
    guard let time = microseconds(line.t, per: 1_000_000) else {
      throw error("t is \(line.t), which is not a time since the start")
    }
    let instant = GateInstant(microseconds: time)
    guard instant >= now else {
      throw error("t is \(line.t), earlier than that of the line before")
    }
    let last = now
    now = instant
    guard (header == nil) == (line.event == "run_started") else {
      throw error(
        header == nil
          ? "the first event is \(line.event), not run_started" : "run_started comes twice")
    }
    guard header != nil else {
      let header = try makeHeader(line.fields)
      self.header = header
      checkNames = header.checks.map(\.check.name)
      return nil
    }
    let event = try event(line.event, line.fields)
    switch event {
    case .plain(.resumed(let gap)):
      try resume(after: gap, from: last, line.fields)
      aftermath = Aftermath()
    case .aftermath(let event): aftermath.note(event)
    case .derived where line.event == "signed": try noteSignature(line.fields, end: end)
    default: break
    }
    return Journal.Entry(at: instant, event: event)
  }

  private mutating func noteSignature(_ line: JSONFields, end: Int) throws(JournalError) {
    let signature = JournalSignature(
      keyID: try want("key_id", of: line), text: try want("signature", of: line))
    guard let signature else { throw error("signature is not Base64") }
    signedLines.append(
      Journal.SignedLine(
        line: lines + 1, end: end, sha256: digest.hexadecimal, signature: signature))
  }

  private mutating func resume(
    after gap: Duration, from last: GateInstant, _ line: JSONFields
  ) throws(JournalError) {
    guard now.since(last) == gap else {
      throw error("gap_seconds is not the time since the line before")
    }
    // The settings that a resumed run was given apply from here on; those that decide are
    // unchanged.
    let check: JSONFields? = try find("health_check", of: line)
    guard check != nil, let before = header else { return }
    var header = try makeHeader(
      line, of: (before.healthgateVersion, before.runID, before.startedAt))
    header.policy.expected = before.policy.expected
    guard header.checks.map(\.check) == before.checks.map(\.check), header.policy == before.policy,
      header.isAdvisory == before.isAdvisory
    else { throw error("its settings differ from those of the run that it continues") }
    self.header = header
  }

  private func decode(
    _ bytes: UnsafeBufferPointer<UInt8>
  ) throws(JournalError) -> JournalLine {
    let value: JSONValue
    do throws(JSONError) {
      value = try JSONValue(parsing: bytes)
    } catch {
      throw self.error(error.words(of: "it"))
    }
    do throws(JSONFieldError) {
      return try JournalLine(JSONFields(value))
    } catch {
      throw self.error("it is not an event: \(error.words)")
    }
  }

  private func error(_ message: String) -> JournalError {
    JournalError(line: lines + 1, message)
  }

  // MARK: - Events

  private func event(
    _ event: String, _ line: JSONFields
  ) throws(JournalError) -> Journal.RecordedEvent {
    switch event {
    case "instance_added": .plain(.instanceAdded(try instance(line)))
    case "guard_added":
      .plain(
        .instanceAdded(
          .guarding(try want("id", of: line), step: try find("step", of: line).map(step))))
    case "guard_waits":
      .guardWaits(
        try name(line),
        GuardWait(
          started: try want(started(line), "started"),
          detail: try want("waits_for", of: line), isEmpty: try find("empty", of: line) ?? false))
    case "step_began": .plain(.stepBegan(try step(want("step", of: line))))
    case "instance_removed": .instanceRemoved(try name(line))
    case "check": .checked(try name(line), try report(line))
    case "group_listed": .listed(try listing(line))
    case "load_balancer_view":
      if let id: String = try find("id", of: line) {
        .loadBalancerSaw(
          id: id,
          LoadBalancerView(
            state: try parse("state", of: line) { InstanceState(rawValue: $0) },
            reasonCode: try find("reason_code", of: line),
            description: try find("description", of: line)))
      } else {
        .plain(
          .loadBalancerAsked(
            FinishedView(
              started: try want(started(line), "started"), fault: try faultOfAnswer(line))))
      }
    case "gate_fault":
      .checkLost(
        try name(line),
        try fault(line, started: try started(line)))
    case "interrupted":
      .plain(.interrupted(try parse("signal", of: line) { Interruption(rawValue: $0) }))
    case "resumed": .plain(.resumed(after: try gap(line)))
    // A verdict that time alone caused is found when the gate is woken.
    case "woke_up", "decided": .plain(.wokeUp)
    case "state_changed", "step_ended", "signed": .derived
    default:
      if let end = try stepCommand(event, line) {
        .plain(.stepCommandEnded(end))
      } else if let event = try aftermath(event, line) {
        .aftermath(event)
      } else {
        throw error("'\(event)' is not an event of this version")
      }
    }
  }

  /// The index of a step of the run.
  private func step(_ number: Int) throws(JournalError) -> Int {
    let count = header?.policy.steps.count ?? 0
    guard number >= 1, number <= count else {
      throw error("step is \(number), but the run has \(counted(count, "step"))")
    }
    return number - 1
  }

  private func stepCommand(
    _ event: String, _ line: JSONFields
  ) throws(JournalError) -> StepCommandEnd? {
    let end = try field { () throws(JSONFieldError) in try StepCommandEnd(event, line) }
    if let end { _ = try step(end.command.step + 1) }
    return end
  }

  private func aftermath(
    _ event: String, _ line: JSONFields
  ) throws(JournalError) -> Aftermath.Event? {
    try field { () throws(JSONFieldError) in try Aftermath.Event(event, line) }
  }

  private func instance(_ line: JSONFields) throws(JournalError) -> Instance {
    var instance = Instance(
      id: try want("id", of: line), address: try want("address", of: line),
      port: try number(find("port", of: line), "port", in: 1...65_535),
      zone: try find("zone", of: line), mismatch: try find("mismatch", of: line),
      role: try role(line))
    for port: Int in try find("other_ports", of: line) ?? [] {
      instance.otherPorts.append(try number(port, "other_ports", in: 1...65_535))
    }
    if let problem = instance.nameProblem { throw error(problem) }
    return instance
  }

  private func listing(_ line: JSONFields) throws(JournalError) -> Journal.Listing {
    let result: FinishedListing.Result =
      if let fault = try faultOfAnswer(line) {
        .failed(fault)
      } else if try find("empty", of: line) ?? false {
        .empty(expected: try expected(line))
      } else {
        .succeeded(expected: try expected(line), doubled: try find("doubled", of: line) ?? [])
      }
    let notes: [String] = try find("notes", of: line) ?? []
    return Journal.Listing(
      listing: FinishedListing(
        of: try role(line), started: try want(started(line), "started"), result,
        notes: notes.map(ListingNote.init(words:))),
      missing: try find("missing", of: line) ?? [])
  }

  private func expected(_ line: JSONFields) throws(JournalError) -> Int {
    try number(find("expected", of: line), "expected", in: 0...1_000_000)
  }

  /// The fault of a failed listing or view; nil if it succeeded.
  private func faultOfAnswer(_ line: JSONFields) throws(JournalError) -> GateFault? {
    try want("ok", of: line) ? nil : fault(line)
  }

  private func fault(
    _ line: JSONFields, started: GateInstant? = nil
  ) throws(JournalError) -> GateFault {
    let detail: String = try want("detail", of: line)
    let cause =
      if let name: String = try find("cause", of: line) {
        GateFault.Cause(rawValue: name)
      } else {
        GateFault.Cause(words: detail)
      }
    return GateFault(detail: detail, started: started, cause: cause)
  }

  private func gap(_ line: JSONFields) throws(JournalError) -> Duration {
    let seconds: Double = try want("gap_seconds", of: line)
    guard let gap = microseconds(seconds, per: 1_000_000) else {
      throw error("gap_seconds is \(seconds), which is not a time")
    }
    return .microseconds(gap)
  }

  private func name(_ line: JSONFields) throws(JournalError) -> Journal.Name {
    let (id, role): (String, InstanceRole) = (try want("id", of: line), try role(line))
    return Journal.Name(id: id, role: role, check: role == .guard ? 0 : try checkNumber(line))
  }

  /// The index of the run's health check with the line's name; without a name, the first.
  private func checkNumber(_ line: JSONFields) throws(JournalError) -> Int {
    guard let name: String = try find("name", of: line) else { return 0 }
    guard let number = checkNames.firstIndex(of: name) else {
      throw error("name is \(name.shown), but no health check of the run has this name")
    }
    return number
  }

  private func role(_ line: JSONFields) throws(JournalError) -> InstanceRole {
    guard let role: String = try find("role", of: line) else { return .member }
    return try parse(role, "role") { InstanceRole(rawValue: $0) }
  }

  private func report(_ line: JSONFields) throws(JournalError) -> CheckReport {
    let result: CheckResult =
      if try want("ok", of: line) {
        .success
      } else {
        .failure(try parse("kind", of: line) { FailureKind(rawValue: $0) })
      }
    let started = try want(started(line), "started")
    guard let latency = microseconds(try want("latency_ms", of: line), per: 1000)
    else { throw error("latency_ms is not a time") }
    let detail: String? = try find("detail", of: line)
    return CheckReport(
      started: started, result: result, status: try find("status", of: line),
      latencyMicroseconds: latency, detail: detail,
      cause: FailureCause(recorded: try find("cause", of: line), detail, result),
      version: try find("version", of: line), evidence: try find("evidence", of: line))
  }

  private func started(_ line: JSONFields) throws(JournalError) -> GateInstant? {
    guard let seconds: Double = try find("started", of: line) else { return nil }
    guard let time = microseconds(seconds, per: 1_000_000) else {
      throw error("started is \(seconds), which is not a time since the start")
    }
    let started = GateInstant(microseconds: time)
    guard started <= now else { throw error("started is later than t") }
    return started
  }

  // MARK: - The header

  private func makeHeader(_ line: JSONFields) throws(JournalError) -> RunHeader {
    // Fields may be added within a major version, but not in another.
    _ = try parse("schema_version", of: line) { $0.hasPrefix("1.") ? $0 : nil }
    let rules: Int? = try find("rules", of: line)
    guard rules == RunHeader.rules else {
      throw error(
        "rules is \(rules.map(String.init) ?? "missing"), not \(RunHeader.rules): it was "
          + "written under other rules, by which the same events may give another verdict")
    }
    return try makeHeader(
      line,
      of: (
        healthgateVersion: try want("healthgate_version", of: line),
        runID: try want("run_id", of: line),
        startedAt: try parse("started_at", of: line) { Timestamp($0) }
      ))
  }

  private func makeHeader(
    _ line: JSONFields,
    of run: (healthgateVersion: String, runID: String, startedAt: Timestamp)
  ) throws(JournalError) -> RunHeader {
    let first: JSONFields = try want("health_check", of: line)
    var checks: [RunHeader.Check] = []
    for fields in try find("health_checks", of: line) ?? [first] {
      checks.append(try makeCheck(fields))
    }
    guard !checks.isEmpty else { throw error("health_checks is empty") }
    let policy: JSONFields = try want("policy", of: line)
    let settings: [String: JSONFields] = try find("settings", of: line) ?? [:]
    let labels: [String: String] = try find("labels", of: line) ?? [:]
    return RunHeader(
      healthgateVersion: run.healthgateVersion, runID: run.runID, startedAt: run.startedAt,
      checks: checks, policy: try makePolicy(policy, try want("group", of: line)),
      isAdvisory: try find("advisory", of: policy) ?? false,
      group: try want("group", of: line), baseline: try find("baseline", of: line),
      settings: try settings.map { name, fields throws(JournalError) in
        RunHeader.ChosenSetting(
          name: name, value: try want(fields, "value"), origin: try want(fields, "origin"),
          layer: try parse(want(fields, "layer"), "settings.\(name).layer") {
            RunHeader.ChosenSetting.Layer(rawValue: $0)
          })
      },
      warnings: try find("warnings", of: line) ?? [], journalPath: try find("journal", of: line),
      deployment: Deployment(
        labels: labels.map { Deployment.Label($0.key, $0.value) },
        build: try find("ci", of: line)))
  }

  private func makeCheck(_ fields: JSONFields) throws(JournalError) -> RunHeader.Check {
    var check = try read(fields, over: Self.noCheck)
    check.name = try find("name", of: fields) ?? ""
    return RunHeader.Check(check, request: try request(fields))
  }

  /// A health check whose fields are replaced by those of the header.
  private static let noCheck: HealthCheck = {
    let target = HealthCheckTarget(scheme: .http, port: .number(80), path: "/")
    return HealthCheck(
      target: target, semantics: .classic, interval: .zero, timeout: .zero, healthyThreshold: 1,
      initialThreshold: 1, unhealthyThreshold: 1,
      matcher: Semantics.classic.defaults(for: target).matcher)
  }()

  private func request(_ check: JSONFields) throws(JournalError) -> [RunHeader.RequestSetting] {
    let texts: [String: String] = try find("request", of: check) ?? [:]
    return texts.sorted { $0.key < $1.key }.map {
      RunHeader.RequestSetting(
        $0.key, $0.value.split(separator: "\n", omittingEmptySubsequences: false).map(String.init))
    }
  }

  private func makePolicy(
    _ fields: JSONFields, _ group: JSONFields
  ) throws(JournalError) -> GatePolicy {
    let expected = try number(want(group, "expected"), "group.expected", in: 0...1_000_000)
    var policy = try read(fields, over: GatePolicy(deadline: .zero, expected: expected))
    policy.membership = try find("membership", of: group) == "changing" ? .changing : .fixed
    policy.polling = try polling(group)
    if let role: String = try find("load_balancer", of: fields) {
      policy.loadBalancer = try parse(role, "load_balancer") {
        GatePolicy.LoadBalancerRole(rawValue: $0)
      }
    }
    if let compared: JSONFields = try find("compare", of: fields) {
      policy.comparison = try read(compared, over: ComparisonPolicy())
    }
    policy.guards = try find("guards", of: fields) ?? []
    policy.steps = try find("steps", of: fields) ?? []
    return policy
  }

  /// Reads a value whose fields have rows in the table of settings.
  private func read<Root: Recorded>(
    _ fields: JSONFields, over standard: Root
  ) throws(JournalError) -> Root {
    var root = standard
    for (key, field) in Root.recorded { try read(key, field, of: fields, into: &root) }
    return root
  }

  private func read<Root>(
    _ key: SettingKey, _ field: RecordedField<Root>, of fields: JSONFields, into root: inout Root
  ) throws(JournalError) {
    let name = field.name(of: key)
    switch field {
    case .duration(let path, let isPositive):
      let time = try duration(want(fields, name), name)
      guard !isPositive || time > .zero else { throw error("\(name) is not positive") }
      root[keyPath: path] = time
    case .count(let path): root[keyPath: path] = try count(want(fields, name), name)
    case .number(let path, let bounds):
      root[keyPath: path] = try number(want(fields, name), name, in: bounds)
    case .toggle(let path):
      root[keyPath: path] = try find(name, of: fields) ?? false
    case .text(let text) where text.isOptional:
      guard let given: String = try find(name, of: fields) else { return }
      try grammar(name) { () throws(GrammarError) in try text.read(given, &root) }
    case .text(let text):
      let given: String = try want(fields, name)
      try grammar(name) { () throws(GrammarError) in try text.read(given, &root) }
    }
  }

  private func want<Value: JSONReadable>(
    _ fields: JSONFields, _ name: String
  ) throws(JournalError) -> Value {
    try field { () throws(JSONFieldError) in try fields.want(JSONName(name)) }
  }

  private func field<Value>(
    _ read: () throws(JSONFieldError) -> Value
  ) throws(JournalError) -> Value {
    do {
      return try read()
    } catch {
      throw self.error("it is not an event: \(error.words)")
    }
  }

  private func polling(_ group: JSONFields) throws(JournalError) -> GatePolicy.Polling? {
    guard let refresh: Double = try find("refresh_seconds", of: group) else { return nil }
    let timeout = "listing_timeout_seconds"
    return GatePolicy.Polling(
      refresh: try duration(refresh, "group.refresh_seconds"),
      timeout: try duration(
        want(find(timeout, of: group), "group.\(timeout)"), "group.\(timeout)"))
  }

  private func count(_ text: String, _ name: String) throws(JournalError) -> InstanceCount {
    try grammar(name) { () throws(GrammarError) in try InstanceCount(parsing: text) }
  }

  private func duration(_ seconds: Double, _ name: String) throws(JournalError) -> Duration {
    guard let time = microseconds(seconds, per: 1_000_000), time <= Duration.longestInMicroseconds
    else {
      throw error("\(name) is \(seconds), which is not a duration up to a year")
    }
    return .microseconds(time)
  }

  // MARK: - Fields

  private func find<Value: JSONReadable>(
    _ name: String, of fields: JSONFields
  ) throws(JournalError) -> Value? {
    try field { () throws(JSONFieldError) in try fields.find(JSONName(name)) }
  }

  /// Reads a required field of a line.
  private func want<Value: JSONReadable>(
    _ name: String, of line: JSONFields
  ) throws(JournalError) -> Value {
    try want(find(name, of: line), name)
  }

  private func want<Value>(_ value: Value?, _ name: String) throws(JournalError) -> Value {
    guard let value else { throw error("\(name) is missing") }
    return value
  }

  /// Reads a number within the bounds of the settings, beyond which the gate's sums would not fit.
  private func number(
    _ value: Int?, _ name: String, in bounds: ClosedRange<Int>
  ) throws(JournalError) -> Int {
    let value = try want(value, name)
    guard bounds.contains(value) else {
      throw error("\(name) is \(value), not \(bounds.lowerBound) to \(bounds.upperBound)")
    }
    return value
  }

  private func parse<Value>(
    _ name: String, of line: JSONFields, _ read: (String) -> Value?
  ) throws(JournalError) -> Value {
    try parse(want(name, of: line), name, read)
  }

  private func parse<Value>(
    _ text: String, _ name: String, _ read: (String) -> Value?
  ) throws(JournalError) -> Value {
    guard let value = read(text) else { throw error("\(name) is '\(text)', which is not valid") }
    return value
  }

  private func grammar<Value>(
    _ name: String, _ read: () throws(GrammarError) -> Value
  ) throws(JournalError) -> Value {
    do {
      return try read()
    } catch {
      throw self.error("\(name): \(error)")
    }
  }
}

import GateCore
import GateInsight
@testable import GateRecords
import GateReports
import GateText
import TestSupport

/// A run on virtual time, and its journal as an observer of the engine writes it.
struct RecordedRun {
  let header: RunHeader
  private(set) var gate: Gate
  /// The journal so far.
  private(set) var bytes: [UInt8] = []
  /// How many lines it has.
  private(set) var lines = 0
  /// What a reader must find in it, without the lines that follow from others.
  private(set) var recorded: [(at: GateInstant, event: Journal.RecordedEvent)] = []
  private(set) var checker = EffectsChecker()
  private(set) var timeline = Timeline()
  private var writer = JournalWriter()

  init(_ header: RunHeader) {
    self.header = header
    gate = Gate(checks: header.checks.map(\.check), policy: header.policy)
    writer.runStarted(header)
    flush()
  }

  mutating func send(_ event: GateEvent, at now: GateInstant) {
    checker.willHandle(event, at: now)
    var effects: [GateEffect] = []
    let isFolded = gate.handle(event, at: now, effects: &effects)
    checker.didHandle(event, at: now, accepted: isFolded, effects: effects)
    guard isFolded || !effects.isEmpty else { return }
    writer.write(isFolded ? event : .wokeUp, effects[...], at: now, in: gate)
    lastLine = now
    timeline.observe(isFolded ? event : .wokeUp, at: now, in: gate)
    flush()
    if isFolded, let event = asRecorded(event) { recorded.append((now, event)) }
  }

  mutating func send(_ event: GateEvent, at seconds: Double) {
    send(event, at: .seconds(seconds))
  }

  mutating func join(_ id: String, zone: String? = nil, at seconds: Double = 0) {
    send(
      .instanceAdded(
        Instance(id: id, address: "10.0.1.\(gate.records.count + 5)", port: 80, zone: zone)),
      at: seconds)
  }

  /// When a check began that ended then: no check begins before its slot.
  private func start(of index: Int, _ end: Double, _ milliseconds: Double) -> GateInstant {
    let begun = GateInstant.seconds(end - milliseconds / 1000)
    let wanted = checker.wanted[InstanceKey(index)]
    return max(begun, min(wanted ?? begun, .seconds(end)))
  }

  /// A success that ends then.
  mutating func pass(
    _ index: Int, at seconds: Double, took milliseconds: Double = 2, version: String? = nil
  ) {
    let report = CheckReport(
      started: start(of: index, seconds, milliseconds), result: .success, status: 200,
      latencyMicroseconds: Int64(milliseconds * 1000), version: version)
    send(.checked(InstanceKey(index), report), at: seconds)
  }

  mutating func lose(_ index: Int, at seconds: Double) {
    let fault = GateFault(
      detail: "no socket: too many open files", started: .seconds(seconds - 0.001),
      cause: .noDescriptor)
    send(.checkLost(InstanceKey(index), fault), at: seconds)
  }

  /// A listing that was asked for a moment ago.
  mutating func list(
    _ result: FinishedListing.Result, of role: InstanceRole = .member, at seconds: Double
  ) {
    send(
      .listed(FinishedListing(of: role, started: .seconds(max(seconds - 0.1, 0)), result)),
      at: seconds)
  }

  /// What the load balancers say of all, asked a moment ago; nil: they did not answer.
  mutating func view(_ states: [InstanceState]?, at seconds: Double) {
    let started = GateInstant.seconds(max(seconds - 0.1, 0))
    for (index, state) in (states ?? []).enumerated() {
      send(.loadBalancerSaw(InstanceKey(index), LoadBalancerView(state: state)), at: seconds)
    }
    let fault = states == nil ? GateFault(detail: "throttled", cause: .throttled) : nil
    send(.loadBalancerAsked(FinishedView(started: started, fault: fault)), at: seconds)
  }

  mutating func fail(
    _ index: Int, at seconds: Double, _ kind: FailureKind, status: Int?, _ detail: String,
    took milliseconds: Double = 3, evidence: Evidence? = nil
  ) {
    let report = CheckReport(
      started: start(of: index, seconds, milliseconds), result: .failure(kind), status: status,
      latencyMicroseconds: Int64(milliseconds * 1000), detail: detail,
      cause: FailureCause(words: detail, of: kind), evidence: evidence)
    send(.checked(InstanceKey(index), report), at: seconds)
  }

  var text: String { String(decoding: bytes, as: UTF8.self) }

  var digest: JournalDigest {
    var digest = Digest()
    digest.add(bytes)
    return JournalDigest(path: header.journalPath, sha256: digest.hexadecimal, events: lines)
  }

  /// The verdict, once there is one.
  func document(exitCode: Int = 1) -> VerdictDocument? {
    gate.verdict.map {
      VerdictDocument(header: header, gate: gate, verdict: $0, exitCode: exitCode, journal: digest)
    }
  }

  /// What the run prints at its end.
  func verdictJSON(exitCode: Int = 1) -> String {
    guard let verdict = gate.verdict else { return "no verdict yet" }
    return VerdictDocument(
      header: header, gate: gate, verdict: verdict, exitCode: exitCode, journal: digest
    ).text
  }

  /// The time of the last line.
  private(set) var lastLine = GateInstant.start

  private mutating func flush() {
    bytes += writer.bytes
    lines = writer.events
    writer.removeAll()
  }

  private func name(_ key: InstanceKey) -> Journal.Name {
    Journal.Name(
      id: gate[key].instance.id, role: gate[key].instance.role, check: key.check)
  }

  private func asRecorded(_ event: GateEvent) -> Journal.RecordedEvent? {
    if case .instanceRemoved(let key) = event { return .instanceRemoved(name(key)) }
    if case .checked(let key, let report) = event { return .checked(name(key), report) }
    if case .checkLost(let key, let fault) = event { return .checkLost(name(key), fault) }
    if case .listed(let listing) = event { return .listed(asRecorded(listing)) }
    if case .loadBalancerSaw(let key, let view) = event {
      return .loadBalancerSaw(id: gate[key].instance.id, view)
    }
    if case .wokeUp = event { return nil }
    return .plain(event)
  }

  /// Names are in the journal; keys are the gate's own.
  private func asRecorded(_ listing: FinishedListing) -> Journal.Listing {
    guard case .succeeded(let expected, let missing, let doubled) = listing.result else {
      return Journal.Listing(listing: listing, missing: [])
    }
    var named = listing
    named.result = .succeeded(expected: expected, doubled: doubled)
    return Journal.Listing(listing: named, missing: missing.map { gate[$0].instance.id })
  }
}

extension VerdictDocument {
  var text: String { String(decoding: json, as: UTF8.self) }
}

extension Journal {
  /// What its replay prints under its own settings.
  func replayedVerdictJSON(exitCode: Int = 1) -> String {
    let replayed = ReplayedJournal(
      summary, under: summary.header, replayed(under: summary.header))
    var document = replayed.document
    document.exitCode = exitCode
    return document.text
  }
}

extension RunHeader {
  static func sample(_ policy: GatePolicy) -> RunHeader { sample(.sample(), policy) }

  static func sample(
    _ check: HealthCheck, _ policy: GatePolicy, advisory isAdvisory: Bool = false,
    request: [RequestSetting] = [], name: String? = nil, settings: [ChosenSetting] = [],
    warnings: [String] = []
  ) -> RunHeader {
    RunHeader(
      healthgateVersion: "0.1.0", runID: "019aa6f0-0000-7000-8000-000000000001",
      startedAt: Timestamp(milliseconds: 1_777_975_200_000),
      checks: [Check(check, request: request)], policy: policy, isAdvisory: isAdvisory,
      group: Group(source: name == nil ? "instances" : "instances_file", name: name),
      settings: settings, warnings: warnings, journalPath: "run.ndjson")
  }
}

import GateCore
import GateRecords
import TestSupport
import Testing

@Suite struct JournalErrorTests {
  /// A journal that can be read; each case breaks one of its lines.
  static let lines: [String] = {
    var run = RecordedRun(
      .sample(
        .sample(window: UnhealthyWindow(failures: 3, of: 10)),
        GatePolicy(maxReplaced: .number(1), deadline: .seconds(60), expected: 2)))
    run.join("web-1")
    run.pass(0, at: 0.002)
    run.fail(0, at: 10.003, .statusMismatch, status: 503, "HTTP 503, not 200")
    run.send(
      .checkLost(InstanceKey(0), GateFault(detail: "no socket", started: .seconds(20))), at: 20.5)
    run.list(.succeeded(expected: 2, missing: [InstanceKey(0)], doubled: ["x"]), at: 20.6)
    run.list(.failed(GateFault(detail: "throttled")), at: 20.7)
    run.view([.healthy], at: 20.8)
    run.send(.instanceRemoved(InstanceKey(0)), at: 21)
    run.send(.interrupted(.terminate), at: 22)
    return run.text.split(separator: "\n").map(String.init)
  }()

  private static let (header, added, success, failure) = (1, 2, 3, 5)
  private static let (fault, listed, unlisted, viewed) = (6, 7, 8, 9)
  private static let (asked, removed, signal) = (10, 11, 12)

  struct Break: CustomTestStringConvertible, Sendable {
    var line: Int
    var old: String
    var new: String
    /// What the error says.
    var message: String

    init(_ line: Int, _ old: String, _ new: String, _ message: String) {
      self.line = line
      self.old = old
      self.new = new
      self.message = message
    }

    var testDescription: String {
      "line \(line): \(new.isEmpty ? "no " : "")\(new.isEmpty ? old : new)"
    }
  }

  @Test func theUnbrokenJournalIsRead() throws {
    let journal = try Journal(reading: Self.bytes(Self.lines))
    #expect(journal.events == 13)
    #expect(Self.lines[Self.success - 1].contains(#""ok":true"#))
    #expect(Self.lines[Self.failure - 1].contains(#""ok":false"#))
  }

  static let events: [Break] = [
    // Not an event at all.
    Break(success, "{", "", "it is not JSON"),
    Break(success, "}", "", "it is not JSON"),
    Break(success, #"{"seq""#, #"[{"seq""#, "it is not JSON"),
    // Order.
    Break(
      success, #""seq":2"#, #""seq":3"#,
      "seq is 3, but 2 comes next: lines are missing or duplicated"),
    Break(
      success, #""seq":2"#, #""seq":1"#,
      "seq is 1, but 2 comes next: lines are missing or duplicated"),
    Break(success, #""seq":2,"#, "", "it is not an event: seq is missing"),
    Break(success, #""seq":2"#, #""seq":"2""#, "it is not an event: seq is of the wrong type"),
    Break(
      failure, #""t":10.003"#, #""t":0.001999"#,
      "t is 0.001999, earlier than that of the line before"),
    Break(failure, #""t":10.003"#, #""t":-1"#, "t is -1.0, which is not a time since the start"),
    Break(
      failure, #""t":10.003"#, #""t":1e300"#, "t is 1e+300, which is not a time since the start"),
    Break(failure, #""t":10.003,"#, "", "it is not an event: t is missing"),
    Break(failure, #""t":10.003"#, #""t":null"#, "it is not an event: t is null"),
    // Events.
    Break(
      success, #""event":"check""#, #""event":"chequered""#,
      "'chequered' is not an event of this version"),
    Break(success, #""event":"check""#, #""event":"run_started""#, "run_started comes twice"),
    Break(success, #""event":"check","#, "", "it is not an event: event is missing"),
    Break(
      header, #""event":"run_started""#, #""event":"check""#,
      "the first event is check, not run_started"),
    // Instances.
    Break(added, #""id":"web-1","#, "", "id is missing"),
    Break(added, #""address":"10.0.1.5","#, "", "address is missing"),
    Break(added, #""port":80,"#, "", "port is missing"),
    Break(added, #""port":80"#, #""port":"http""#, "it is not an event: port is of the wrong type"),
    Break(removed, #""id":"web-1""#, #""name":"web-1""#, "id is missing"),
    // Checks.
    Break(success, #""id":"web-1","#, "", "id is missing"),
    Break(success, #""ok":true,"#, "", "ok is missing"),
    Break(success, #""ok":true"#, #""ok":1"#, "it is not an event: ok is of the wrong type"),
    Break(success, #""ok":true"#, #""ok":false"#, "kind is missing"),
    Break(success, #""started":0,"#, "", "started is missing"),
    Break(success, #""started":0"#, #""started":0.002001"#, "started is later than t"),
    Break(
      success, #""started":0"#, #""started":-0.5"#,
      "started is -0.5, which is not a time since the start"),
    Break(success, #","latency_ms":2"#, "", "latency_ms is missing"),
    Break(success, #""latency_ms":2"#, #""latency_ms":-2"#, "latency_ms is not a time"),
    Break(failure, "status_mismatch", "bad_mood", "kind is 'bad_mood', which is not valid"),
    Break(failure, "status_mismatch", "gate_fault", "kind is 'gate_fault', which is not valid"),
    // The gate's own.
    Break(fault, #""detail":"no socket","#, "", "detail is missing"),
    Break(fault, #""started":20"#, #""started":20.500001"#, "started is later than t"),
    Break(fault, #""id":"web-1""#, #""name":"web-1""#, "id is missing"),
    // Listings and views.
    Break(listed, #""ok":true,"#, "", "ok is missing"),
    Break(listed, #""started":20.5,"#, "", "started is missing"),
    Break(listed, #""started":20.5"#, #""started":20.7"#, "started is later than t"),
    Break(listed, #""expected":2,"#, "", "expected is missing"),
    Break(listed, #""expected":2"#, #""expected":-1"#, "expected is -1, not 0 to 1000000"),
    Break(
      listed, #"["web-1"]"#, #""web-1""#, "it is not an event: missing is of the wrong type"),
    Break(listed, #"["x"]"#, #"[1]"#, "it is not an event: doubled[0] is of the wrong type"),
    Break(
      listed, #""group_listed","#, #""group_listed","role":"guards","#,
      "role is 'guards', which is not valid"),
    Break(unlisted, #","detail":"throttled""#, "", "detail is missing"),
    Break(viewed, #""state":"healthy""#, #""state":"well""#, "state is 'well', which is not valid"),
    Break(asked, #""ok":true"#, #""okay":true"#, "ok is missing"),
    Break(asked, #""started":20.7,"#, "", "started is missing"),
    Break(signal, "SIGTERM", "SIGKILL", "signal is 'SIGKILL', which is not valid"),
    Break(signal, #""signal""#, #""sign""#, "signal is missing"),
  ]

  @Test(arguments: events) func aBrokenLineIsNamedWithWhatIsWrong(broken: Break) throws {
    try expectError(broken)
  }

  static let headers: [Break] = [
    Break(header, #""run_id":"#, #""run":"#, "run_id is missing"),
    Break(header, #""healthgate_version":"#, #""version":"#, "healthgate_version is missing"),
    Break(header, #""schema_version":"1.0","#, "", "schema_version is missing"),
    Break(
      header, #""rules":2,"#, "",
      "rules is missing, not 2: it was written under other rules, by which the same events may give "
        + "another verdict"),
    Break(
      header, #""rules":2"#, #""rules":1"#,
      "rules is 1, not 2: it was written under other rules, by which the same events may give "
        + "another verdict"),
    Break(header, #""rules":2"#, #""rules":"2""#, "it is not an event: rules is of the wrong type"),
    Break(
      header, #""schema_version":"1.0""#, #""schema_version":"2.0""#,
      "schema_version is '2.0', which is not valid"),
    Break(header, #""started_at":"#, #""at":"#, "started_at is missing"),
    Break(
      header, "2026-05-05T", "2026-05-35T",
      "started_at is '2026-05-35T10:00:00.000Z', which is not valid"),
    Break(header, #""health_check":"#, #""check":"#, "health_check is missing"),
    Break(header, #""policy":"#, #""politics":"#, "policy is missing"),
    Break(header, #""group":"#, #""crowd":"#, "group is missing"),
    Break(
      header, "HTTP:80/health", "FTP:80/health",
      "target: 'FTP' is not a protocol: it is one of HTTP, HTTPS, TCP, SSL, GRPC, GRPCS"),
    Break(
      header, #""semantics":"alb""#, #""semantics":"elb""#,
      "semantics: 'elb' is not one of classic, alb, nlb"),
    Break(
      header, #""interval_seconds":10"#, #""interval_seconds":0"#,
      "interval_seconds is not positive"),
    Break(
      header, #""interval_seconds":10"#, #""interval_seconds":1e-9"#,
      "interval_seconds is not positive"),
    Break(
      header, #""timeout_seconds":2"#, #""timeout_seconds":-2"#,
      "timeout_seconds is -2.0, which is not a duration up to a year"),
    Break(
      header, #""timeout_seconds":2,"#, "",
      "it is not an event: health_check.timeout_seconds is missing"),
    Break(
      header, #""healthy_threshold":2"#, #""healthy_threshold":0"#,
      "healthy_threshold is 0, not 1 to 10000"),
    Break(
      header, #""unhealthy_threshold":2"#, #""unhealthy_threshold":10001"#,
      "unhealthy_threshold is 10001, not 1 to 10000"),
    Break(
      header, #""unhealthy_window":"3/10""#, #""unhealthy_window":"10/3""#,
      "unhealthy_window: '10/3' needs 1 to 64 checks, and a number of failures from 1 to that"),
    Break(
      header, #""matcher":"200""#, #""matcher":"2xx""#,
      "matcher: '2xx' is not a status code or a range such as 200-299"),
    Break(
      header, #""min_healthy":"100%""#, #""min_healthy":"101%""#,
      "min_healthy: '101%' is not a whole percentage of instances from 0% to 100%"),
    Break(
      header, #""max_unhealthy":"0""#, #""max_unhealthy":0"#,
      "it is not an event: policy.max_unhealthy is of the wrong type"),
    Break(header, #""expected":2"#, #""expected":-1"#, "group.expected is -1, not 0 to 1000000"),
  ]

  @Test(arguments: headers) func aBrokenHeaderIsNamedWithWhatIsWrong(broken: Break) throws {
    try expectError(broken)
  }

  /// Their products and sums must fit the gate's clock, or the program would end itself.
  static let extremes: [Break] = [
    Break(header, #""expected":2"#, #""expected":9223372036854775807"#, "expected"),
    Break(header, #""interval_seconds":10"#, #""interval_seconds":3999999999"#, "interval_seconds"),
    Break(header, #""deadline_seconds":60"#, #""deadline_seconds":3999999999"#, "deadline_seconds"),
    Break(header, #""soak_seconds":0"#, #""soak_seconds":3999999999"#, "soak_seconds"),
    Break(added, #""port":80"#, #""port":0"#, "port"),
    Break(added, #""port":80"#, #""port":65536"#, "port"),
  ]

  @Test(arguments: extremes) func whatNoSettingCouldBeIsRefused(broken: Break) throws {
    let error = try #require(try errorOf(broken))
    #expect(error.line == broken.line)
    #expect(error.message.contains(broken.message), "\(error.message)")
  }

  @Test func whateverAJournalClaimsItsReplayDoesNotEndTheProgram() async {
    await #expect(processExitsWith: .success) {
      let claims = [
        (#""expected":2"#, #""expected":9223372036854775807"#),
        (#""interval_seconds":10"#, #""interval_seconds":3999999999"#),
        (#""interval_seconds":10"#, #""interval_seconds":31622400"#),
        (#""deadline_seconds":60"#, #""deadline_seconds":0"#),
      ]
      for claim in claims {
        let text = JournalErrorTests.lines.joined(separator: "\n")
          .replacing(#""initial_threshold":1"#, with: #""initial_threshold":10000"#)
          .replacing(claim.0, with: claim.1)
        guard let journal = try? Journal(reading: Array((text + "\n").utf8)) else { continue }
        _ = journal.replayed(under: journal.header).verdict
      }
    }
  }

  @Test func aBlankLineIsNoEvent() {
    var lines = Self.lines
    lines.insert("", at: 2)
    #expect(throws: JournalError(line: 3, "it is not JSON")) {
      try Journal(reading: Self.bytes(lines))
    }
  }

  @Test func aLineThatIsMissingOrDoubledIsFoundByItsNumber() {
    var missing = Self.lines
    missing.remove(at: 3)
    #expect(
      throws: JournalError(line: 4, "seq is 4, but 3 comes next: lines are missing or duplicated")
    ) {
      try Journal(reading: Self.bytes(missing))
    }
    var doubled = Self.lines
    doubled.insert(doubled[3], at: 3)
    #expect(
      throws: JournalError(line: 5, "seq is 3, but 4 comes next: lines are missing or duplicated")
    ) {
      try Journal(reading: Self.bytes(doubled))
    }
  }

  @Test(arguments: ["", "\n", "healthgate\n", "[]\n", "null\n", "{}\n"])
  func whatIsNoJournalIsNotRead(text: String) {
    #expect(throws: JournalError.self) { try Journal(reading: Array(text.utf8)) }
  }

  @Test func bytesThatAreNoTextAreNotRead() {
    let bytes = Self.bytes(Array(Self.lines.prefix(2))) + [0xFF, 0xFE, 0x00, 0x0A]
    #expect(
      throws: JournalError(line: 3, "it is UTF-16 or UTF-32, but JSON is UTF-8")
    ) {
      try Journal(reading: bytes)
    }
  }

  @Test func theErrorBeforeACutIsStillAnError() {
    let bytes = Self.bytes(["{"] + Self.lines) + Array("{\"seq\"".utf8)
    #expect(throws: JournalError(line: 1, "it is not JSON")) {
      try Journal(reading: bytes)
    }
  }

  private func expectError(_ broken: Break) throws {
    let error = try #require(try errorOf(broken))
    #expect(error == JournalError(line: broken.line, broken.message))
  }

  /// Nil when the broken journal was read all the same.
  private func errorOf(_ broken: Break) throws -> JournalError? {
    var lines = Self.lines
    let line = lines[broken.line - 1]
    let place = try #require(line.firstRange(of: broken.old), "\(line) has no \(broken.old)")
    lines[broken.line - 1] = line.replacingCharacters(in: place, with: broken.new)
    do throws(JournalError) {
      _ = try Journal(reading: Self.bytes(lines))
      return nil
    } catch {
      return error
    }
  }

  private static func bytes(_ lines: [String]) -> [UInt8] {
    Array(lines.map { $0 + "\n" }.joined().utf8)
  }
}

extension String {
  fileprivate func replacingCharacters(in range: Range<Index>, with text: String) -> String {
    String(self[..<range.lowerBound]) + text + String(self[range.upperBound...])
  }
}

internal import GateCore
internal import GateInsight
internal import TestSupport

/// A run of a group by script: what each instance answers to each of its checks.
struct Scene {
  /// An instance and its answers.
  struct Player {
    /// As in a scenario: `+` a success, `-` the failure, `?` lost to a fault of the gate's own.
    var marks: String
    var failure: Failure?
    var zone: String?
    /// How long its good answers take.
    var latency = Duration.milliseconds(2)
    var address: String?
    /// The version of its good answers.
    var version: String?
    var joins = Duration.zero

    init(
      _ marks: String, _ failure: Failure? = nil, zone: String? = nil,
      latency: Duration = .milliseconds(2), address: String? = nil, version: String? = nil,
      joins: Duration = .zero
    ) {
      self.marks = marks
      self.failure = failure
      self.zone = zone
      self.latency = latency
      self.address = address
      self.version = version
      self.joins = joins
    }

    static let well = Player("++++++++++++++++++++++++")
  }

  var check = HealthCheck.sample(
    .alb, every: .milliseconds(500), timeout: .milliseconds(400), healthy: 2, initial: 2,
    unhealthy: 3)
  var grace = Duration.zero
  var soak = Duration.zero
  var deadline = Duration.seconds(10)
  var maxUnhealthy = InstanceCount.number(0)
  var minHealthy = InstanceCount.percentage(100)
  var expected: Int?
  var request = RequestFacts()

  /// Plays all checks in the order of their times, and tells what is diagnosed.
  func diagnoses(_ players: Player...) -> [Diagnosis] { diagnoses(players) }

  func diagnoses(_ players: [Player]) -> [Diagnosis] {
    let (gate, verdict) = played(players)
    return GateInsight.diagnoses(of: gate, verdict: verdict, requests: [request])
  }

  func codes(_ players: Player...) -> [DiagnosisCode] { diagnoses(players).map(\.code) }

  func played(_ players: [Player]) -> (Gate, Verdict) {
    var gate = Gate(
      check: check,
      policy: GatePolicy(
        minHealthy: minHealthy, maxUnhealthy: maxUnhealthy, gracePeriod: grace, soak: soak,
        deadline: deadline, expected: expected ?? players.count, membership: .changing))
    var events: [(at: GateInstant, event: GateEvent)] = []
    let order = players.indices.sorted { players[$0].joins < players[$1].joins }
    for (key, index) in order.enumerated() {
      let player = players[index]
      let joined = GateInstant.start + player.joins
      events.append(
        (
          joined,
          .instanceAdded(
            Instance(
              id: "web-\(index + 1)", address: player.address ?? "10.0.0.\(index + 1)",
              port: player.failure?.port ?? 80, zone: player.zone))
        ))
      for (number, mark) in player.marks.enumerated() {
        let started = joined + check.interval * number
        events.append(event(mark, of: player, InstanceKey(key), from: started))
      }
    }
    // In the order of their times; at the same time an instance joins before it is checked.
    let sorted = events.enumerated().sorted {
      ($0.element.at, $0.offset) < ($1.element.at, $1.offset)
    }
    var effects: [GateEffect] = []
    for timed in sorted.map(\.element) { gate.handle(timed.event, at: timed.at, effects: &effects) }
    while gate.verdict == nil, let moment = effects.lastWakeUp, moment > gate.clock {
      gate.handle(.wokeUp, at: moment, effects: &effects)
    }
    guard let verdict = gate.verdict else { preconditionFailure("the scene has no end") }
    return (gate, verdict)
  }

  private func event(
    _ mark: Character, of player: Player, _ key: InstanceKey, from started: GateInstant
  ) -> (at: GateInstant, event: GateEvent) {
    let failure = player.failure ?? Failure(.statusMismatch, "HTTP 503, not 200", status: 503)
    switch mark {
    case "+":
      let report = CheckReport(
        started: started, result: .success, status: 200,
        latencyMicroseconds: player.latency.inMicroseconds, version: player.version)
      return (started + player.latency, .checked(key, report))
    case "-":
      let latency = failure.latency ?? (failure.kind.isTimeout ? check.timeout : .milliseconds(3))
      return (started + latency, .checked(key, failure.report(from: started, taking: latency)))
    case "?":
      return (
        started,
        .checkLost(
          key, GateFault(detail: failure.detail, started: started, cause: failure.fault))
      )
    default: preconditionFailure("'\(mark)' is no mark")
    }
  }
}

extension [GateEffect] {
  /// When the gate wants to be woken, as it said last.
  fileprivate var lastWakeUp: GateInstant? {
    for case .wakeUp(let moment) in reversed() { return moment }
    return nil
  }
}

extension Evidence {
  /// As a check reads it from an answer.
  static func read(
    _ status: Int = 200, server: String? = nil, location: String? = nil, type: String? = nil,
    fields: [(String, String)] = [], _ body: String
  ) -> Evidence? {
    let named = [("Server", server), ("Location", location), ("Content-Type", type)]
    let all = named.compactMap { name, value in value.map { Answer.Field(name, $0) } }
    return Evidence(
      of: Answer(
        status: status, fields: all + fields.map { Answer.Field($0.0, $0.1) },
        body: Array(body.utf8),
        isBodyWhole: true), without: [])
  }
}

/// A failed check as the checker reports it.
struct Failure {
  var kind: FailureKind
  var detail: String
  var cause: FailureCause?
  /// Of a check that is lost.
  var fault: GateFault.Cause?
  var status: Int?
  var evidence: Evidence?
  var version: String?
  var latency: Duration?
  var port = 80

  init(
    _ kind: FailureKind, _ detail: String, _ cause: FailureCause? = nil,
    fault: GateFault.Cause? = nil, status: Int? = nil, _ evidence: Evidence? = nil,
    version: String? = nil, latency: Duration? = nil, port: Int = 80
  ) {
    self.kind = kind
    self.detail = detail
    self.cause = cause
    self.fault = fault
    self.status = status
    self.evidence = evidence
    self.version = version
    self.latency = latency
    self.port = port
  }

  /// A status that the matcher does not have.
  static func status(
    _ status: Int, server: String? = nil, location: String? = nil, type: String? = nil,
    _ excerpt: String? = nil
  ) -> Failure {
    Failure(
      .statusMismatch, "HTTP \(status)\(location.map { " to \($0)" } ?? ""), not 200",
      status: status,
      .read(status, server: server, location: location, type: type, excerpt ?? ""))
  }

  static func nginx(_ status: Int, _ phrase: String) -> Failure {
    .status(
      status, server: "nginx", type: "text/html; charset=utf-8",
      "<html> <head><title>\(status) \(phrase)</title></head> <body> <center><h1>\(status) "
        + "\(phrase)</h1></center> <hr><center>nginx</center> </body> </html>")
  }

  static func django(_ status: Int, _ title: String) -> Failure {
    .status(
      status, server: "nginx", type: "text/html; charset=utf-8",
      "<!doctype html> <html lang=\"en\"> <head> <title>\(title)</title> </head> <body> "
        + "<h1>\(title)</h1><p></p> </body> </html>")
  }

  func report(from started: GateInstant, taking latency: Duration) -> CheckReport {
    CheckReport(
      started: started, result: .failure(kind), status: status,
      latencyMicroseconds: latency.inMicroseconds, detail: detail, cause: cause,
      version: version, evidence: evidence)
  }
}

import CurlHTTP
import DemoFleet
import GateCore
import GateEngine
import Glibc
import HostileReplies
import Testing

/// How a check ended.
enum Outcome: Hashable, CustomTestStringConvertible {
  case success(Int?)
  case failure(FailureKind, Int?, String)
  case fault(String)
  /// It did not end in time.
  case none

  var testDescription: String {
    switch self {
    case .success(let status): "success, \(status.map(String.init) ?? "no status")"
    case .failure(let kind, let status, let detail):
      "\(kind.rawValue), \(status.map(String.init) ?? "no status"), \(detail)"
    case .fault(let detail): "fault, \(detail)"
    case .none: "no end"
    }
  }

  var kind: FailureKind? {
    guard case .failure(let kind, _, _) = self else { return nil }
    return kind
  }

  var isSuccess: Bool {
    guard case .success = self else { return false }
    return true
  }

  init(_ event: GateEvent?) {
    if case .checked(_, let report) = event {
      switch report.result {
      case .success: self = .success(report.status)
      case .failure(let kind):
        #expect(report.hasCauseOfItsWords, "\(report)")
        self = .failure(kind, report.status, report.detail ?? "")
      }
    } else if case .checkLost(_, let fault) = event {
      #expect(fault.hasCauseOfItsWords, "\(fault)")
      self = .fault(fault.detail)
    } else {
      self = .none
    }
  }
}

/// A group and the checker that checks it, round by round.
struct Probing {
  let checker: CurlChecker
  var instances: [Instance]
  /// All that was reported, as it came.
  private(set) var happenings: [CheckerEvent] = []

  init(_ plan: RequestTemplate, _ instances: [Instance], signals: Int32 = -1) throws {
    checker = try CurlChecker([plan], signals: signals)
    self.instances = instances
  }

  init(_ plan: RequestTemplate, _ fleet: DemoFleet) throws {
    try self.init(plan, fleet.instances.map(Instance.init))
  }

  func start(_ index: Int) { checker.start(InstanceKey(index), instances[index]) }

  /// Waits until so much was reported in all; false when it is not in time.
  @discardableResult
  mutating func wait(forTotal count: Int, within limit: Duration = .seconds(20)) -> Bool {
    let end = checker.now + limit
    while happenings.count < count, checker.now < end {
      checker.wait(until: end, into: &happenings)
    }
    return happenings.count >= count
  }

  /// Serves the loop for so long.
  mutating func wait(_ duration: Duration) {
    let end = checker.now + duration
    while checker.now < end { checker.wait(until: end, into: &happenings) }
  }

  /// Checks each once; returns the ends in the order of the instances.
  mutating func checkAll() -> [Outcome] {
    reports().map { Outcome($0) }
  }

  mutating func reports() -> [GateEvent?] {
    happenings.removeAll()
    for index in instances.indices { start(index) }
    wait(forTotal: instances.count)
    let times = happenings.map(\.at)
    #expect(times == times.sorted(), "what happened is reported in its order")
    return instances.indices.map { index in
      let own = happenings.map(\.event).filter { $0.key == InstanceKey(index) }
      #expect(own.count <= 1, "one check has one end")
      return own.first
    }
  }

  /// The one report of a group of one.
  mutating func report() throws -> CheckReport {
    guard case .checked(_, let report) = try #require(reports().first) else {
      throw NoReport()
    }
    return report
  }

  struct NoReport: Error {}
}

extension GateEvent {
  fileprivate var key: InstanceKey? {
    if case .checked(let key, _) = self { return key }
    if case .checkLost(let key, _) = self { return key }
    return nil
  }
}

extension Instance {
  init(_ instance: DemoInstance) {
    self.init(id: instance.id, address: instance.address, port: instance.port)
  }
}

extension RequestTemplate {
  /// A check of `HTTP:traffic-port/health`.
  static func sample(
    _ semantics: Semantics = .alb, _ scheme: HealthCheckTarget.Scheme = .http,
    path: String = "/health", timeout: Duration = .seconds(10), matcher: Matcher? = nil
  ) -> RequestTemplate {
    let target = HealthCheckTarget(
      scheme: scheme, port: .trafficPort, path: scheme.hasPath ? path : "")
    return RequestTemplate(
      check: HealthCheck(
        target: target, semantics: semantics, interval: .seconds(30), timeout: timeout,
        healthyThreshold: 2, initialThreshold: 2, unhealthyThreshold: 2,
        matcher: matcher ?? semantics.defaults(for: target).matcher))
  }
}

extension DemoFleet {
  /// A fleet of one.
  static func serving<Value: Sendable>(
    _ reply: Reply, _ body: (DemoInstance, Instance) async throws -> Value
  ) async throws -> Value {
    try await serving([.always(reply)]) { fleet in
      let instance = try #require(fleet.instances.first)
      return try await body(instance, Instance(instance))
    }
  }
}

/// Holds up this thread, as a busy machine would.
func stall(_ duration: Duration) {
  usleep(UInt32(duration.inMicroseconds))
}

internal import CurlHTTP
internal import Dispatch
internal import GateCore
internal import GateDisplay
internal import GateInsight
internal import GateSettings
internal import GateText
internal import InstanceSources
internal import Synchronization

/// Instances that get the same requests.
struct LintGroup: Sendable {
  let settings: Settings
  let instances: [Instance]
  let inquiries: [LintRequest]
  private let request: RequestFacts

  /// - Throws: `CommandFailure` for a request that must not be sent, or files that cannot be used.
  init(_ lane: ProbeLane, nonce: String) throws {
    settings = lane.settings
    instances = lane.members.map(\.instance)
    let own = settings.request
    if let method = own.method, method != "GET", method != "HEAD" {
      throw CommandFailure(
        .usage,
        "method is \(method.printable), but lint sends only GET and HEAD\n  hint: leave method "
          + "out")
    }
    request = RequestFacts(
      host: own.host, method: own.method,
      expectedVersion: settings.expectations.version?.version,
      ownFields: Set(
        own.headers.map { $0.name.lowercased() } + (own.userAgent == nil ? [] : ["user-agent"])))
    inquiries = LintRequests(settings.check, request: request, nonce: nonce).inquiries
    // A file that cannot be used is reported now, and not by each thread.
    _ = try settings.probePlan()
  }

  /// The target's notation, with `traffic-port` if the instances' own ports differ.
  var name: String {
    var target = settings.check.target
    let ports = Set(instances.map(\.port))
    if let port = ports.first { target.port = ports.count == 1 ? .number(port) : .trafficPort }
    return target.description
  }

  var linted: LintedTarget { LintedTarget(name, instances, inquiries) }

  /// The number of instances that are asked at the same time; each gets one request after another.
  private static let workers = 4

  /// Sends all requests to each instance; returns the responses.
  func asked() -> [LintSubject] {
    let next = Mutex(0)
    let results = Mutex<[Int: [Exchange]]>([:])
    let ended = DispatchSemaphore(value: 0)
    @Sendable func work() {
      while true {
        let index = next.withLock { next in
          defer { next += 1 }
          return next
        }
        guard index < instances.count else { break }
        let exchanges = asked(instances[index])
        results.withLock { $0[index] = exchanges }
      }
      ended.signal()
    }
    let wanted = min(Self.workers, instances.count)
    var begun = 0
    while begun < wanted, (try? BackgroundThread.start(work)) != nil { begun += 1 }
    // Without another thread it takes longer, but all requests are sent.
    if begun < wanted { work() }
    for _ in 0..<(begun < wanted ? begun + 1 : begun) { ended.wait() }
    let all = results.withLock { $0 }
    return instances.indices.map { index in
      LintSubject(
        instances[index], settings.check, request: request, exchanges: all[index] ?? [])
    }
  }

  private func asked(_ instance: Instance) -> [Exchange] {
    var plan: RequestTemplate
    let asker: SingleAsker
    do {
      plan = try settings.probePlan()
      // The judge makes servers send bodies uncompressed.
      plan.judge = try ExpectationJudge(settings.expectations, secrets: settings.secrets)
      asker = try SingleAsker()
    } catch {
      return inquiries.prefix(1).map { Exchange($0, .fault("\(error)")) }
    }
    var exchanges: [Exchange] = []
    for inquiry in inquiries {
      exchanges.append(asker.ask(inquiry, plan.asking(inquiry), of: instance))
      if exchanges.isHopeless { break }
    }
    return exchanges
  }
}

extension [Exchange] {
  /// Whether the instance does not respond, so that further requests would only take time.
  fileprivate var isHopeless: Bool {
    if case .fault = last?.end { return true }
    return count == 2
      && allSatisfy { exchange in
        if case .failed = exchange.end { return exchange.reply == nil }
        return false
      }
  }
}

extension RequestTemplate {
  /// The plan of the check, changed for a request.
  fileprivate func asking(_ inquiry: LintRequest) -> RequestTemplate {
    var plan = self
    plan.check.target.path = inquiry.path
    plan.method = inquiry.method == .head ? "HEAD" : nil
    if inquiry.purpose == .asLoadBalancer {
      plan.host = nil
      plan.userAgent = nil
      plan.headers = []
    }
    if let host = inquiry.host { plan.host = host }
    let names = Set(inquiry.fields.map { $0.name.lowercased() })
    plan.headers.removeAll { names.contains($0.name.lowercased()) }
    plan.headers += inquiry.fields
    return plan
  }
}

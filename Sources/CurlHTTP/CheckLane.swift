internal import Curl
internal import GateCore

/// The checks of one plan; all lanes share the loop.
final class CheckLane {
  let plan: RequestTemplate
  /// The timeout in microseconds.
  let timeout: Int64
  let headers: StringList
  let mappings: StringList?
  let way: CheckWay
  let usesHTTP2: Bool
  /// The indexes of free transfers that are set up for this plan.
  var free: [Int] = []
  /// The deadlines in the order of the starts, because all checks have the same timeout.
  var deadlines = DeadlineQueue()

  /// - Throws: `CurlFailure` if there is no memory.
  init(_ plan: RequestTemplate) throws(CurlFailure) {
    self.plan = plan
    way = plan.way
    usesHTTP2 = plan.usesHTTP2
    timeout = plan.check.timeout.inMicroseconds
    headers = try StringList(plan.headerLines(host: plan.host))
    mappings = plan.connectTo.isEmpty ? nil : try StringList(plan.connectTo)
  }
}

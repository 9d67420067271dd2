internal import GateCore
internal import GateSettings
internal import GateText

/// What CloudWatch has of a metric in one period.
enum MetricValue: Hashable, Sendable {
  case value(Double)
  /// It reports no such thing, and there were requests: so there was none of it.
  case none(ofRequests: Double)
  /// No data: nothing is known.
  case absent
}

extension AWSClient {
  /// How far back a metric is asked for: the latest minutes are not whole, or not there yet.
  ///
  /// Source: CloudWatch user guide, "Metric retention" and "Period"; load balancers report in
  /// periods of 60 s, and those come late.
  static let metricLag = GuardMetric.lag.inMicroseconds / 1_000_000

  /// A metric in the latest whole period that CloudWatch can be expected to know.
  ///
  /// - Throws: `SourceError`
  func value(of metric: GuardMetric) throws(SourceError) -> MetricValue {
    let period = metric.period.inMicroseconds / 1_000_000
    let end = (hostEnvironment.wallClock() - Self.metricLag) / period * period
    var call = QueryCall(
      .cloudWatch, "GetMetricData",
      about: "the CloudWatch metric '\(shownLine("\(metric.namespace)/\(metric.name)"))'"
    )
    .with("StartTime", Self.time(end - period)).with("EndTime", Self.time(end))
    .with("ScanBy", "TimestampDescending")
    var metrics = [metric]
    if let requests = metric.requests { metrics.append(requests) }
    for (index, metric) in metrics.enumerated() { call = call.asking(metric, number: index + 1) }
    let answer = try answer(call, budget: budget())
    guard let result = answer["GetMetricDataResult"] else {
      throw malformed(call, "it has no result")
    }
    var values: [Double?] = []
    for index in metrics.indices { values.append(try value(ofQuery: index + 1, in: result, call)) }
    if let value = values[0] { return .value(value) }
    if values.count > 1, let requests = values[1], requests > 0 {
      return .none(ofRequests: requests)
    }
    return .absent
  }

  private func value(
    ofQuery number: Int, in result: XMLElement, _ call: QueryCall
  ) throws(SourceError) -> Double? {
    let data = result.list("MetricDataResults").first { $0.value("Id") == "m\(number)" }
    guard let first = data?.list("Values").first?.text.trimmed else { return nil }
    guard let value = Double(first), value.isFinite else {
      throw malformed(call, "'\(shownLine(first))' is no number")
    }
    return value
  }

  /// Without a fraction, as AWS's own clients write it.
  private static func time(_ seconds: Int64) -> String {
    Timestamp(milliseconds: seconds * 1000).text.replacing(".000Z", with: "Z")
  }
}

extension QueryCall {
  fileprivate func asking(_ metric: GuardMetric, number: Int) -> QueryCall {
    let query = "MetricDataQueries.member.\(number)"
    var call = with("\(query).Id", "m\(number)")
      .with("\(query).MetricStat.Metric.Namespace", metric.namespace)
      .with("\(query).MetricStat.Metric.MetricName", metric.name)
    for (index, dimension) in metric.dimensions.enumerated() {
      let place = "\(query).MetricStat.Metric.Dimensions.member.\(index + 1)"
      call = call.with("\(place).Name", dimension.name).with("\(place).Value", dimension.value)
    }
    return call.with("\(query).MetricStat.Period", "\(metric.period.inMicroseconds / 1_000_000)")
      .with("\(query).MetricStat.Stat", metric.statistic)
  }
}

extension GuardMetric {
  /// The count of requests that tells whether no errors are none, or nobody asked.
  ///
  /// Source: the guides of Application and Classic Load Balancers, "CloudWatch metrics": a count of
  /// status codes is reported only where there is a nonzero value.
  fileprivate var requests: GuardMetric? {
    guard ["AWS/ApplicationELB", "AWS/ELB"].contains(namespace), name.hasPrefix("HTTPCode_") else {
      return nil
    }
    var requests = self
    (requests.name, requests.statistic) = ("RequestCount", "Sum")
    return requests
  }
}

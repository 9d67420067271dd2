internal import GateCore
internal import GateSettings
internal import GateText

/// The value of a metric in one period, as CloudWatch reports it.
enum MetricValue: Hashable, Sendable {
  case value(Double)
  /// There is no such data, but there were requests, so the count is zero.
  case none(ofRequests: Double)
  /// There is no data, so nothing is known.
  case absent
}

extension AWSClient {
  /// How far back a metric is queried, in seconds: the latest minutes are incomplete or missing.
  ///
  /// Source: CloudWatch user guide, "Metric retention" and "Period"; load balancers report in
  /// periods of 60 s, with a delay.
  static let metricLag = GuardMetric.lag.inMicroseconds / 1_000_000

  /// The value of a metric in the latest whole period for which CloudWatch should have data.
  ///
  /// - Throws: `SourceError`
  func value(of metric: GuardMetric) throws(SourceError) -> MetricValue {
    var call = call(
      over: metric.period, about: "the CloudWatch metric '\(metric.namespace)/\(metric.name)'"
    ).asking(metric, as: "m1", at: 1)
    if let requests = metric.requests { call = call.asking(requests, as: "m2", at: 2) }
    let answer = try answer(call, budget: budget())
    if let value = try value(ofQuery: "m1", in: answer, call) { return .value(value) }
    guard metric.requests != nil, let requests = try value(ofQuery: "m2", in: answer, call),
      requests > 0
    else { return .absent }
    return .none(ofRequests: requests)
  }

  /// The value of an expression over metrics in that period.
  ///
  /// Source: CloudWatch API, `GetMetricData`: queries that return no data can be used in
  /// expressions.
  ///
  /// - Throws: `SourceError`
  func value(of math: MetricMath) throws(SourceError) -> MetricValue {
    var call = call(
      over: math.period, about: "the CloudWatch expression '\(math.expression)'"
    )
    .with("MetricDataQueries.member.1.Id", MetricMath.resultName)
    .with("MetricDataQueries.member.1.Expression", math.expression)
    for (index, named) in math.metrics.enumerated() {
      call = call.asking(named.metric, as: named.name, at: index + 2)
        .with("MetricDataQueries.member.\(index + 2).ReturnData", "false")
    }
    let answer = try answer(call, budget: budget())
    let value = try value(ofQuery: MetricMath.resultName, in: answer, call)
    return value.map { .value($0) } ?? .absent
  }

  private func call(over period: Duration, about words: String) -> QueryCall {
    let period = period.inMicroseconds / 1_000_000
    let end = (hostEnvironment.wallClock() - Self.metricLag) / period * period
    return QueryCall(.cloudWatch, "GetMetricData", about: shownLine(words))
      .with("StartTime", Self.time(end - period)).with("EndTime", Self.time(end))
      .with("ScanBy", "TimestampDescending")
  }

  private func value(
    ofQuery id: String, in answer: XMLElement?, _ call: QueryCall
  ) throws(SourceError) -> Double? {
    guard let answer else { throw malformed(call, "it has no result") }
    let data = answer.list("MetricDataResults").first { $0.value("Id") == id }
    guard let first = data?.list("Values").first?.text.trimmed else { return nil }
    guard let value = Double(first), value.isFinite else {
      throw malformed(call, "'\(shownLine(first))' is not a number")
    }
    return value
  }

  /// A time without a fraction, as AWS's own clients write it.
  private static func time(_ seconds: Int64) -> String {
    Timestamp(milliseconds: seconds * 1000).text.replacing(".000Z", with: "Z")
  }
}

extension QueryCall {
  fileprivate func asking(_ metric: GuardMetric, as id: String, at number: Int) -> QueryCall {
    let query = "MetricDataQueries.member.\(number)"
    var call = with("\(query).Id", id)
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
  /// The metric of requests, which tells whether missing errors mean none, or no requests at all.
  ///
  /// Source: the guides of Application and Classic Load Balancers, "CloudWatch metrics": a count of
  /// status codes is reported only if it is not zero.
  fileprivate var requests: GuardMetric? {
    guard ["AWS/ApplicationELB", "AWS/ELB"].contains(namespace), name.hasPrefix("HTTPCode_") else {
      return nil
    }
    var requests = self
    (requests.name, requests.statistic) = ("RequestCount", "Sum")
    return requests
  }
}

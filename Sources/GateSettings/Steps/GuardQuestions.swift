package import GateCore
internal import GateText

/// An expression of CloudWatch's metric math over metrics with names.
package struct MetricMath: Hashable, Sendable {
  /// The expression, such as `FILL(errors, 0) / requests`.
  package var expression: String
  package var metrics: [Named]
  /// The period, which all metrics must have.
  package var period: Duration

  package struct Named: Hashable, Sendable {
    package var name: String
    package var metric: GuardMetric
  }

  /// The name of the expression's result in a query.
  package static let resultName = "healthgateResult"

  /// A metric by its name in the expression, or in its own notation.
  ///
  /// - Throws: `GrammarError`
  func metric(calledOrWritten text: String) throws(GrammarError) -> GuardMetric {
    if let named = metrics.first(where: { $0.name == text }) { return named.metric }
    return try GuardMetric(parsing: text)
  }

  /// Creates an expression with its metrics.
  ///
  /// Source: CloudWatch API, `MetricDataQuery`: an `Id` begins with a lower-case letter.
  ///
  /// - Throws: `GrammarError`
  fileprivate init(
    _ expression: String, _ texts: [(name: String, text: String)]
  ) throws(GrammarError) {
    self.expression = expression
    metrics = try texts.map { name, text throws(GrammarError) in
      guard name.first.map({ ("a"..."z").contains($0) }) == true, name != Self.resultName,
        name.utf8.allSatisfy({ $0.isAlphanumeric || $0 == UInt8(ascii: "_") })
      else {
        throw GrammarError(
          "\(name.shown) is not a name for a metric: a lower-case letter, then letters, digits and _"
        )
      }
      do throws(GrammarError) {
        return Named(name: name, metric: try GuardMetric(parsing: text))
      } catch {
        throw GrammarError("metric \(name): \(error.description)")
      }
    }
    guard let first = metrics.first else {
      throw GrammarError(
        "cloudwatch_math has no metrics",
        hint:
          "name those of the expression: metrics: { errors: NAMESPACE/METRIC?..., requests: ... }")
    }
    period = first.metric.period
    guard let other = metrics.first(where: { $0.metric.period != period }) else { return }
    throw GrammarError(
      "metrics \(first.name) and \(other.name) have different periods: "
        + "\(period.inWords) and \(other.metric.period.inWords)")
  }
}

/// The Prometheus queries that count the requests of both groups, and the tolerance of their test.
package struct RequestQueries: Hashable, Sendable {
  package var url: String
  package var new: Side
  package var old: Side
  package var confidence = Confidence.standard
  /// The tolerated increase of the new group's share of errors, 0 to 1.
  package var maxIncrease = 0.0

  package struct Side: Hashable, Sendable {
    /// The query of the requests; its result is the sum of its series.
    package var requests: String
    package var errors: String
  }
}

extension GuardSpec {
  /// Reads an expression with its comparison, and its metrics.
  ///
  /// - Throws: `GrammarError`
  init(math text: String, _ fields: inout StructuredFields) throws(GrammarError) {
    name = SettingKey.guard.masked("cloudwatch-math:\(text)").cleaned(to: 65_536)
    let (expression, comparison) = try Self.split(text[...], name)
    question = .cloudWatchMath(
      try MetricMath(expression, try fields.pairs("metrics")), comparison)
  }

  /// Reads the server, and the queries.
  ///
  /// - Throws: `GrammarError`
  init(test text: String, _ fields: inout StructuredFields) throws(GrammarError) {
    let new = try Self.side("new", &fields)
    let old = try Self.side("old", &fields)
    let shown = "prometheus-test:\(text)"
    let url = try Self.url(text, SettingKey.guard.masked(shown).cleaned(to: 65_536))
    name = SettingKey.guard.masked("\(shown)?query=\(new.errors)").cleaned(to: 65_536)
    question = .prometheusTest(
      RequestQueries(
        url: url, new: new, old: old,
        confidence: try fields.parsed("confidence", Confidence.init(parsing:)) ?? .standard,
        maxIncrease: try fields.parsed("max_increase", Self.share) ?? 0))
  }

  private static func side(
    _ name: String, _ fields: inout StructuredFields
  ) throws(GrammarError) -> RequestQueries.Side {
    var found = try fields.fields(name)
    guard let requests = try found?.text("requests"), let errors = try found?.text("errors") else {
      throw GrammarError(
        "prometheus_test needs \(name), with two queries",
        hint: "\(name): { requests: QUERY, errors: QUERY }, each for the \(name) group only")
    }
    try found?.refuseUnknown()
    return RequestQueries.Side(requests: requests, errors: errors)
  }

  /// Reads a percentage such as `0.5%`, as a number from 0 to 1.
  ///
  /// - Throws: `GrammarError`
  private static func share(_ text: String) throws(GrammarError) -> Double {
    guard text.hasSuffix("%"), let number = Double(text.dropLast()), (0..<100).contains(number)
    else { throw GrammarError("'\(text.printable)' is not a percentage below 100%, such as 0.5%") }
    return number / 100
  }
}

package import GateCore
package import GateText

extension GuardSpec {
  /// The fields of a guard that is written as a mapping, and their notation in one text.
  private static let forms =
    [
      "prometheus", "json", "cloudwatch-metric", "cloudwatch-alarm", "http", "exec",
    ] + mappings

  /// The guards that can only be written as a mapping.
  static let mappings = ["prometheus-test", "cloudwatch-math"]

  /// The guards that a mapping can have; file keys have underscores, texts have hyphens.
  static var fieldNames: [String] {
    forms + forms.filter { $0.contains("-") }.map { $0.replacing("-", with: "_") }
  }

  /// Reads a guard as one text, or as a mapping with more fields.
  ///
  /// - Throws: `GrammarError`, which says what was expected instead.
  package init(reading text: String) throws(GrammarError) {
    guard text.hasPrefix("{") else {
      try self.init(parsing: text)
      return
    }
    try self.init(StructuredFields(parsing: text, of: "a guard"))
  }

  init(_ given: StructuredFields) throws(GrammarError) {
    var fields = given
    var found: [(form: String, text: String)] = []
    for name in Self.fieldNames {
      let form = name.replacing("_", with: "-")
      if let text = try fields.text(name) { found.append((form, text)) }
    }
    guard found.count == 1, let question = found.first else {
      throw GrammarError(
        "a guard has \(found.isEmpty ? "no query" : "\(found.count) queries"), but takes one of "
          + Self.forms.joined(separator: ", "))
    }
    switch question.form {
    case "prometheus-test": try self.init(test: question.text, &fields)
    case "cloudwatch-math": try self.init(math: question.text, &fields)
    default: try self.init(parsing: "\(question.form):\(question.text)")
    }
    measure = try GuardMeasure(name, &fields)
    measure.isTest = isTest
    measure.lag = try fields.duration("lag") ?? lag
    measure.window = try fields.duration("window") ?? window
    headers = try Self.headers(&fields)
    try refuseHeaders()
    if var wanted = try fields.fields("min_requests") { try readMinimum(&wanted) }
    guard !isTest || measure.minRequests != nil else {
      throw GrammarError(
        "prometheus_test needs min_requests: with few requests, no difference can be found",
        hint: "such as min_requests: { at_least: 500 }, for each group")
    }
    try fields.refuseUnknown()
  }

  private var isTest: Bool {
    if case .prometheusTest = question { true } else { false }
  }

  private static func headers(
    _ fields: inout StructuredFields
  ) throws(GrammarError) -> [HeaderText] {
    try fields.pairs("headers").map { name, text throws(GrammarError) in
      let isVariable = text.hasPrefix("env:")
      // Only the name is checked here; the value of a variable is checked where it is known.
      _ = try Answer.Field(parsingHeader: isVariable ? "\(name): x" : "\(name): \(text)")
      return HeaderText(
        name: name, value: isVariable ? .variable(String(text.dropFirst(4))) : .text(text))
    }
  }

  private func refuseHeaders() throws(GrammarError) {
    guard !headers.isEmpty else { return }
    switch question {
    case .prometheus, .prometheusTest, .json, .http: return
    case .cloudWatchAlarm, .cloudWatchMetric, .cloudWatchMath, .exec:
      throw GrammarError("headers apply only to prometheus, prometheus_test, json and http")
    }
  }

  /// Reads the number of requests that a result requires.
  ///
  /// - Throws: `GrammarError`
  private mutating func readMinimum(_ fields: inout StructuredFields) throws(GrammarError) {
    let least = try fields.number("at_least", in: 1...1_000_000_000)
    measure.minRequests = least
    // A test counts requests with its own queries.
    if isTest, least != nil { return try fields.refuseUnknown() }
    let query = try fields.text("query")
    guard least != nil, let query else {
      throw GrammarError("\(fields.name) needs a query, and at_least, a number of requests")
    }
    try fields.refuseUnknown()
    requests =
      switch question {
      case .prometheus: .prometheus(query)
      case .json:
        .json(try JSONPointer(parsing: query.hasPrefix("#") ? String(query.dropFirst()) : query))
      case .cloudWatchMetric: .cloudWatchMetric(try GuardMetric(parsing: query))
      case .cloudWatchMath(let math, _):
        .cloudWatchMetric(try math.metric(calledOrWritten: query))
      case .cloudWatchAlarm, .http, .exec, .prometheusTest:
        throw GrammarError(
          "min_requests goes with prometheus, prometheus_test, json, cloudwatch_metric and "
            + "cloudwatch_math")
      }
  }

  /// How far behind the guard's data are, if that is known.
  var lag: Duration { period == nil ? .zero : GuardMetric.lag }

  var window: Duration { period ?? .zero }

  /// The period of CloudWatch data; nil for other guards.
  private var period: Duration? {
    switch question {
    case .cloudWatchMetric(let metric, _): metric.period
    case .cloudWatchMath(let math, _): math.period
    case .prometheus, .prometheusTest, .cloudWatchAlarm, .json, .http, .exec: nil
    }
  }

  /// A query that counts the requests behind a result.
  package enum Requests: Hashable, Sendable {
    /// A query to the same server.
    case prometheus(String)
    /// A number in the same document.
    case json(JSONPointer)
    case cloudWatchMetric(GuardMetric)
  }

  /// A header that a guard sends; its value may be in a variable.
  package struct HeaderText: Hashable, Sendable {
    package var name: String
    package var value: Value

    package enum Value: Hashable, Sendable {
      case text(String)
      case variable(String)
    }

    /// The value to send; empty if its variable is not set.
    package func text(in variables: [String: String]) -> String {
      switch value {
      case .text(let text): text
      case .variable(let name): variables[name] ?? ""
      }
    }
  }
}

extension GuardMeasure {
  /// Reads the settings of a guard's checks from a mapping.
  ///
  /// - Throws: `GrammarError`
  fileprivate init(_ name: String, _ fields: inout StructuredFields) throws(GrammarError) {
    self.init(name)
    interval = try fields.duration("interval")
    timeout = try fields.duration("timeout")
    for (field, time) in [("interval", interval), ("timeout", timeout)] {
      guard let time, time < .milliseconds(1) else { continue }
      throw fields.wrong(field, "is \(time.inWords), but must be at least 1ms")
    }
    healthyThreshold = try fields.number("healthy_threshold", in: 1...10_000)
    unhealthyThreshold = try fields.number("unhealthy_threshold", in: 1...10_000)
    isAdvisory = try fields.toggle("advisory")
  }
}

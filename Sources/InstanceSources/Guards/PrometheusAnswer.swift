internal import GateCore
internal import GateSettings
internal import GateText

/// The response to an instant query.
///
/// Source: Prometheus, "HTTP API", `/api/v1/query`; Thanos, Mimir and VictoriaMetrics have it too.
struct PrometheusAnswer {
  let response: HTTPResponse
  let secrets: SecretMask

  /// The URL of a query; the server's base URL may have a prefix and parameters.
  ///
  /// `time` is when the query is evaluated, in seconds as in a response; nil for the time of its
  /// arrival.
  static func url(_ base: String, query: String, time: String? = nil) -> String {
    let mark = base.firstIndex(of: "?") ?? base.endIndex
    var path = String(base[..<mark])
    while path.hasSuffix("/") { path.removeLast() }
    if !path.hasSuffix("/api/v1/query") { path += "/api/v1/query" }
    let parameters = base[mark...].dropFirst()
    let moment = time.map { "&time=\(formEncoded($0))" } ?? ""
    return "\(path)?\(parameters)\(parameters.isEmpty ? "" : "&")query=\(formEncoded(query))"
      + moment
  }

  /// The sum of all values (0 if there are none), and when the query was evaluated.
  ///
  /// - Throws: `GuardFailure`, also if a value is not a count: negative, infinite or not a number.
  func count() throws(GuardFailure) -> (value: Double, time: String?) {
    let samples = try samples()
    if let odd = samples.first(where: { !$0.number.isCount })?.number {
      throw GuardFailure(words: "the query for a count gives \(odd)")
    }
    return (samples.map(\.number).reduce(0, +), samples.first?.time)
  }

  private func samples() throws(GuardFailure) -> [Sample] {
    guard let document = try? Document(JSONFields(JSONValue(parsing: response.body))) else {
      throw GuardFailure(words: "HTTP \(response.status), and not a response of the Prometheus API")
    }
    guard document.status == "success", let data = document.data else {
      let why = [document.errorType, document.error].compactMap { $0 }.joined(separator: ": ")
      throw GuardFailure(words: "Prometheus rejected the query: \(secrets.quoting(why))")
    }
    guard let values = data.values else {
      throw GuardFailure(
        words: "the query gives a \(secrets.quoting(data.resultType, limit: 40)), not an instant "
          + "vector or a scalar")
    }
    return values
  }

  /// Whether every value meets the comparison.
  ///
  /// No value at all, or one that is not a number, gives no result: a query over requests must not
  /// promote before there are any, and is not a failure of the group.
  ///
  /// - Throws: `GuardFailure`
  func judged(by comparison: GuardSpec.Comparison) throws(GuardFailure) -> GuardAnswer {
    let values = try samples().map(\.number)
    guard !values.isEmpty else {
      return .waits("the query has no result: no data matches", isEmpty: true)
    }
    let wrong = values.filter { !$0.isNaN && !comparison.holds($0) }
    guard wrong.isEmpty else {
      return .fails(
        "\(Self.words(wrong, of: values)), not \(comparison.text)", .expectationFailed)
    }
    guard !values.contains(where: \.isNaN) else {
      // A ratio over no requests is NaN.
      return .waits(
        "\(Self.words(values.filter(\.isNaN), of: values)), which is not a number", isEmpty: true)
    }
    return .holds("\(Self.words(values, of: values)) \(comparison.text)")
  }

  private static func words(_ some: [Double], of all: [Double]) -> String {
    let shown = some.prefix(3).map { "\($0)" }.joined(separator: ", ")
    let more = some.count > 3 ? " and \(some.count - 3) more" : ""
    return all.count == 1 ? shown : "\(shown)\(more) of \(all.count) series"
  }

  private struct Document: JSONObjectReadable {
    var status: String
    var errorType: String?
    var error: String?
    var data: Result?

    init(_ fields: JSONFields) throws(JSONFieldError) {
      status = try fields.want("status")
      errorType = try fields.find("errorType")
      error = try fields.find("error")
      data = try fields.find("data")
    }
  }

  private struct Result: JSONObjectReadable {
    var resultType: String
    /// The values; nil if the result is neither a number nor series with one number each.
    var values: [Sample]?

    init(_ fields: JSONFields) throws(JSONFieldError) {
      resultType = try fields.want("resultType")
      switch resultType {
      case "vector":
        let series: [JSONFields] = try fields.want("result")
        values = try series.map { (one) throws(JSONFieldError) in try one.want("value") }
      case "scalar":
        let sample: Sample = try fields.want("result")
        values = [sample]
      default: values = nil
      }
    }
  }

  /// A pair of a time and a number, which is text because it may be `NaN` or `+Inf`.
  private struct Sample: JSONReadable {
    /// The time in seconds, as written.
    var time: String
    var number: Double

    init(json value: JSONValue, at place: String) throws(JSONFieldError) {
      guard case .array(let pair) = value, pair.count == 2, case .number(let time) = pair[0],
        case .string(let text) = pair[1], let number = Double(text)
      else { throw JSONFieldError(.wrongType, at: place) }
      self.time = time.text
      self.number = number
    }
  }
}

internal import FoundationEssentials
internal import GateFormats

/// The answer to an instant query.
///
/// Source: Prometheus, "HTTP API", `/api/v1/query`; Thanos, Mimir and VictoriaMetrics speak it too.
struct PrometheusAnswer {
  private let response: HTTPResponse

  init(_ response: HTTPResponse) {
    self.response = response
  }

  /// Where a query is sent; the server's address may have a prefix, and parameters of its own.
  static func url(_ base: String, query: String) -> String {
    let mark = base.firstIndex(of: "?") ?? base.endIndex
    var path = String(base[..<mark])
    while path.hasSuffix("/") { path.removeLast() }
    if !path.hasSuffix("/api/v1/query") { path += "/api/v1/query" }
    let parameters = base[mark...].dropFirst()
    return "\(path)?\(parameters)\(parameters.isEmpty ? "" : "&")query=\(formEncoded(query))"
  }

  /// Whether every value compares as wanted.
  ///
  /// No value at all, or one that is no number, says neither: a query over requests that nobody
  /// made yet must not promote, and is no failure of the group.
  func judged(by comparison: GuardSpec.Comparison) -> GuardAnswer {
    guard let document = try? JSONDecoder().decode(Document.self, from: Data(response.body)) else {
      return .unknown("HTTP \(response.status), and no answer of Prometheus's API")
    }
    guard document.status == "success", let data = document.data else {
      let why = [document.errorType, document.error].compactMap { $0 }.joined(separator: ": ")
      return .unknown("Prometheus turned the query down: \(why)")
    }
    guard let values = data.values else {
      return .unknown("the query gives a \(data.resultType), not numbers at one moment")
    }
    guard !values.isEmpty else { return .unknown("the query has no result: there is no such data") }
    let wrong = values.filter { !$0.isNaN && !comparison.holds($0) }
    guard wrong.isEmpty else {
      return .fails(
        "\(Self.words(wrong, of: values)), not \(comparison.text)", .expectationFailed)
    }
    guard !values.contains(where: \.isNaN) else {
      return .unknown("\(Self.words(values.filter(\.isNaN), of: values)), which is no number")
    }
    return .holds("\(Self.words(values, of: values)) \(comparison.text)")
  }

  private static func words(_ some: [Double], of all: [Double]) -> String {
    let shown = some.prefix(3).map { "\($0)" }.joined(separator: ", ")
    let more = some.count > 3 ? " and \(some.count - 3) more" : ""
    return all.count == 1 ? shown : "\(shown)\(more) of \(all.count) series"
  }

  private struct Document: Decodable {
    var status: String
    var errorType: String?
    var error: String?
    var data: Result?
  }

  private struct Result: Decodable {
    var resultType: String
    /// Nil for what is not a number, or a number a series.
    var values: [Double]?

    enum CodingKeys: String, CodingKey { case resultType, result }

    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: CodingKeys.self)
      resultType = try container.decode(String.self, forKey: .resultType)
      values =
        switch resultType {
        case "vector": try container.decode([Series].self, forKey: .result).map(\.value.number)
        case "scalar": [try container.decode(Sample.self, forKey: .result).number]
        default: nil
        }
    }
  }

  private struct Series: Decodable {
    var value: Sample
  }

  /// A pair of a time and a number, which is text: it may be `NaN` or `+Inf`.
  private struct Sample: Decodable {
    var number: Double

    init(from decoder: any Decoder) throws {
      var pair = try decoder.unkeyedContainer()
      _ = try pair.decode(Double.self)
      let text = try pair.decode(String.self)
      guard let number = Double(text) else {
        throw DecodingError.dataCorruptedError(in: pair, debugDescription: "no number")
      }
      self.number = number
    }
  }
}

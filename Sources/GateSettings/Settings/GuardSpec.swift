package import GateCore
package import GateText

/// A guard: an additional condition that must hold for the group to be promoted.
package struct GuardSpec: Hashable, Sendable {
  package var question: Question
  /// The name: the guard as written, without its secrets.
  package var name: String
  /// The guard's own interval, thresholds and so on, if given.
  package var measure = GuardMeasure("")
  /// The headers to send with requests to a URL.
  package var headers: [HeaderText] = []
  /// The query that counts the requests behind a result; nil if there is none.
  package var requests: Requests?

  package enum Question: Hashable, Sendable {
    /// An instant query, all of whose values must meet the comparison.
    case prometheus(url: String, query: String, Comparison)
    case cloudWatchAlarm(String)
    /// A statistic of a metric that must meet the comparison.
    case cloudWatchMetric(GuardMetric, Comparison)
    /// An expression of CloudWatch over metrics that must meet the comparison.
    case cloudWatchMath(MetricMath, Comparison)
    /// The share of failed requests in the new group must not be higher than in the old group.
    case prometheusTest(RequestQueries)
    /// A number in a URL's JSON response that must meet the comparison.
    case json(url: String, JSONPointer, Comparison)
    /// A URL that must respond with a status of 200 to 299.
    case http(String)
    /// A shell command that must exit with 0.
    case exec(String)
  }

  /// Whether it queries AWS.
  package var asksAWS: Bool {
    switch question {
    case .cloudWatchAlarm, .cloudWatchMetric, .cloudWatchMath: true
    case .prometheus, .prometheusTest, .json, .http, .exec: false
    }
  }

  package struct Comparison: Hashable, Sendable {
    package var relation: Relation
    package var number: Double
    /// The comparison as written, such as `< 0.01`.
    package var text: String

    package enum Relation: String, Hashable, Sendable, CaseIterable {
      case atMost = "<="
      case atLeast = ">="
      case equal = "=="
      case unequal = "!="
      case below = "<"
      case above = ">"
    }

    package func holds(_ value: Double) -> Bool {
      switch relation {
      case .atMost: value <= number
      case .atLeast: value >= number
      case .equal: value == number
      case .unequal: value != number
      case .below: value < number
      case .above: value > number
      }
    }
  }
}

extension GuardSpec {
  /// Reads `prometheus:URL?query=… < 0.01`, `cloudwatch-metric:… < 5`, `exec:COMMAND` and so on.
  ///
  /// The other forms are `cloudwatch-alarm:NAME`, `json:URL#POINTER < 0.01` and `http:URL`.
  ///
  /// - Throws: `GrammarError`, which says what was expected instead.
  package init(parsing text: String) throws(GrammarError) {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      .map { $0.trimmed }
    name = SettingKey.guard.masked(text).cleaned(to: 65_536)
    guard parts.count == 2, !parts[1].isEmpty else { throw Self.unknown(name) }
    switch parts[0] {
    case "prometheus": question = try Self.prometheus(parts[1], name)
    case "cloudwatch-alarm": question = .cloudWatchAlarm(parts[1])
    case "cloudwatch-metric": question = try Self.metric(parts[1], name)
    case "json": question = try Self.json(parts[1], name)
    // A bare URL is accepted as a guard too.
    case "http" where parts[1].hasPrefix("//"), "https" where parts[1].hasPrefix("//"):
      question = .http(try Self.url(text.trimmed, name))
    case "http": question = .http(try Self.url(parts[1], name))
    case "exec": question = .exec(parts[1])
    case let form where Self.mappings.contains(form):
      throw GrammarError(
        "\(form) needs more than a string",
        hint: "write the guard as a mapping in the settings file (docs/canary.md)")
    default: throw Self.unknown(name)
    }
    measure = GuardMeasure(name)
    (measure.lag, measure.window) = (lag, window)
  }

  private static func unknown(_ text: String) -> GrammarError {
    GrammarError(
      "\(text.shown) is not a guard: prometheus:URL?query=QUERY < NUMBER, json:URL#POINTER < NUMBER, "
        + "cloudwatch-alarm:NAME, cloudwatch-metric:NAMESPACE/METRIC?... < NUMBER, http:URL or "
        + "exec:COMMAND")
  }

  static func url(_ text: String, _ name: String) throws(GrammarError) -> String {
    guard text.hasPrefix("http://") || text.hasPrefix("https://"),
      URLParts(text[...])?.place.isEmpty == false
    else {
      throw GrammarError("\(name.shown) has no URL that begins with http:// or https:// and a host")
    }
    guard text.unicodeScalars.allSatisfy({ $0.value > 0x20 && $0.value != 0x7F }) else {
      throw GrammarError("the URL of \(name.shown) has a blank or a control character")
    }
    return text
  }

  /// Reads a Prometheus guard; its query is not encoded, and is everything after `query=`.
  private static func prometheus(_ text: String, _ name: String) throws(GrammarError) -> Question {
    guard let mark = text.firstRange(of: "?query=") ?? text.firstRange(of: "&query=") else {
      throw GrammarError(
        "\(name.shown) has no query: write prometheus:http://HOST:9090?query=QUERY < NUMBER")
    }
    let url = try Self.url(String(text[..<mark.lowerBound]), name)
    let (query, comparison) = try split(text[mark.upperBound...], name)
    return .prometheus(url: url, query: query, comparison)
  }

  private static func metric(_ text: String, _ name: String) throws(GrammarError) -> Question {
    let (metric, comparison) = try split(text[...], name)
    do throws(GrammarError) {
      return .cloudWatchMetric(try GuardMetric(parsing: metric), comparison)
    } catch {
      throw GrammarError("\(name.shown): \(error.description)", hint: "write \(GuardMetric.form)")
    }
  }

  /// Reads a JSON guard; the pointer begins after the first `#`, which a URL in a request does not
  /// have.
  private static func json(_ text: String, _ name: String) throws(GrammarError) -> Question {
    guard let mark = text.firstIndex(of: "#") else {
      throw GrammarError(
        "\(name.shown) does not say where the number is: write json:URL#/POINTER < NUMBER")
    }
    let url = try Self.url(String(text[..<mark]), name)
    let (pointer, comparison) = try split(text[text.index(after: mark)...], name, mayBeEmpty: true)
    return .json(url: url, try JSONPointer(parsing: pointer), comparison)
  }

  /// Splits the last comparison, followed by a number, from a text: a query may contain others.
  static func split(
    _ text: Substring, _ name: String, mayBeEmpty: Bool = false
  ) throws(GrammarError) -> (query: String, Comparison) {
    if let last = text.lastIndex(where: { "<>=".contains($0) }) {
      let before = last > text.startIndex ? text.index(before: last) : last
      let start = text[last] == "=" && "<>=!".contains(text[before]) ? before : last
      let number = text[text.index(after: last)...].trimmed
      let query = text[..<start].trimmed
      if let relation = Comparison.Relation(rawValue: String(text[start...last])),
        let value = Double(number), !value.isNaN, mayBeEmpty || !query.isEmpty
      {
        let words = "\(relation.rawValue) \(number)"
        return (query, Comparison(relation: relation, number: value, text: words))
      }
    }
    throw GrammarError(
      "\(name.shown) does not end with a comparison, such as < 0.01 (<, <=, >, >=, == or != and a "
        + "number)")
  }
}

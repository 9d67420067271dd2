internal import GateCore

/// A known kind of failure: how it is recognized, and the words for it.
struct Rule: Sendable {
  var code: DiagnosisCode
  var confidence: Diagnosis.Confidence
  var boot: Boot
  var matches: @Sendable (Symptom) -> Bool
  var words: @Sendable (Occurrence) -> Words

  /// How similar a booting instance looks.
  enum Boot: Sendable {
    /// As likely as not, a booting instance looks like this.
    case looksLikeThis
    case canLookLikeThis
    case looksDifferent
  }

  init(
    _ code: DiagnosisCode, _ confidence: Diagnosis.Confidence, boot: Boot = .looksDifferent,
    when matches: @escaping @Sendable (Symptom) -> Bool,
    words: @escaping @Sendable (Occurrence) -> Words
  ) {
    self.code = code
    self.confidence = confidence
    self.boot = boot
    self.matches = matches
    self.words = words
  }
}

/// The sentences of a diagnosis.
struct Words: Hashable, Sendable {
  var summary: String
  var cause: String
  var advice: String

  init(_ summary: String, cause: String, advice: String) {
    self.summary = summary
    self.cause = cause
    self.advice = advice
  }

  /// The same words for one of several health checks.
  func under(_ check: String) -> Words {
    guard !check.isEmpty else { return self }
    var words = self
    words.summary = "\(check): \(summary)"
    return words
  }
}

extension Rule {
  /// All rules, more specific ones first: the first that matches a symptom explains it.
  ///
  /// The last one matches every symptom.
  static let all: [Rule] = {
    // Rules for incomplete responses come first, because a status explains nothing there.
    let parts: [[Rule]] = [
      connection, tls, form, timeouts, redirects, refusals, serverErrors, grpc, content,
      [somethingElse],
    ]
    return parts.flatMap { $0 }
  }()

  /// The index in `all` of the rule that explains this symptom.
  static func place(for symptom: Symptom) -> Int {
    all.firstIndex { $0.matches(symptom) } ?? all.count - 1
  }

  private static let somethingElse = Rule(.unexpectedStatus, .possible, when: { _ in true }) {
    Words(
      "\($0.who) did not answer as the check requires: \($0.first.detailWords)",
      cause: "none of the usual ones: only the evidence is known",
      advice: "send the same request by hand from the same place, and read the instance's log")
  }
}

/// The instances to which one rule applies.
struct Occurrence: Sendable {
  /// The symptoms of these instances; at least one.
  var members: [Symptom]
  /// The number of instances in comparison.
  var total: Int

  /// The symptom whose evidence is shown.
  var first: Symptom { members[0] }

  /// The program that wrote its page, as far as that is known.
  var author: String { first.author?.name ?? "the server" }

  var isEverywhere: Bool { members.count == total }

  /// `the instance`, `both instances`, `all 3 instances`, `2 of 3 instances`.
  var who: String {
    guard total > 1 else { return "the instance" }
    return isEverywhere
      ? total == 2 ? "both instances" : "all \(total) instances"
      : "\(members.count) of \(total) instances"
  }

  /// The verb that agrees with `who`.
  func verb(_ ofOne: String, _ ofMany: String) -> String { members.count == 1 ? ofOne : ofMany }

  /// The statuses in words: `500`, `502 or 503`.
  var statuses: String {
    alternatives(Set(members.compactMap(\.status)).sorted().map(String.init))
  }

  /// The statuses after a blank, such as ` 400`; empty if there are none.
  var statusesOrNothing: String { statuses.isEmpty ? "" : " \(statuses)" }

  /// `port 80`, or `its port` if the ports differ.
  var port: String {
    let ports = Set(members.map(\.instance.port))
    return ports.count == 1 ? "port \(first.instance.port)" : "its port"
  }

  /// The path of the request.
  var path: String {
    let path = first.check.target.path
    return path.isEmpty ? "the port" : SecretPlaces.masked(path).cleaned(to: 100)
  }

  var check: HealthCheck { first.check }

  /// What is said of Django where all of them can be written with it; else nothing.
  func inDjango(_ words: String) -> String {
    members.allSatisfy(\.canBeDjango) ? words : ""
  }
}

extension Symptom {
  /// What happened, according to the check.
  var detailWords: String { (report.detail ?? kind.rawValue).cleaned(to: 200) }

  /// The location of the redirect, as received.
  var locationWords: String { (report.evidence?.location ?? "nowhere").cleaned(to: 100) }

  /// The status, the header and the start of the body, in at most 200 bytes.
  var evidenceWords: String? {
    let evidence = report.evidence
    var parts: [String] = []
    if let status { parts.append(scheme.isGRPC ? "gRPC status \(status)" : "HTTP \(status)") }
    if let location = evidence?.location { parts.append("location \(location.cleaned(to: 80))") }
    if let server = evidence?.server { parts.append("server \(server.cleaned(to: 40))") }
    if let type = evidence?.contentType { parts.append(type.cleaned(to: 40)) }
    if let wait = evidence?.retryAfter { parts.append("retry-after \(wait.cleaned(to: 30))") }
    // A status alone says less than the check's detail.
    if evidence == nil || (status == nil && parts.isEmpty), let detail = report.detail {
      parts = [detail]
    }
    if kind == .wrongVersion, let detail = report.detail { parts.append(detail) }
    // The first bytes of a page may not include what its title says.
    let excerpt = evidence?.excerpt
    if let title = evidence?.title, excerpt?.contains(title) != true {
      parts.append("title '\(title)'")
    }
    if let excerpt, !excerpt.isEmpty { parts.append(excerpt) }
    let text = parts.joined(separator: ", ").cleaned(to: 200)
    return text.isEmpty ? nil : text
  }
}

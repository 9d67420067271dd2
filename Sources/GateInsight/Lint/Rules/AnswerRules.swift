internal import GateCore

/// What the body of a passed check says.
extension LintRule {
  static let content = [saysUnwell, largeAnswer]

  private static let saysUnwell = LintRule.ofEach(
    .error, "says-unwell", finds: "the check passes, and its body says that it is not well",
    why: "a load balancer reads the status and not the body: the instance is in service",
    advice: "answer 503 when something that the application cannot do without fails, and leave "
      + "the rest out of the health check"
  ) { member in
    for exchange in member.checks where exchange.passes(member.check) {
      guard let reply = exchange.answer, let words = Unwell.words(in: reply) else { continue }
      return member.seen(exchange, ": \(words)")
    }
    return nil
  }

  private static let largeAnswer = LintRule.ofEach(
    .warning, "large-answer", finds: "the answer is large",
    why: "beyond some 14 KB it takes more than one round trip (RFC 6928), and every node of the "
      + "load balancer fetches it every few seconds, from instances under load too",
    advice: "answer a word or a few lines, from a view of its own and not the homepage"
  ) { member in
    member.checks.first { ($0.answer?.bodySize ?? 0) > 14_600 }.map { member.seen($0) }
  }
}

/// Bodies that say that something fails.
enum Unwell {
  /// The words that say so; nil when none do.
  static func words(in reply: Reply) -> String? {
    if let json = JSONLeaves(reply.body) {
      return json.leaves.first(where: isBad).map { leaf in
        "\"\(leaf.names.joined(separator: "/"))\": \(leaf.value.words)".cleaned(to: 120)
      }
    }
    let page = reply.body.prefix(4096).map(\.folded)
    if let title = titles.first(where: { page.contains(phrase: $0) }) { return "'\(title)'" }
    guard reply.bodySize <= 200 else { return nil }
    let text = reply.text.trimmed.lowercased()
    let begin = text.prefix { $0.isLetter || $0 == " " || $0 == "_" || $0 == "-" }.trimmed
    return isBad(begin) || begin.split(separator: " ").first.map { isBad(String($0)) } ?? false
      ? "'\(text.cleaned(to: 80))'" : nil
  }

  private static func isBad(_ leaf: JSONLeaves.Leaf) -> Bool {
    let names = leaf.names.map { $0.lowercased() }.filter { $0 != "[]" }
    let name = names.last ?? ""
    switch leaf.value {
    case .bool(let value): return value ? failures.contains(name) : goods.contains(name)
    case .string(let text):
      let word = text.lowercased()
      if failures.contains(name) { return !word.isEmpty && !well.contains(word) }
      return isBad(word) && (states.contains(name) || plain.contains(word))
    case .number, .null: return false
    }
  }

  private static func isBad(_ word: String) -> Bool {
    plain.contains(word.filter { $0 != "_" && $0 != " " && $0 != "-" }) || bad.contains(word)
  }

  /// Words that mean it wherever they stand.
  private static let plain: Set = ["down", "unhealthy", "outofservice", "notserving", "notok"]
  private static let bad: Set = [
    "fail", "failed", "failing", "failure", "error", "critical", "unavailable", "dead", "ko",
  ]
  private static let states: Set = ["status", "state", "health", "result", "outcome"]
  private static let goods: Set = [
    "ok", "healthy", "ready", "alive", "live", "up", "available", "success", "serving",
  ]
  private static let failures: Set = ["failed", "failure", "failures", "error", "errors"]
  private static let well: Set = ["none", "no", "false", "ok", "null", "0"]
  private static let titles = [
    "<title>500 internal server error", "<title>502 bad gateway", "<title>503 service",
    "<title>504 gateway", "<title>404 not found", "<title>server error",
    "<title>application error", "under maintenance", "temporarily unavailable",
  ]
}

extension JSONLeaves.Value {
  fileprivate var words: String {
    switch self {
    case .string(let text): "\"\(text)\""
    case .number(let text): text
    case .bool(let value): value ? "true" : "false"
    case .null: "null"
    }
  }
}

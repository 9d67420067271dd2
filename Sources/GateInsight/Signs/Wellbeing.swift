/// The state that the body of a health view reports, in common formats.
///
/// Sources: Spring Boot's actuator, MicroProfile Health, the IETF's draft of health+json, Consul's
/// and Kubernetes' checks, django-health-check, Laravel Health, Terminus, ASP.NET Core's health
/// checks.
struct Wellbeing {
  private(set) var isUnwell = false
  /// Whether its heading is that of an error page, whatever its status is.
  private(set) var isErrorPage = false
  private(set) var isWarning = false
  /// The parts that fail, by their names in the body.
  private(set) var failing: [String] = []
  /// The words that say that it is not healthy; nil if there are none.
  private(set) var words: String?

  init(_ body: [UInt8]) {
    if let json = JSONLeaves(body), !json.leaves.isEmpty {
      read(json.leaves)
    } else {
      read(String(decoding: body.prefix(4096), as: UTF8.self))
    }
  }

  // MARK: - JSON

  private mutating func read(_ leaves: [JSONLeaves.Leaf]) {
    let isWell = leaves.contains { leaf in
      guard leaf.names.count == 1, Self.states.contains(Self.plain(leaf.names[0])),
        case .string(let text) = leaf.value
      else { return false }
      return Self.goodWords.contains(Self.plain(text))
    }
    for leaf in leaves where !isOptional(leaf, among: leaves) {
      guard let state = state(of: leaf, isWell: isWell) else { continue }
      if state == .unwell { isUnwell = true } else { isWarning = true }
      words = words ?? "\"\(leaf.names.joined(separator: "/"))\": \(leaf.value.words)"
      if let part = part(of: leaf, among: leaves) { add(part) }
    }
  }

  private enum State { case unwell, warning }

  private func state(of leaf: JSONLeaves.Leaf, isWell: Bool) -> State? {
    let names = leaf.names.filter { $0 != "[]" }.map(Self.plain)
    guard let name = names.last, !names.contains(where: Self.foreign.contains) else { return nil }
    let isListed = leaf.names.last == "[]"
    let isState = Self.states.contains(name)
    let isPart =
      names.count == 1
      ? Self.parts.contains(name)
      : names.dropLast().contains(where: Self.containers.contains)
    switch leaf.value {
    case .bool(let value):
      if value { return Self.failures.contains(name) ? .unwell : nil }
      return Self.goods.contains(name) || isState || isPart ? .unwell : nil
    case .number(let text):
      if names.count == 1, Self.answers.contains(name) { return text == "0" ? .unwell : nil }
      guard isState || name == "code" || name == "statuscode" || name == "httpstatus",
        let number = Int(text)
      else { return nil }
      return (400...599).contains(number) ? .unwell : nil
    case .string(let text):
      if Self.goods.contains(name), Self.refusals.contains(Self.plain(text)) { return .unwell }
      if Self.failures.contains(name) {
        guard isListed || !isWell, !text.isEmpty else { return nil }
        return Self.nothing.contains(Self.plain(text)) ? nil : .unwell
      }
      let isOwn = isPart || names.count == 1 && !name.hasSuffix("level") && !isWell
      return Self.state(of: text, isState: isState, isPart: isOwn)
    case .null: return nil
    }
  }

  private static func state(of text: String, isState: Bool, isPart: Bool) -> State? {
    let word = plain(text)
    if surelyBad.contains(word) { return .unwell }
    guard isState || isPart else { return nil }
    if bad.contains(word) { return .unwell }
    if isState, warnings.contains(word) { return word == "degraded" ? .unwell : .warning }
    // 'unavailable: Database error'
    guard let colon = text.firstIndex(of: ":") else { return nil }
    let head = plain(String(text[..<colon]))
    return bad.contains(head) || surelyBad.contains(head) ? .unwell : nil
  }

  /// Whether the body says that the application works without this part.
  private func isOptional(_ leaf: JSONLeaves.Leaf, among leaves: [JSONLeaves.Leaf]) -> Bool {
    leaves.contains { other in
      guard other.owner == leaf.owner, case .bool(let value) = other.value else { return false }
      let name = Self.plain(other.names.last ?? "")
      return ["required", "critical", "essential"].contains(name) && !value
        || ["optional"].contains(name) && value
    }
  }

  private func part(of leaf: JSONLeaves.Leaf, among leaves: [JSONLeaves.Leaf]) -> String? {
    let names = leaf.names.filter { $0 != "[]" }
    let name = Self.plain(names.last ?? "")
    if leaf.names.last == "[]", Self.failures.contains(name), case .string(let text) = leaf.value {
      return text
    }
    for wanted in Self.labels {
      let label = leaves.first {
        $0.owner == leaf.owner && Self.plain($0.names.last ?? "") == wanted
      }
      if leaf.owner > 0, leaf.names.count > 1, case .string(let text)? = label?.value {
        return text
      }
    }
    guard Self.states.contains(name) || Self.goods.contains(name) || Self.failures.contains(name)
    else { return names.last }
    return names.dropLast().last { !Self.containers.contains(Self.plain($0)) }
  }

  private mutating func add(_ part: String) {
    guard failing.count < 5, !failing.contains(part), part.isPlainName else { return }
    failing.append(part)
  }

  // MARK: - Text

  private mutating func read(_ text: String) {
    let folded = text.lowercased()
    // Kubernetes: '[-]etcd failed: reason withheld'.
    for line in text.split(whereSeparator: \.isNewline).prefix(100) where line.hasPrefix("[-]") {
      isUnwell = true
      words = words ?? "'\(line.prefix(80))'"
      add(String(line.dropFirst(3).trimmed.prefix { $0 != " " && $0 != ":" }))
    }
    let element = #/<(?:status|state|health)>\s*([a-z_ ]{1,20})/#
    let attribute = #/<[a-z][^<>]{0,200}?\s(?:status|state|health)=["']([a-z_ ]{1,20})["']/#
    for pattern in [element, attribute] {
      guard let match = folded.firstMatch(of: pattern), Self.isBad(String(match.output.1)) else {
        continue
      }
      isUnwell = true
      words = words ?? "'\(match.output.0)'"
    }
    if let heading = Self.heading(of: folded),
      let title = Self.titles.first(where: { heading.hasPrefix($0) })
        ?? Self.titlesAnywhere.first(where: heading.contains)
    {
      isErrorPage = true
      words = words ?? "'\(title)'"
    }
    guard text.utf8.count <= 200 else { return }
    for line in folded.split(whereSeparator: \.isNewline) { read(line: line) }
    let short = folded.trimmed
    let begin = String(short.prefix { $0.isLetter || " _-".contains($0) }).trimmed
    let first = begin.split(separator: " ").first.map(String.init) ?? ""
    let whole = Self.plain(begin)
    guard
      [whole, Self.plain(first)].contains(where: {
        Self.surelyBad.contains($0) || Self.bad.contains($0)
      }) || whole == "degraded"
    else { return }
    isUnwell = true
    words = words ?? "'\(short)'"
  }

  /// Reads a line such as `status: down` or `db=error`.
  private mutating func read(line: Substring) {
    guard let sign = line.firstIndex(where: { ":=".contains($0) }) else { return }
    let name = Self.plain(String(line[..<sign]).trimmed)
    let value = Self.plain(String(line[line.index(after: sign)...]).trimmed)
    let isState = Self.states.contains(name) || Self.parts.contains(name)
    guard isState && Self.isBad(value) || Self.goods.contains(name) && Self.refusals.contains(value)
    else { return }
    isUnwell = true
    words = words ?? "'\(String(line).trimmed)'"
    if Self.parts.contains(name) { add(name) }
  }

  private static func isBad(_ text: String) -> Bool {
    let word = plain(text)
    return surelyBad.contains(word) || bad.contains(word)
  }

  private static func heading(of text: String) -> String? {
    for tag in ["title", "h1"] {
      guard let start = text.firstRange(of: "<\(tag)>")?.upperBound,
        let end = text[start...].firstIndex(of: "<")
      else { continue }
      let words = String(text[start..<end]).trimmed
      if !words.isEmpty { return words }
    }
    return nil
  }

  // MARK: - Words

  /// The text without separators between words, and without `is` before it.
  private static func plain(_ text: String) -> String {
    var word = text.lowercased()
    for prefix in ["is_", "has_", "is-"] where word.hasPrefix(prefix) { word.removeFirst(3) }
    if text.hasPrefix("is"), text.dropFirst(2).first?.isUppercase ?? false { word.removeFirst(2) }
    return word.filter { !"_ -.".contains($0) }
  }

  /// Words that mean "not healthy" anywhere.
  private static let surelyBad: Set = [
    "down", "unhealthy", "outofservice", "notserving", "notok", "notready", "serverisnotready",
    "notrunning", "unready", "nothealthy", "notalive", "notavailable",
  ]
  /// Words that mean "not healthy" as the value of a state or of a part.
  private static let bad: Set = [
    "fail", "failed", "failing", "failure", "error", "critical", "unavailable", "dead", "ko",
    "crashed", "disconnected", "unreachable", "broken", "offline", "timeout", "notok", "red", "nok",
    "notconnected", "starting", "initializing", "stopping", "stopped", "shuttingdown",
    "terminating", "draining", "unserviceable", "fatal",
  ]
  private static let warnings: Set = ["warn", "warning", "degraded", "yellow"]
  private static let goodWords: Set = ["ok", "up", "pass", "passing", "healthy", "well", "green"]
  private static let states: Set = [
    "status", "state", "health", "result", "outcome", "healthstatus",
  ]
  private static let goods: Set = [
    "ok", "healthy", "ready", "alive", "live", "up", "available", "success", "serving", "connected",
  ]
  /// Names whose value 0 means "no".
  private static let answers: Set = ["ok", "healthy", "ready", "alive", "live", "up", "serving"]
  /// Values that negate a good state.
  private static let refusals: Set = ["no", "false", "down", "notyet"]
  private static let failures: Set = [
    "failed", "failing", "failure", "failures", "error", "errors", "unhealthy",
  ]
  private static let nothing: Set = [
    "none", "no", "never", "false", "ok", "null", "0", "na", "n/a",
  ]
  private static let labels = ["name", "checkid", "component", "service", "check", "label"]
  private static let containers: Set = [
    "checks", "components", "details", "results", "entries", "info", "error", "errors", "health",
    "services", "dependencies", "checkresults", "subsystems", "data", "indicators",
  ]
  /// Parts that most applications need, by their usual names.
  private static let parts: Set = [
    "db", "database", "postgres", "postgresql", "mysql", "mongo", "mongodb", "redis", "cache",
    "queue", "broker", "rabbitmq", "kafka", "celery", "storage", "elasticsearch", "migrations",
  ]
  /// Names whose content is not a state of the application.
  private static let foreign: Set = [
    "features", "flags", "featureflags", "toggles", "config", "settings", "options", "history",
    "incidents", "maintenancewindows",
  ]
  private static let titles = [
    "500 ", "502 ", "503 ", "504 ", "404 ", "server error", "application error",
    "internal server error", "bad gateway", "service unavailable",
  ]
  private static let titlesAnywhere = ["under maintenance", "temporarily unavailable"]
}

extension String {
  /// Whether it consists of characters of names.
  fileprivate var isPlainName: Bool {
    !isEmpty && utf8.count <= 40
      && utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"):
          true
        default: "_-.: ".utf8.contains(byte)
        }
      }
  }
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

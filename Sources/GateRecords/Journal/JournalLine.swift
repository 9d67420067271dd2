package import GateCore
package import GateSettings
package import GateText

/// One line of a journal as written; which fields are required depends on `event`.
struct JournalLine {
  let seq: Int
  let t: Double
  let event: String
  let fields: JSONFields

  init(_ fields: JSONFields) throws(JSONFieldError) {
    seq = try fields.want("seq")
    t = try fields.want("t")
    event = try fields.want("event")
    self.fields = fields
    try check(Self.texts, String.self)
    try check(Self.wholeNumbers, Int.self)
    try check(Self.numbers, Double.self)
    try check(Self.toggles, Bool.self)
    try check(Self.lists, [String].self)
    try check(Self.objects, JSONFields.self)
    try check(["health_checks"], [JSONFields].self)
    try check(["other_ports"], [Int].self)
  }

  // A field is of the same type in all events, and is checked also where an event does not have it.
  private static let texts: [JSONName] = [
    "schema_version", "healthgate_version", "run_id", "started_at", "journal", "id", "name",
    "address", "zone", "kind", "detail", "cause", "version", "signal", "mismatch", "role",
    "waits_for", "key_id", "signature", "state", "reason_code", "description",
  ]
  private static let wholeNumbers: [JSONName] = ["rules", "port", "status", "step", "expected"]
  private static let numbers: [JSONName] = ["started", "latency_ms", "gap_seconds"]
  private static let toggles: [JSONName] = ["ok", "empty"]
  private static let lists: [JSONName] = ["warnings", "missing", "doubled", "notes"]
  private static let objects: [JSONName] = [
    "health_check", "policy", "group", "settings", "baseline", "labels", "ci", "evidence",
  ]

  private func check<Value: JSONReadable>(
    _ names: [JSONName], _: Value.Type
  ) throws(JSONFieldError) {
    for name in names { _ = try fields.find(name) as Value? }
  }
}

// MARK: - Objects in lines

extension RunHeader.Group: JSONObjectReadable {
  package init(_ fields: JSONFields) throws(JSONFieldError) {
    self.init(source: try fields.want("source"), name: try fields.find("name"))
  }
}

extension Deployment.Build: JSONObjectReadable {
  package init(_ fields: JSONFields) throws(JSONFieldError) {
    self.init(
      system: try fields.want("system"), link: try fields.find("url"),
      commit: try fields.find("commit"), branch: try fields.find("branch"))
  }
}

extension Evidence: JSONObjectReadable {
  package init(_ fields: JSONFields) throws(JSONFieldError) {
    self.init(
      server: try fields.find("server"), location: try fields.find("location"),
      contentType: try fields.find("content_type"), retryAfter: try fields.find("retry_after"),
      title: try fields.find("title"), excerpt: try fields.find("excerpt"),
      author: try fields.find("author"), signs: try fields.find("signs") ?? [],
      failing: try fields.find("failing") ?? [])
  }
}

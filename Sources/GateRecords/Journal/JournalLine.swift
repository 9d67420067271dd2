internal import GateCore
internal import GateSettings
internal import GateText

/// One line of a journal as written; which fields are required depends on `event`.
struct JournalLine {
  var seq: Int
  var t: Double
  var event: String

  // run_started
  var schemaVersion: String?
  var rules: Int?
  var healthgateVersion: String?
  var runID: String?
  var startedAt: String?
  var healthCheck: JSONFields?
  var healthChecks: [JSONFields]?
  var policy: JSONFields?
  var group: GroupFields?
  var settings: [String: SettingFields]?
  var baseline: BaselineFields?
  var labels: [String: String]?
  var ci: BuildFields?
  var warnings: [String]?
  var journal: String?

  // instances and checks
  var id: String?
  /// The name of the health check, if there are several.
  var name: String?
  var address: String?
  var port: Int?
  var otherPorts: [Int]?
  var zone: String?
  var started: Double?
  var ok: Bool?
  var kind: String?
  var status: Int?
  var detail: String?
  var cause: String?
  var latencyMilliseconds: Double?
  var version: String?
  var evidence: EvidenceFields?
  var signal: String?
  var mismatch: String?
  var role: String?
  var gapSeconds: Double?

  // steps
  var step: Int?
  var stepCommand: StepCommandEnd?
  var waitsFor: String?

  // signed
  var aftermath: Aftermath.Event?
  var keyID: String?
  var signature: String?

  // the group and the load balancer
  var expected: Int?
  var missing: [String]?
  var doubled: [String]?
  var notes: [String]?
  var empty: Bool?
  var state: String?
  var reasonCode: String?
  var description: String?

  init(_ fields: JSONFields) throws(JSONFieldError) {
    seq = try fields.want("seq")
    t = try fields.want("t")
    event = try fields.want("event")
    schemaVersion = try fields.find("schema_version")
    rules = try fields.find("rules")
    healthgateVersion = try fields.find("healthgate_version")
    runID = try fields.find("run_id")
    startedAt = try fields.find("started_at")
    healthCheck = try fields.find("health_check")
    healthChecks = try fields.find("health_checks")
    policy = try fields.find("policy")
    group = try fields.find("group")
    settings = try fields.find("settings")
    labels = try fields.find("labels")
    ci = try fields.find("ci")
    baseline = try fields.find("baseline")
    warnings = try fields.find("warnings")
    journal = try fields.find("journal")
    id = try fields.find("id")
    name = try fields.find("name")
    address = try fields.find("address")
    port = try fields.find("port")
    otherPorts = try fields.find("other_ports")
    zone = try fields.find("zone")
    started = try fields.find("started")
    ok = try fields.find("ok")
    kind = try fields.find("kind")
    status = try fields.find("status")
    detail = try fields.find("detail")
    cause = try fields.find("cause")
    latencyMilliseconds = try fields.find("latency_ms")
    version = try fields.find("version")
    evidence = try fields.find("evidence")
    signal = try fields.find("signal")
    mismatch = try fields.find("mismatch")
    role = try fields.find("role")
    gapSeconds = try fields.find("gap_seconds")
    step = try fields.find("step")
    stepCommand = try StepCommandEnd(event, fields)
    waitsFor = try fields.find("waits_for")
    expected = try fields.find("expected")
    missing = try fields.find("missing")
    doubled = try fields.find("doubled")
    notes = try fields.find("notes")
    empty = try fields.find("empty")
    aftermath = try Aftermath.Event(event, fields)
    keyID = try fields.find("key_id")
    signature = try fields.find("signature")
    state = try fields.find("state")
    reasonCode = try fields.find("reason_code")
    description = try fields.find("description")
  }

  struct GroupFields: JSONObjectReadable {
    var source: String
    var name: String?
    var expected: Int
    var membership: String?
    var refresh: Double?
    var listingTimeout: Double?

    init(_ fields: JSONFields) throws(JSONFieldError) {
      source = try fields.want("source")
      name = try fields.find("name")
      expected = try fields.want("expected")
      membership = try fields.find("membership")
      refresh = try fields.find("refresh_seconds")
      listingTimeout = try fields.find("listing_timeout_seconds")
    }
  }

  struct SettingFields: JSONObjectReadable {
    var value: String
    var origin: String
    var layer: String

    init(_ fields: JSONFields) throws(JSONFieldError) {
      value = try fields.want("value")
      origin = try fields.want("origin")
      layer = try fields.want("layer")
    }
  }

  struct BaselineFields: JSONObjectReadable {
    var source: String
    var name: String?

    init(_ fields: JSONFields) throws(JSONFieldError) {
      source = try fields.want("source")
      name = try fields.find("name")
    }
  }

  struct EvidenceFields: JSONObjectReadable {
    var server: String?
    var location: String?
    var contentType: String?
    var retryAfter: String?
    var title: String?
    var excerpt: String?
    var author: String?
    var signs: [String]?
    var failing: [String]?

    init(_ fields: JSONFields) throws(JSONFieldError) {
      server = try fields.find("server")
      location = try fields.find("location")
      contentType = try fields.find("content_type")
      retryAfter = try fields.find("retry_after")
      title = try fields.find("title")
      excerpt = try fields.find("excerpt")
      author = try fields.find("author")
      signs = try fields.find("signs")
      failing = try fields.find("failing")
    }
  }
}

extension JournalLine {
  var deployment: Deployment {
    Deployment(
      labels: (labels ?? [:]).map { Deployment.Label($0.key, $0.value) },
      build: ci.map {
        Deployment.Build(system: $0.system, link: $0.link, commit: $0.commit, branch: $0.branch)
      })
  }

  struct BuildFields: JSONObjectReadable {
    var system: String
    var link: String?
    var commit: String?
    var branch: String?

    init(_ fields: JSONFields) throws(JSONFieldError) {
      system = try fields.want("system")
      link = try fields.find("url")
      commit = try fields.find("commit")
      branch = try fields.find("branch")
    }
  }
}

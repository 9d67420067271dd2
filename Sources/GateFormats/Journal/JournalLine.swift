internal import FoundationEssentials
internal import GateCore

/// One line of a journal as it stands there; which fields must be there depends on `event`.
struct JournalLine: Decodable {
  var seq: Int
  var t: Double
  var event: String

  // run_started
  var schemaVersion: String?
  var healthgateVersion: String?
  var runID: String?
  var startedAt: String?
  var healthCheck: HealthCheckFields?
  var policy: PolicyFields?
  var group: GroupFields?
  var settings: [String: SettingFields]?
  var baseline: BaselineFields?
  var warnings: [String]?
  var journal: String?

  // instances and checks
  var id: String?
  var address: String?
  var port: Int?
  var zone: String?
  var started: Double?
  var ok: Bool?
  var kind: String?
  var status: Int?
  var detail: String?
  var latencyMilliseconds: Double?
  var version: String?
  var evidence: EvidenceFields?
  var signal: String?
  var mismatch: String?
  var role: String?
  var gapSeconds: Double?

  // the group and the load balancer
  var expected: Int?
  var missing: [String]?
  var doubled: [String]?
  var empty: Bool?
  var state: String?
  var reasonCode: String?
  var description: String?

  enum CodingKeys: String, CodingKey {
    case seq, t, event, policy, group, baseline, settings, warnings, journal, id, address, port
    case zone, started, ok, role
    case kind, status, detail, version, evidence, signal, mismatch, expected, state
    case missing, doubled, empty
    case description
    case gapSeconds = "gap_seconds"
    case reasonCode = "reason_code"
    case schemaVersion = "schema_version"
    case healthgateVersion = "healthgate_version"
    case runID = "run_id"
    case startedAt = "started_at"
    case healthCheck = "health_check"
    case latencyMilliseconds = "latency_ms"
  }

  struct HealthCheckFields: Decodable {
    var target: String
    var semantics: String
    var interval: Double
    var timeout: Double
    var healthyThreshold: Int
    var initialThreshold: Int
    var unhealthyThreshold: Int
    var unhealthyWindow: String?
    var matcher: String
    var request: [String: String]?

    enum CodingKeys: String, CodingKey {
      case target, semantics, matcher, request
      case interval = "interval_seconds"
      case timeout = "timeout_seconds"
      case healthyThreshold = "healthy_threshold"
      case initialThreshold = "initial_threshold"
      case unhealthyThreshold = "unhealthy_threshold"
      case unhealthyWindow = "unhealthy_window"
    }
  }

  struct PolicyFields: Decodable {
    var minHealthy: String
    var maxUnhealthy: String
    var maxReplaced: String
    var gracePeriod: Double
    var soak: Double
    var deadline: Double
    var advisory: Bool?
    var loadBalancer: String?
    var compare: ComparisonFields?

    enum CodingKeys: String, CodingKey {
      case advisory, compare
      case loadBalancer = "load_balancer"
      case minHealthy = "min_healthy"
      case maxUnhealthy = "max_unhealthy"
      case maxReplaced = "max_replaced"
      case gracePeriod = "grace_period_seconds"
      case soak = "soak_seconds"
      case deadline = "deadline_seconds"
    }
  }

  struct ComparisonFields: Decodable {
    var confidence: String
    var maxLatencyIncrease: String
    var minSamples: Int

    enum CodingKeys: String, CodingKey {
      case confidence
      case maxLatencyIncrease = "max_latency_increase"
      case minSamples = "min_samples"
    }
  }

  struct GroupFields: Decodable {
    var source: String
    var name: String?
    var expected: Int
    var membership: String?
    var refresh: Double?
    var listingTimeout: Double?

    enum CodingKeys: String, CodingKey {
      case source, name, expected, membership
      case refresh = "refresh_seconds"
      case listingTimeout = "listing_timeout_seconds"
    }
  }

  struct SettingFields: Decodable {
    var value: String
    var origin: String
    var layer: String
  }

  struct BaselineFields: Decodable {
    var source: String
    var name: String?
  }

  struct EvidenceFields: Decodable {
    var server: String?
    var location: String?
    var contentType: String?
    var excerpt: String?

    enum CodingKeys: String, CodingKey {
      case server, location, excerpt
      case contentType = "content_type"
    }
  }
}

/// The time of a field in seconds or milliseconds, to the microsecond; nil when it cannot be one.
func microseconds(_ value: Double, per unit: Double) -> Int64? {
  let scaled = (value * unit).rounded()
  return scaled.isFinite && scaled >= 0 && scaled < 4e15 ? Int64(scaled) : nil
}

internal import GateCore

/// The data of one failed check of an instance, for the rules.
struct Symptom {
  let instance: Instance
  let kind: FailureKind
  let report: CheckReport
  let check: HealthCheck
  let request: RequestFacts
  /// The record of the instance; nil for a single check.
  let record: InstanceRecord?
  /// The source's note about an instance that is not running, such as `stopped in EC2`; else nil.
  private let wordOfSource: MemberNote?
  let location: Location?
  /// The program whose own page the response is; nil if no mark shows it.
  let author: Author?
  private let signs: Set<String>

  init(
    of instance: Instance, kind: FailureKind, report: CheckReport, check: HealthCheck,
    request: RequestFacts, record: InstanceRecord?, notes: [ListingNote] = []
  ) {
    self.instance = instance
    self.kind = kind
    self.report = report
    self.check = check
    self.request = request
    self.record = record
    wordOfSource = notes.lazy.compactMap { $0.outOfEC2(instance.id) }.first
    let evidence = report.evidence
    location = evidence?.location.map(Location.init)
    author = Author.named(evidence?.author)
    signs = Set(evidence?.signs ?? [])
  }

  var status: Int? { report.status }
  var scheme: HealthCheckTarget.Scheme { check.target.scheme }

  /// The path of the target without its query.
  var path: Substring { check.target.path.prefix { $0 != "?" } }

  // MARK: - The response

  /// Whether the response has one of these signs.
  func shows(_ wanted: Sign...) -> Bool { wanted.contains { signs.contains($0.rawValue) } }

  /// Whether the check found one of these causes.
  func `is`(_ causes: FailureCause...) -> Bool { report.cause.map(causes.contains) ?? false }

  /// Whether the page is from one of these programs.
  func isBy(_ names: String...) -> Bool { author.map { names.contains($0.name) } ?? false }

  var isSilent: Bool { report.evidence == nil || shows(.bodyless) }

  /// The proxy or web server whose own page this is; nil if the application may have written it.
  var proxyPage: String? { author?.role == .front ? author?.name : nil }

  /// Whether only an application can have written the response.
  var isOfApplication: Bool {
    if author?.role == .front { return false }
    return author != nil || shows(.passedOn, .json, .saysUnwell) || !failing.isEmpty
  }

  /// The parts that fail according to the body.
  var failing: [String] { report.evidence?.failing ?? [] }

  /// Whether nothing says that it is no Django: it is not known who answered, or it is a server that Django runs in or
  /// behind.
  var canBeDjango: Bool {
    switch author?.role {
    case .framework?: return author?.name.contains("Django") ?? false
    case .host?: return Self.serversOfDjango.contains(author?.name.lowercased() ?? "")
    case .front?, nil: break
    }
    guard let server = report.evidence?.server?.lowercased() else { return true }
    return Self.serversOfDjango.contains { server.contains($0) }
  }

  /// What Django's answers have in Server: what runs it, and what stands in front of it.
  private static let serversOfDjango = [
    "gunicorn", "uvicorn", "hypercorn", "daphne", "granian", "wsgiserver", "waitress", "uwsgi",
    "cheroot", "unit/", "nginx", "openresty", "tengine", "angie", "apache", "caddy", "envoy",
    "h2o", "litespeed", "lighttpd", "haproxy", "traefik", "cloudflare", "cloudfront", "awselb",
  ]

  // MARK: - The source's notes

  /// The source and its note, if the instance is not running and its checks fail accordingly; else
  /// nil.
  var notRunning: (who: String, what: String)? {
    switch kind {
    case .connectionRefused, .connectionReset, .timeoutConnect, .timeoutTLS, .timeoutResponse,
      .hostUnreachable, .tlsError:
      break
    case .statusMismatch, .grpcStatusMismatch, .expectationFailed, .wrongVersion, .protocolError:
      return nil
    }
    if let wordOfSource { return ("the source of the group", wordOfSource.words) }
    guard let view = record?.view, LoadBalancerWords(view) == .notRunning else { return nil }
    return ("the load balancer", view.description ?? view.reasonCode ?? view.state.rawValue)
  }

  // MARK: - The request

  /// The `Host` that was sent, without its port.
  var host: String { request.host.map { $0.withoutPort } ?? instance.address }

  var isHostAnAddress: Bool { host.isAddress }

  /// Whether this port usually uses TLS.
  var isOnTLSPort: Bool { [443, 8443, 9443].contains(instance.port) }

  /// Whether this port usually uses HTTP without TLS.
  var isOnPlainPort: Bool { [80, 3000, 5000, 8000, 8080].contains(instance.port) }
}

/// The target of a redirect.
struct Location: Hashable {
  var scheme: String?
  /// The host without the port; nil if the redirect stays on the host.
  var host: String?
  /// The path without query and fragment.
  var path: String

  init(_ text: String) {
    var rest = text[...]
    if let colon = rest.firstIndex(of: ":"), rest[colon...].hasPrefix("://") {
      scheme = rest[..<colon].lowercased()
      rest = rest[rest.index(after: colon)...]
    }
    if rest.hasPrefix("//") {
      rest = rest.dropFirst(2)
      let end = rest.firstIndex { "/?#".contains($0) } ?? rest.endIndex
      host = String(rest[..<end]).withoutPort.lowercased()
      rest = rest[end...]
    }
    path = String(rest.prefix { !"?#".contains($0) })
    if path.isEmpty { path = "/" }
  }

  /// Whether a part of the path is a usual name of a login page.
  var leadsToLogin: Bool {
    let parts = path.lowercased().split { !$0.isLetter && !$0.isNumber && $0 != "_" && $0 != "-" }
    return parts.contains { Self.loginWords.contains(String($0)) }
  }

  private static let loginWords: Set = [
    "login", "log-in", "log_in", "signin", "sign-in", "sign_in", "logon", "auth", "oauth",
    "oauth2", "authorize", "sso", "saml", "saml2", "cas",
  ]
}

extension Instance {
  /// Whether it is on this host, as seen by this host alone.
  var isLoopback: Bool {
    guard let address = try? NetworkAddress(parsing: self.address) else { return false }
    let canonical = address.canonical
    return switch address.kind {
    case .ipv4: canonical.hasPrefix("127.")
    // An IPv4 address in IPv6 is spelled as IPv4.
    case .ipv6: canonical == "0:0:0:0:0:0:0:1" || canonical.hasPrefix("127.")
    case .hostName: canonical == "localhost" || canonical.hasSuffix(".localhost")
    }
  }
}

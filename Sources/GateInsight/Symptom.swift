internal import GateCore

/// What one failed check of an instance shows, ready for the rules.
struct Symptom {
  let instance: Instance
  let kind: FailureKind
  let report: CheckReport
  let check: HealthCheck
  let request: RequestFacts
  /// All that is known of the instance; nil where there was a single check.
  let record: InstanceRecord?
  let location: Location?
  private let page: [UInt8]
  private let detail: [UInt8]
  private let server: [UInt8]

  init(
    of instance: Instance, kind: FailureKind, report: CheckReport, check: HealthCheck,
    request: RequestFacts, record: InstanceRecord?
  ) {
    self.instance = instance
    self.kind = kind
    self.report = report
    self.check = check
    self.request = request
    self.record = record
    let evidence = report.evidence
    location = evidence?.location.map(Location.init)
    page = (evidence?.excerpt ?? "").foldedBytes
    detail = (report.detail ?? "").foldedBytes
    server = (evidence?.server ?? "").foldedBytes
  }

  var status: Int? { report.status }
  var scheme: HealthCheckTarget.Scheme { check.target.scheme }

  /// The path of the target without its query.
  var path: Substring { check.target.path.prefix { $0 != "?" } }

  // MARK: - What the answer says

  /// Whether the body's start has one of these phrases; they are in lower case.
  func says(_ phrases: String...) -> Bool { phrases.contains { page.contains(phrase: $0) } }

  /// Whether the check's own account has one of these phrases; they are in lower case.
  func isTold(_ phrases: String...) -> Bool { phrases.contains { detail.contains(phrase: $0) } }

  /// Whether the `Server` header has one of these names; they are in lower case.
  func isServed(by names: String...) -> Bool { names.contains { server.contains(phrase: $0) } }

  /// Whether the body is exactly this, in lower case.
  func saysOnly(_ text: String) -> Bool { page.elementsEqual(text.utf8) }

  var isSilent: Bool { page.isEmpty }

  var isJSON: Bool {
    if report.evidence?.contentType?.foldedBytes.contains(phrase: "json") ?? false { return true }
    return page.first == UInt8(ascii: "{") || page.first == UInt8(ascii: "[")
  }

  /// The proxy or web server whose own page this is; nil when the application may have written it.
  var proxyPage: String? {
    Self.proxyPages.first { page.contains(phrase: $0.phrase) }?.name
      ?? (isServed(by: "awselb") ? "a load balancer in front" : nil)
  }

  /// The excerpt is the page's start, so the phrases are from there where there is a choice.
  private static let proxyPages: [(phrase: String, name: String)] = [
    ("<center>nginx", "nginx"),
    ("<center>openresty", "OpenResty"),
    ("<center>tengine", "Tengine"),
    ("no server is available to handle this request", "HAProxy"),
    ("the server returned an invalid or incomplete response", "HAProxy"),
    ("the server didn't respond in time", "HAProxy"),
    ("no healthy upstream", "Envoy"),
    ("upstream connect error", "Envoy"),
    ("upstream request timeout", "Envoy"),
    ("-//ietf//dtd html 2.0//en", "Apache"),
    ("the proxy server received an invalid response", "Apache"),
    ("default backend - 404", "the ingress controller"),
    ("404 page not found", "Traefik or a Go server"),
    ("varnish cache server", "Varnish"),
    ("guru meditation", "Varnish"),
    ("cloudfront", "CloudFront"),
    ("cloudflare", "Cloudflare"),
    ("iis detailed error", "IIS"),
  ]

  // MARK: - What was asked

  /// The `Host` as it was sent, without its port.
  var host: String { request.host.map { $0.withoutPort } ?? instance.address }

  var isHostAnAddress: Bool { host.isAddress }

  /// Whether this port usually speaks TLS.
  var isOnTLSPort: Bool { [443, 8443, 9443].contains(instance.port) }

  /// Whether this port usually speaks HTTP without TLS.
  var isOnPlainPort: Bool { [80, 3000, 5000, 8000, 8080].contains(instance.port) }
}

/// Where a redirect leads.
struct Location: Hashable {
  var scheme: String?
  /// Without the port; nil when the redirect stays on the host.
  var host: String?
  /// Without query and fragment.
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

  /// Whether one of its parts is what pages to log in at are called.
  var leadsToLogin: Bool {
    let parts = path.lowercased().split { !$0.isLetter && !$0.isNumber && $0 != "_" && $0 != "-" }
    return parts.contains { Self.loginWords.contains(String($0)) }
  }

  private static let loginWords: Set = [
    "login", "log-in", "log_in", "signin", "sign-in", "sign_in", "logon", "auth", "oauth",
    "oauth2", "authorize", "sso", "saml", "saml2", "cas",
  ]
}

package import GateCore

/// The request and expectations of a health check; the same for every instance.
package struct RequestTemplate {
  package var check: HealthCheck
  /// The method; nil for GET, or POST with gRPC.
  package var method: String?
  /// The `Host`; nil: the instance's address, and its port unless it is the scheme's own.
  package var host: String?
  package var userAgent: String?
  /// Header fields of the user's own; one with a name that the load balancer sends replaces it.
  package var headers: [Answer.Field] = []
  package var verifiesTLS = false
  package var caFile: String?
  package var clientCertificate: String?
  package var clientKey: String?
  /// The newest version of TLS to offer; nil: whatever the TLS library has.
  package var tlsMax: TLSVersion?
  /// Whether an HTTP check is made over HTTP/2; a gRPC check always is.
  package var protocolVersion = ProtocolVersion.http1
  /// The header that is sent before anything else; not through a proxy.
  package var proxyProtocol: ProxyProtocol?
  /// The service that `grpc.health.v1` is asked about.
  package var grpcService = ""
  /// The name that TLS asks for and verifies; nil: none for an address, as the load balancer.
  package var serverName: String?
  /// An HTTP or SOCKS5 proxy, as curl takes it; the environment's are never used.
  package var proxy: String?
  /// `HOST1:PORT1:HOST2:PORT2`, as curl takes them.
  package var connectTo: [String] = []
  package var judge: (any AnswerJudge)?
  /// Texts that an answer may repeat and no output may show.
  package var secrets: SecretMask = []

  package init(check: HealthCheck) {
    self.check = check
    tlsMax = check.semantics.newestTLS
  }
}

extension RequestTemplate {
  /// Whether checks are made over HTTP/2: in clear text by prior knowledge, over TLS by ALPN.
  var usesHTTP2: Bool {
    check.target.scheme.isGRPC || check.target.scheme.hasPath && protocolVersion != .http1
  }

  var way: CheckWay {
    CheckWay(isTLS: check.target.scheme.isTLS, proxy: proxyAddress?.kind, secrets: secrets)
  }

  /// The header fields of a check, without `Host`, `User-Agent` and libcurl's own `Accept: */*`.
  ///
  /// Source: captures of Classic and Application Load Balancers; see docs/semantics.md.
  var fields: [Answer.Field] {
    let own: [Answer.Field] =
      switch check.semantics {
      case _ where check.target.scheme.isGRPC:
        [.init("Content-Type", "application/grpc"), .init("TE", "trailers")]
      // HTTP/2 has no fields of the connection (RFC 9113, section 8.2.2).
      case .classic where usesHTTP2: [.init("Accept", "*/*")]
      case .alb where usesHTTP2 && judge == nil: [.init("Accept-Encoding", "gzip, compressed")]
      case .alb where usesHTTP2, .nlb where usesHTTP2: []
      case .classic: [.init("Connection", "keep-alive")]
      // A body that must be read is asked for as it is.
      case .alb where judge != nil, .nlb: [.init("Connection", "close")]
      case .alb:
        [.init("Connection", "close"), .init("Accept-Encoding", "gzip, compressed")]
      }
    let names = Set(headers.map { $0.name.lowercased() })
    return own.filter { !names.contains($0.name.lowercased()) } + headers
  }

  /// The lines that libcurl adds to what it sends by itself, or takes out of it.
  func headerLines(host: String?) -> [String] {
    var lines = fields.map { $0.value.isEmpty ? "\($0.name);" : "\($0.name): \($0.value)" }
    let names = Set(fields.map { $0.name.lowercased() })
    if check.semantics != .classic, !names.contains("accept") {
      lines.append("Accept:")
    }
    if let host { lines.append("Host: \(host)") }
    return lines
  }

  /// Classic sends 1.0, ALB 2.0 (captures; ALB guide), and so does NLB here, whose own nobody tells.
  var agent: String {
    userAgent
      ?? (check.semantics == .classic ? "ELB-HealthChecker/1.0" : "ELB-HealthChecker/2.0")
  }

  /// Whether a check is one short request, which a single packet carries, and its answer.
  var sendsOnePiece: Bool {
    let length = fields.reduce(target.path.utf8.count) {
      $0 + $1.name.utf8.count + $1.value.utf8.count + 4
    }
    return !target.scheme.isTLS && !usesHTTP2 && proxy == nil && length < 512
  }

  private var target: HealthCheckTarget { check.target }

  /// The URL of an instance; `serverName` stands in its authority where TLS must ask for it.
  func url(of instance: Instance) -> String {
    let target = check.target
    let scheme = target.scheme.isTLS ? "https" : "http"
    let host = (target.scheme.isTLS ? serverName : nil) ?? instance.address
    return "\(scheme)://\(Self.bracketed(host)):\(instance.port)\(target.path)"
  }

  /// The instance's URL in clear text, for a connection that is only to be made.
  func plainURL(of instance: Instance) -> String {
    let host = (check.target.scheme.isTLS ? serverName : nil) ?? instance.address
    return "http://\(Self.bracketed(host)):\(instance.port)"
  }

  /// The `Host` that must be sent because the URL's is another; nil: the URL's is right.
  func hostOverride(for instance: Instance) -> String? {
    if let host { return host }
    guard check.target.scheme.isTLS, serverName != nil else { return nil }
    let host = Self.bracketed(instance.address)
    return instance.port == 443 ? host : "\(host):\(instance.port)"
  }

  /// Where to connect to in place of what the URL says.
  func connectMappings(for instance: Instance) -> [String] {
    guard check.target.scheme.isTLS, let serverName else { return connectTo }
    let place = mapped(instance)
    return ["\(serverName):\(instance.port):\(place)"]
  }

  /// The user's own mapping of an instance, which libcurl cannot look up by a server's name.
  private func mapped(_ instance: Instance) -> String {
    let host = Self.bracketed(instance.address)
    let prefixes = ["\(host):\(instance.port):", "\(host)::", ":\(instance.port):", "::"]
    for mapping in connectTo {
      guard let prefix = prefixes.first(where: { mapping.hasPrefix($0) }) else { continue }
      let place = mapping.dropFirst(prefix.count)
      // No host is the instance's own; libcurl would take the server's name for it.
      return place.hasPrefix(":") ? host + place : String(place)
    }
    return "\(host):\(instance.port)"
  }

  /// An IPv6 address as it stands in a URL (RFC 3986, 3.2.2; its zone by RFC 6874).
  static func bracketed(_ host: String) -> String {
    guard host.contains(":") else { return host }
    return "[\(host.split(separator: "%", maxSplits: 1).joined(separator: "%25"))]"
  }
}

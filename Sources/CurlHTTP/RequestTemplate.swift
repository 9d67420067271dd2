package import GateCore

/// The request and expectations of a health check; the same for every instance.
package struct RequestTemplate {
  package var check: HealthCheck
  /// The method; nil for GET, or POST with gRPC.
  package var method: String?
  /// The `Host`; nil for the instance's address, with its port unless that is the scheme's default.
  package var host: String?
  package var userAgent: String?
  /// The user's header fields; one with the name of a field that the load balancer sends replaces
  /// it.
  package var headers: [Answer.Field] = []
  package var verifiesTLS = false
  package var caFile: String?
  package var clientCertificate: String?
  package var clientKey: String?
  /// The newest version of TLS to offer; nil for the newest that the TLS library has.
  package var tlsMax: TLSVersion?
  /// The version of HTTP for HTTP checks; a gRPC check always uses HTTP/2.
  package var protocolVersion = ProtocolVersion.http1
  /// The PROXY header that is sent first on the connection, not through a proxy; nil for none.
  package var proxyProtocol: ProxyProtocol?
  /// The service in the request of a `grpc.health.v1` check; empty for the server as a whole.
  package var grpcService = ""
  /// The name that TLS sends (SNI) and verifies; nil for none, as a load balancer does for an
  /// address.
  package var serverName: String?
  /// An HTTP or SOCKS5 proxy in curl's notation; nil for none, whatever the environment says.
  package var proxy: String?
  /// `HOST1:PORT1:HOST2:PORT2`, in curl's notation.
  package var connectTo: [String] = []
  package var judge: (any AnswerJudge)?
  /// Texts that a response may repeat and no output may show.
  package var secrets: SecretMask = []

  package init(check: HealthCheck) {
    self.check = check
    tlsMax = check.semantics.newestTLS
  }
}

extension RequestTemplate {
  /// Whether checks use HTTP/2: by prior knowledge in clear text, by ALPN over TLS.
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
      // HTTP/2 has no fields about the connection (RFC 9113, section 8.2.2).
      case .classic where usesHTTP2: [.init("Accept", "*/*")]
      case .alb where usesHTTP2 && judge == nil: [.init("Accept-Encoding", "gzip, compressed")]
      case .alb where usesHTTP2, .nlb where usesHTTP2: []
      case .classic: [.init("Connection", "keep-alive")]
      // A body that must be read is requested without compression.
      case .alb where judge != nil, .nlb: [.init("Connection", "close")]
      case .alb:
        [.init("Connection", "close"), .init("Accept-Encoding", "gzip, compressed")]
      }
    let names = Set(headers.map { $0.name.lowercased() })
    return own.filter { !names.contains($0.name.lowercased()) } + headers
  }

  /// The header lines for libcurl: they add to its own fields, or remove one of them.
  func headerLines(host: String?) -> [String] {
    var lines = fields.map { $0.value.isEmpty ? "\($0.name);" : "\($0.name): \($0.value)" }
    let names = Set(fields.map { $0.name.lowercased() })
    if check.semantics != .classic, !names.contains("accept") {
      lines.append("Accept:")
    }
    if let host { lines.append("Host: \(host)") }
    return lines
  }

  /// The user agent: `1.0` for classic, `2.0` for alb (captures; ALB guide) and for nlb.
  ///
  /// What a Network Load Balancer sends is not documented.
  var agent: String {
    userAgent
      ?? (check.semantics == .classic ? "ELB-HealthChecker/1.0" : "ELB-HealthChecker/2.0")
  }

  /// Whether the request is short enough for a single packet, and is not over TLS, HTTP/2 or a
  /// proxy.
  var sendsOnePiece: Bool {
    let length = fields.reduce(target.path.utf8.count) {
      $0 + $1.name.utf8.count + $1.value.utf8.count + 4
    }
    return !target.scheme.isTLS && !usesHTTP2 && proxy == nil && length < 512
  }

  private var target: HealthCheckTarget { check.target }

  /// The URL of an instance; with TLS, `serverName` is its host, because libcurl takes SNI from
  /// there.
  func url(of instance: Instance) -> String {
    let target = check.target
    let scheme = target.scheme.isTLS ? "https" : "http"
    let host = (target.scheme.isTLS ? serverName : nil) ?? instance.address
    return "\(scheme)://\(Self.bracketed(host)):\(instance.port)\(target.path)"
  }

  /// The instance's URL in clear text, for a connection that libcurl only opens.
  func plainURL(of instance: Instance) -> String {
    let host = (check.target.scheme.isTLS ? serverName : nil) ?? instance.address
    return "http://\(Self.bracketed(host)):\(instance.port)"
  }

  /// The `Host` that must be set because the URL has another one; nil if the URL's is right.
  func hostOverride(for instance: Instance) -> String? {
    if let host { return host }
    guard check.target.scheme.isTLS, serverName != nil else { return nil }
    let host = Self.bracketed(instance.address)
    return instance.port == 443 ? host : "\(host):\(instance.port)"
  }

  /// The mappings of hosts and ports of the URL to those that libcurl must connect to.
  func connectMappings(for instance: Instance) -> [String] {
    guard check.target.scheme.isTLS, let serverName else { return connectTo }
    let place = mapped(instance)
    return ["\(serverName):\(instance.port):\(place)"]
  }

  /// The user's mapping of an instance, which libcurl cannot find by a server's name.
  private func mapped(_ instance: Instance) -> String {
    let host = Self.bracketed(instance.address)
    let prefixes = ["\(host):\(instance.port):", "\(host)::", ":\(instance.port):", "::"]
    for mapping in connectTo {
      guard let prefix = prefixes.first(where: { mapping.hasPrefix($0) }) else { continue }
      let place = mapping.dropFirst(prefix.count)
      // Without a host it is the instance's own; libcurl would use the server's name.
      return place.hasPrefix(":") ? host + place : String(place)
    }
    return "\(host):\(instance.port)"
  }

  /// A host in the form that a URL needs: an IPv6 address in brackets (RFC 3986, 3.2.2; RFC 6874).
  static func bracketed(_ host: String) -> String {
    guard host.contains(":") else { return host }
    return "[\(host.split(separator: "%", maxSplits: 1).joined(separator: "%25"))]"
  }
}

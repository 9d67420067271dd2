import GateCore

extension SettingsReader {
  /// Reads the user's parts of the request.
  mutating func request(for target: HealthCheckTarget) -> RequestSettings {
    var request = RequestSettings()
    request.protocolVersion = protocolVersion(for: target)
    request.grpcService = text(of: .grpcService) ?? ""
    request.proxyProtocol = choice(.proxyProtocol, ProxyProtocol.self)
    request.method = value(of: .method) { text throws(GrammarError) in
      guard Answer.Field.isName(text) else {
        throw GrammarError("\(text.shown) is not a method, such as GET or HEAD")
      }
      return text.uppercased()
    }
    request.host = value(of: .host) { text throws(GrammarError) in
      guard text.unicodeScalars.allSatisfy({ !$0.isShownByNumber && !$0.properties.isWhitespace })
      else {
        throw GrammarError("\(text.shown) is not a host name")
      }
      return text
    }
    request.userAgent = value(of: .userAgent) { text throws(GrammarError) in
      guard Answer.Field.isValue(text) else {
        throw GrammarError("\(text.shown) has a control character")
      }
      return text
    }
    let fields = values(of: .header, Answer.Field.init(parsingHeader:))
    request.headers = fields.filter { !["host", "user-agent"].contains($0.name.lowercased()) }
    take(&request.host, of: .host, from: fields, named: "host")
    take(&request.userAgent, of: .userAgent, from: fields, named: "user-agent")
    return request
  }

  /// Treats a header that has its own setting like that setting; both together are an error.
  private mutating func take(
    _ value: inout String?, of key: SettingKey, from fields: [Answer.Field], named name: String
  ) {
    guard let field = fields.last(where: { $0.name.lowercased() == name }) else { return }
    guard !isGiven(key) else {
      reject(.header, "header sets \(field.name), and so does \(key.rawValue)", hint: "keep one")
      return
    }
    value = field.value
  }

  /// Reads the version of HTTP; a TCP or TLS check has none, and gRPC allows only its own.
  private mutating func protocolVersion(for target: HealthCheckTarget) -> ProtocolVersion {
    let standard = target.scheme.isGRPC ? ProtocolVersion.grpc : .http1
    guard target.scheme.hasPath else {
      return choice(.protocolVersion, ProtocolVersion.self) ?? standard
    }
    return choice(.protocolVersion, else: standard)
  }

  mutating func tls(under check: HealthCheck) -> TLSSettings {
    TLSSettings(
      isVerified: toggle(.verifyTLS), caFile: text(of: .caFile), clientCert: text(of: .clientCert),
      clientKey: text(of: .clientKey),
      serverName: value(of: .serverName) { text throws(GrammarError) in
        guard try NetworkAddress(parsing: text).kind == .hostName else {
          throw GrammarError("\(text.shown) is an address, but TLS accepts only host names")
        }
        return text
      }, max: newestTLS(under: check))
  }

  private mutating func newestTLS(under check: HealthCheck) -> TLSVersion? {
    let given = choice(.tlsMax, TLSVersion.self)
    guard check.target.scheme.isTLS, let standard = check.semantics.newestTLS else { return given }
    return settled(
      given, as: .tlsMax, else: standard, of: .semantics(check.semantics), \.rawValue)
  }

  mutating func expectations() -> Expectations {
    let body = value(of: .expectBody, checkedPattern)
    let headers = values(of: .expectHeader, Answer.Field.init(parsingExpectation:))
    let json = values(of: .expectJSON, JSONExpectation.init(parsing:))
    let version = text(of: .expectVersion)
    let source = value(of: .versionFrom, VersionSource.init(parsing:))
    return Expectations(
      body: body, headers: headers, json: json,
      version: source.map { VersionExpectation(version: version, source: $0) })
  }
}

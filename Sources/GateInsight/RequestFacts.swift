/// What a check sends and expects beside the load balancer's settings, as far as a rule asks.
package struct RequestFacts: Hashable, Sendable {
  /// The `Host`; nil: the instance's address, as the load balancer sends it.
  package var host: String?
  package var method: String?
  package var verifiesTLS: Bool
  package var expectedVersion: String?
  /// Whether the TLS handshake names a site.
  package var namesServer: Bool
  package var usesHTTP2: Bool
  /// The names of the header fields of the user's own, in lower case.
  package var ownFields: Set<String>

  package init(
    host: String? = nil, method: String? = nil, verifiesTLS: Bool = false,
    expectedVersion: String? = nil, namesServer: Bool = false,
    usesHTTP2: Bool = false, ownFields: Set<String> = []
  ) {
    self.host = host
    self.method = method
    self.verifiesTLS = verifiesTLS
    self.expectedVersion = expectedVersion
    self.namesServer = namesServer
    self.usesHTTP2 = usesHTTP2
    self.ownFields = ownFields
  }

  /// Reads the settings as a run's header has them: name and values.
  package init(_ settings: [(name: String, values: [String])]) {
    func value(_ name: String) -> String? { settings.first { $0.name == name }?.values.last }
    self.init(
      host: value("host"), method: value("method"), verifiesTLS: value("verify_tls") == "true",
      expectedVersion: value("expect_version"), namesServer: value("server_name") != nil,
      usesHTTP2: value("protocol_version") == "http2")
  }
}

extension RequestFacts {
  /// Whether a load balancer would send another request: none takes a Host, a method or fields.
  var sendsItsOwn: Bool { host != nil || method == "HEAD" || !ownFields.isEmpty }

  /// Whether it says itself that it came by https.
  var saysForwarded: Bool { ownFields.contains("x-forwarded-proto") }
}

/// The parts of a check's request that differ from the load balancer's, as far as rules need them.
package struct RequestFacts: Hashable, Sendable {
  /// The `Host`; nil for the instance's address, which the load balancer sends.
  package var host: String?
  package var method: String?
  package var expectedVersion: String?
  /// Whether the TLS handshake names a site (SNI).
  package var namesServer: Bool
  package var usesHTTP2: Bool
  /// The names of the user's header fields, in lower case.
  package var ownFields: Set<String>

  package init(
    host: String? = nil, method: String? = nil, expectedVersion: String? = nil,
    namesServer: Bool = false, usesHTTP2: Bool = false, ownFields: Set<String> = []
  ) {
    self.host = host
    self.method = method
    self.expectedVersion = expectedVersion
    self.namesServer = namesServer
    self.usesHTTP2 = usesHTTP2
    self.ownFields = ownFields
  }

  /// Reads the settings in a run's header, as names and values.
  package init(_ settings: [(name: String, values: [String])]) {
    func value(_ name: String) -> String? { settings.first { $0.name == name }?.values.last }
    self.init(
      host: value("host"), method: value("method"), expectedVersion: value("expect_version"),
      namesServer: value("server_name") != nil, usesHTTP2: value("protocol_version") == "http2")
  }
}

extension RequestFacts {
  /// Whether a load balancer's request would differ: it supports no Host, method or fields.
  var sendsItsOwn: Bool { host != nil || method == "HEAD" || !ownFields.isEmpty }

  /// Whether the request claims that it came over https.
  var saysForwarded: Bool { ownFields.contains("x-forwarded-proto") }
}

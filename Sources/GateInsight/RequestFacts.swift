/// What a check sends and expects beside the load balancer's settings, as far as a rule asks.
package struct RequestFacts: Hashable, Sendable {
  /// The `Host`; nil: the instance's address, as the load balancer sends it.
  package var host: String?
  package var method: String?
  package var verifiesTLS: Bool
  package var expectedVersion: String?

  package init(
    host: String? = nil, method: String? = nil, verifiesTLS: Bool = false,
    expectedVersion: String? = nil
  ) {
    self.host = host
    self.method = method
    self.verifiesTLS = verifiesTLS
    self.expectedVersion = expectedVersion
  }

  /// Reads the settings as a run's header has them: name and values.
  package init(_ settings: [(name: String, values: [String])]) {
    func value(_ name: String) -> String? { settings.first { $0.name == name }?.values.last }
    self.init(
      host: value("host"), method: value("method"), verifiesTLS: value("verify_tls") == "true",
      expectedVersion: value("expect_version"))
  }
}

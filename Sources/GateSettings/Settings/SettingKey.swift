/// A setting by its one name: the key `healthy_threshold`, the flag `--healthy-threshold`, the
/// variable `HEALTHGATE_HEALTHY_THRESHOLD`.
///
/// The order is that of help, documentation and printed settings.
package enum SettingKey: String, Hashable, Sendable, CaseIterable {
  case target
  case semantics
  case interval
  case timeout
  case healthyThreshold = "healthy_threshold"
  case initialThreshold = "initial_threshold"
  case unhealthyThreshold = "unhealthy_threshold"
  case unhealthyWindow = "unhealthy_window"
  case matcher
  case strict
  case host
  case header
  case userAgent = "user_agent"
  case method
  case protocolVersion = "protocol_version"
  case grpcService = "grpc_service"
  case proxyProtocol = "proxy_protocol"
  case verifyTLS = "verify_tls"
  case caFile = "ca_file"
  case clientCert = "client_cert"
  case clientKey = "client_key"
  case serverName = "server_name"
  case tlsMax = "tls_max"
  case proxy
  case connectTo = "connect_to"
  case expectBody = "expect_body"
  case expectHeader = "expect_header"
  case expectJSON = "expect_json"
  case expectVersion = "expect_version"
  case versionFrom = "version_from"

  case instances
  case instancesFile = "instances_file"
  case dns
  case srv
  case exec
  case asg
  case elb
  case targetGroup = "target_group"
  case terraform
  case terraformResource = "terraform_resource"
  case importFrom = "import_from"
  case expected
  case refresh
  case expectImage = "expect_image"
  case expectLaunchTemplateVersion = "expect_launch_template_version"
  case expectTag = "expect_tag"
  case probeFrom = "probe_from"
  case crossCheck = "cross_check"

  case minHealthy = "min_healthy"
  case maxUnhealthy = "max_unhealthy"
  case maxReplaced = "max_replaced"
  case gracePeriod = "grace_period"
  case soak
  case baseline
  case compare
  case maxLatencyIncrease = "max_latency_increase"
  case confidence
  case minSamples = "min_samples"
  case `guard`
  case deadline
  case advisory

  case format
  case verdict
  case journal
  case resume
  case progress
  case signKey = "sign_key"
  case attestation
  case subject
  case report
  case label
  case onPromote = "on_promote"
  case onRollback = "on_rollback"
  case onInconclusive = "on_inconclusive"
  case verifyRollback = "verify_rollback"
  case hookTimeout = "hook_timeout"
  case notify
  case events
  case ci
  case ciDir = "ci_dir"

  /// The settings that name the group: exactly one of them is given.
  package static let sources: [SettingKey] = [
    .instances, .instancesFile, .dns, .srv, .exec, .asg, .elb, .targetGroup, .terraform,
  ]

  /// The name on a command line, with its two hyphens.
  package var flag: String { Self.flag(named: rawValue) }

  /// The name in the environment.
  package var variable: String { Self.variable(named: rawValue) }

  static func flag(named name: String) -> String {
    "--" + String(name.map { $0 == "_" ? "-" : $0 })
  }

  static func variable(named name: String) -> String {
    variablePrefix + name.uppercased()
  }

  /// What the names of all the program's variables begin with.
  static let variablePrefix = "HEALTHGATE_"
}

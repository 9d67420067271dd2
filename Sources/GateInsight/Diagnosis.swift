/// A diagnosis: a probable cause of failures, the instances, and what to do.
package struct Diagnosis: Hashable, Sendable {
  package var code: DiagnosisCode
  /// The ids of the instances, in the order in which they joined.
  package var instances: [String]
  /// What was seen, in one line.
  package var summary: String
  /// The usual cause.
  package var likelyCause: String
  /// What to check or change.
  package var advice: String
  /// The status, the header and the start of the body that support it; at most 200 bytes.
  package var evidence: String?
  package var confidence: Confidence

  /// How strong the evidence is; nothing is certain from outside.
  package enum Confidence: String, Hashable, Sendable, CaseIterable {
    case likely
    case possible
  }
}

/// The kind of a diagnosis.
///
/// The raw value is its `code` in the verdict.
package enum DiagnosisCode: String, Hashable, Sendable, CaseIterable {
  // The connection.
  case nothingListens = "nothing_listens"
  case firewallOrWrongAddress = "firewall_or_wrong_address"
  case connectionDropped = "connection_dropped"
  case proxyProtocol = "proxy_protocol"
  // TLS.
  case tlsOnPlainPort = "tls_on_plain_port"
  case plainOnTLSPort = "plain_on_tls_port"
  case certificateExpired = "certificate_expired"
  case certificateName = "certificate_name"
  case certificateUntrusted = "certificate_untrusted"
  case clientCertificateWanted = "client_certificate_wanted"
  case tlsParameters = "tls_parameters"
  // The request is refused, or sent elsewhere.
  case disallowedHost = "disallowed_host"
  case tlsRedirect = "tls_redirect"
  case loginRedirect = "login_redirect"
  case trailingSlashRedirect = "trailing_slash_redirect"
  case canonicalHostRedirect = "canonical_host_redirect"
  case redirectedElsewhere = "redirected_elsewhere"
  case authenticationWanted = "authentication_wanted"
  case pathMissing = "path_missing"
  case methodRefused = "method_refused"
  case rateLimited = "rate_limited"
  case unexpectedStatus = "unexpected_status"
  // The application.
  case applicationDown = "application_down"
  case applicationNotReady = "application_not_ready"
  case unappliedMigrations = "unapplied_migrations"
  case applicationError = "application_error"
  case proxyTimeout = "proxy_timeout"
  case tooSlow = "too_slow"
  case unfinishedAnswer = "unfinished_answer"
  case overloaded
  // The form and the content of the answer.
  case protocolMismatch = "protocol_mismatch"
  case grpcMatcher = "grpc_matcher"
  case unframedBody = "unframed_body"
  case truncatedAnswer = "truncated_answer"
  case oversizedAnswer = "oversized_answer"
  case brokenAnswer = "broken_answer"
  case staticAnswer = "static_answer"
  case staleVersion = "stale_version"
  case unexpectedContent = "unexpected_content"
  // The course over time.
  case slowBoot = "slow_boot"
  case deadlineTooShort = "deadline_too_short"
  case flapping
  case crashLoop = "crash_loop"
  case diesLater = "dies_later"
  // The group.
  case instancesMissing = "instances_missing"
  case instancesReplaced = "instances_replaced"
  case loadBalancerDisagrees = "load_balancer_disagrees"
  case oneZoneOnly = "one_zone_only"
  case oneBadOfMany = "one_bad_of_many"
  case allAlike = "all_alike"
  // Beside the group.
  case guardFailed = "guard_failed"
  case sharedCause = "shared_cause"
  case worseThanBaseline = "worse_than_baseline"
  // The gate itself.
  case gateFault = "gate_fault"
}

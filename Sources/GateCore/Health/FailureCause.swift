/// What a failed check showed beyond its kind; the raw value is the `cause` of the journal.
///
/// The code that detects the failure sets it, and diagnoses use it; the report's detail is for
/// people.
package enum FailureCause: String, Hashable, Sendable, CaseIterable {
  /// The proxy responded that it cannot reach the instance.
  case unreachableFromProxy = "unreachable_from_proxy"
  case closedWithoutAnswer = "closed_without_answer"
  /// The response has a line of the PROXY protocol, or mentions it.
  case proxyHeader = "proxy_header"
  case streamReset = "stream_reset"

  // The TLS handshake
  /// The peer's bytes are not TLS.
  case plainText = "plain_text"
  case certificateExpired = "certificate_expired"
  case certificateName = "certificate_name"
  case certificateUntrusted = "certificate_untrusted"
  /// The TLS library does not give a reason.
  case certificateRefused = "certificate_refused"
  case clientCertificateWanted = "client_certificate_wanted"
  /// TLS alerts 112 and 80, which servers send to a client that names no site.
  case unrecognizedName = "unrecognized_name"
  /// The TLS alert 40 (handshake failure).
  case handshakeFailure = "handshake_failure"
  /// The TLS alert 49 (access denied).
  case accessDenied = "access_denied"
  /// The two sides have no TLS version, cipher or key type in common.
  case tlsParameters = "tls_parameters"
  case closedInHandshake = "closed_in_handshake"

  // The form of the answer
  case unframedBody = "unframed_body"
  case truncatedBody = "truncated_body"
  case headerTooLarge = "header_too_large"
  case bodyTooLarge = "body_too_large"
  case malformedHeader = "malformed_header"
  case notHTTP1 = "not_http1"
  case notHTTP2 = "not_http2"

  // Time
  /// The response began in time but did not end.
  case unfinishedAnswer = "unfinished_answer"
  /// The complete response arrived after the timeout.
  case lateAnswer = "late_answer"

  // gRPC: HTTP without a gRPC status
  case noGRPCStatus = "no_grpc_status"
  /// HTTP 404 to a gRPC call.
  case noGRPCRoute = "no_grpc_route"
  /// HTTP 401 or 403 to a gRPC call.
  case grpcRefused = "grpc_refused"
  /// HTTP 502, 503 or 504 to a gRPC call.
  case noGRPCServer = "no_grpc_server"
}

extension FailureCause {
  /// The cause for an HTTP response to a gRPC call.
  ///
  /// Source: gRPC, "HTTP to gRPC Status Code Mapping".
  package static func noGRPC(status: Int) -> FailureCause {
    switch status {
    case 401, 403: .grpcRefused
    case 404: .noGRPCRoute
    case 502, 503, 504: .noGRPCServer
    default: .noGRPCStatus
    }
  }
}

extension GateFault {
  /// The cause of a gate fault.
  ///
  /// The raw value is the `cause` of the journal.
  package enum Cause: String, Hashable, Sendable, CaseIterable {
    /// The process has reached its limit of open files.
    case noDescriptor = "no_descriptor"
    case nameServer = "name_server"
    case noRoute = "no_route"
    case noLocalPort = "no_local_port"
    /// A firewall of this host blocks the connection.
    case localFirewall = "local_firewall"
    /// A certificate, key or list of authorities that the check uses is not usable.
    case tlsFiles = "tls_files"

    // The proxy
    case proxyCredentials = "proxy_credentials"
    case proxyLimit = "proxy_limit"
    /// The proxy refuses connections to this address or port.
    case proxyRefused = "proxy_refused"
    /// The proxy could not be reached, or did not behave like a proxy.
    case proxyUnusable = "proxy_unusable"

    // The source of the group, a guard, or the load balancer's API
    case missingPermission = "missing_permission"
    case throttled
    case credentials
    case notFound = "not_found"
    /// Something else responds in place of AWS, such as a proxy or a sign-in page.
    case foreign
    case awsUnreachable = "aws_unreachable"
  }
}

extension GateFault.Cause {
  /// Whether a proxy responded and refused to forward the check.
  package var isProxyRefusal: Bool {
    switch self {
    case .proxyCredentials, .proxyLimit, .proxyRefused: true
    case .noDescriptor, .nameServer, .noRoute, .noLocalPort, .localFirewall, .tlsFiles,
      .proxyUnusable, .missingPermission, .throttled, .credentials, .notFound, .foreign,
      .awsUnreachable:
      false
    }
  }
}

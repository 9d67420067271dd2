/// How a check failed.
///
/// The raw value is the `kind` of the verdict and the journal.
///
/// A gate fault is not among them: it is a `GateFault`, a separate type, so that no code can hold
/// it against an instance.
package enum FailureKind: String, Hashable, Sendable, CaseIterable {
  case connectionRefused = "connection_refused"
  case connectionReset = "connection_reset"
  case timeoutConnect = "timeout_connect"
  case timeoutTLS = "timeout_tls"
  case timeoutResponse = "timeout_response"
  case tlsError = "tls_error"
  case statusMismatch = "status_mismatch"
  case grpcStatusMismatch = "grpc_status_mismatch"
  case expectationFailed = "expectation_failed"
  case wrongVersion = "wrong_version"
  case protocolError = "protocol_error"
  case hostUnreachable = "host_unreachable"
}

extension FailureKind {
  package var isTimeout: Bool {
    switch self {
    case .timeoutConnect, .timeoutTLS, .timeoutResponse: true
    case .connectionRefused, .connectionReset, .tlsError, .statusMismatch, .grpcStatusMismatch,
      .expectationFailed, .wrongVersion, .protocolError, .hostUnreachable:
      false
    }
  }

  /// Whether the instance sent a complete response, so that the check's latency is that of a
  /// response.
  package var isAnswered: Bool {
    switch self {
    case .statusMismatch, .grpcStatusMismatch, .expectationFailed, .wrongVersion: true
    case .connectionRefused, .connectionReset, .timeoutConnect, .timeoutTLS, .timeoutResponse,
      .tlsError, .protocolError, .hostUnreachable:
      false
    }
  }
}

extension FailureKind {
  /// A short description, for use where the detail does not fit or is not known.
  package var words: String {
    switch self {
    case .connectionRefused: "connection refused"
    case .connectionReset: "connection reset"
    case .timeoutConnect: "no connection in time"
    case .timeoutTLS: "no handshake in time"
    case .timeoutResponse: "no answer in time"
    case .tlsError: "TLS error"
    case .statusMismatch: "wrong status"
    case .grpcStatusMismatch: "wrong gRPC status"
    case .expectationFailed: "unexpected answer"
    case .wrongVersion: "wrong version"
    case .protocolError: "protocol error"
    case .hostUnreachable: "host unreachable"
    }
  }
}

extension LastFailure {
  /// A short description, such as `HTTP 503`, with the health check's name if there are several.
  package var shortWords: String { named(Self.shortWords(of: report, kind)) }

  /// The words, with the name of the health check in front if there are several.
  package func named(_ words: String) -> String { check.isEmpty ? words : "\(check): \(words)" }

  package static func shortWords(of report: CheckReport, _ kind: FailureKind) -> String {
    switch (kind, report.status) {
    case (.statusMismatch, .some(let status)): "HTTP \(status)"
    case (.grpcStatusMismatch, .some(let status)): "gRPC status \(status)"
    default: kind.words
    }
  }
}

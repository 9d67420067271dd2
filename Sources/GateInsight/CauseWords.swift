package import GateCore

/// Causes by the words of a detail: those of libraries, and of journals from before there were
/// causes.
extension FailureCause {
  /// Finds the cause of a failure by its words; nil if they say no more than the kind.
  package init?(words: String, of kind: FailureKind) {
    let folded = words.foldedBytes
    let found = Self.phrases.first { row in
      row.kinds.contains(kind) && row.phrases.contains { folded.contains(phrase: $0) }
    }
    guard let found else { return nil }
    self = found.cause
  }

  /// Whether the instance's words mention the PROXY protocol.
  package static func proxyHeader(in words: String) -> FailureCause? {
    let folded = words.foldedBytes
    return proxyProtocol.contains { folded.contains(phrase: $0) } ? .proxyHeader : nil
  }

  private static let proxyProtocol = ["proxy protocol", "proxy tcp4", "proxy tcp6"]

  /// The phrases in lower case; the first row that matches counts.
  private static let phrases: [(kinds: [FailureKind], cause: FailureCause, phrases: [String])] = [
    (FailureKind.allCases, .proxyHeader, proxyProtocol),
    (FailureKind.allCases, .streamReset, ["reset the stream"]),
    ([.hostUnreachable], .unreachableFromProxy, ["to connect", "says the proxy"]),
    ([.connectionReset], .closedWithoutAnswer, ["closed without an answer"]),
    (
      [.tlsError], .plainText,
      [
        "wrong version number", "packet length too long", "http request", "record overflow",
        "unexpected message",
      ]
    ),
    ([.tlsError], .certificateExpired, ["expired", "not yet valid"]),
    (
      [.tlsError], .certificateName,
      [
        "subject name", "alternative name", "does not match target host", "hostname mismatch",
        "ip address mismatch",
      ]
    ),
    (
      [.tlsError], .certificateUntrusted,
      ["self-signed", "self signed", "unable to verify", "issuer"]
    ),
    ([.tlsError], .certificateRefused, ["peer certificate", "certificate verify"]),
    ([.tlsError], .clientCertificateWanted, ["certificate required", "bad certificate"]),
    ([.tlsError], .unrecognizedName, ["unrecognized name", "internal error"]),
    ([.tlsError], .handshakeFailure, ["handshake failure"]),
    ([.tlsError], .accessDenied, ["access denied"]),
    (
      [.tlsError], .tlsParameters,
      [
        "protocol version", "unsupported protocol", "no shared cipher", "insufficient security",
        "no protocols available", "dh key too small",
      ]
    ),
    ([.tlsError], .closedInHandshake, ["closed during the tls handshake"]),
    ([.protocolError], .unframedBody, ["neither content-length nor chunks"]),
    ([.protocolError], .truncatedBody, ["closed after"]),
    ([.protocolError], .headerTooLarge, ["of header", "header line without end"]),
    ([.protocolError], .bodyTooLarge, ["of body"]),
    ([.protocolError], .malformedHeader, ["nul byte", "malformed: the line '"]),
    ([.protocolError], .notHTTP1, ["not http/1.1"]),
    ([.protocolError], .notHTTP2, ["not http/2", "without http/2", "http2 framing"]),
    ([.timeoutResponse], .unfinishedAnswer, ["no whole answer"]),
    ([.timeoutResponse], .lateAnswer, ["took longer than"]),
    (
      [.grpcStatusMismatch], .noGRPCServer,
      ["http 502 ", "http 503 ", "http 504 "].flatMap { ["\($0)without a grpc", "\($0)of "] }
    ),
    ([.grpcStatusMismatch], .noGRPCRoute, ["http 404 without a grpc", "http 404 of "]),
    (
      [.grpcStatusMismatch], .grpcRefused,
      ["http 401 ", "http 403 "].flatMap { ["\($0)without a grpc", "\($0)of "] }
    ),
    ([.grpcStatusMismatch], .noGRPCStatus, ["without a grpc-status", "no answer of grpc"]),
  ]
}

extension GateFault.Cause {
  /// Finds the cause of a gate fault by its words; nil if they do not show it.
  package init?(words: String) {
    let folded = words.foldedBytes
    let found = Self.phrases.first { row in row.phrases.contains { folded.contains(phrase: $0) } }
    guard let found else { return nil }
    self = found.cause
  }

  private static let phrases: [(cause: Self, phrases: [String])] = [
    (.noDescriptor, ["too many open files", "no socket"]),
    (.nameServer, ["name server", "resolve"]),
    (.proxyCredentials, ["proxy answered 407", "proxy requires other credentials"]),
    (.proxyLimit, ["proxy answered 429"]),
    (.proxyRefused, ["to connect", "to socks5"]),
    (.proxyUnusable, ["proxy"]),
    (.noRoute, ["network is unreachable", "no route"]),
    (.noLocalPort, ["cannot assign requested address", "address not available"]),
    (.localFirewall, ["permission denied", "operation not permitted"]),
    (.tlsFiles, ["certificate", "ssl", "ca_file"]),
    (.missingPermission, ["aws does not allow"]),
    (.throttled, ["throttl"]),
    (.credentials, ["credentials were refused", "expiredtoken", "no aws credentials"]),
    (.notFound, ["there is no", "is being deleted"]),
    (.foreign, ["it is not aws that answers"]),
    (.awsUnreachable, ["aws"]),
  ]
}

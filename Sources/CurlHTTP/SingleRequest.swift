package import GateCore

/// One request of `lint` to one instance, which is not a check of a run.
package struct SingleRequest {
  /// The request, its timeout and its expectations.
  package var plan: RequestTemplate
  package var connection: Connection
  /// The message of a gRPC call; nil for an empty one.
  package var message: [UInt8]?

  package enum Connection: Sendable {
    /// A new connection that is closed afterwards.
    case own
    /// A new connection that is kept for the next request.
    case opened
    /// The connection of the previous request, if it still exists.
    case kept
  }

  package init(_ plan: RequestTemplate, on connection: Connection = .own, message: [UInt8]? = nil) {
    self.plan = plan
    self.connection = connection
    self.message = message
  }
}

/// The response to a single request, with details that a check does not need.
package struct SingleAnswer {
  package var end: TransferEnd
  /// The response with at most 64 KiB of its body; nil if nothing was received.
  package var answer: Answer?
  /// The number of received bytes of the body, kept or not.
  package var bodySize = 0
  /// `1.0`, `1.1` or `2`; empty if unknown.
  package var httpVersion = ""
  package var grpc: GRPC?
  /// The time from the start until the connection was made, in microseconds.
  package var connectMicroseconds: Int64 = 0
  package var totalMicroseconds: Int64 = 0
  package var madeConnection = true
  /// The certificate's dates in the TLS library's notation; nil without TLS.
  package var certificate: CertificateDates?

  package struct GRPC: Hashable, Sendable {
    package var status: Int?
    /// Whether the service is SERVING; nil if the response is not a message of `grpc.health.v1`.
    package var isServing: Bool?
  }

  package struct CertificateDates: Hashable, Sendable {
    package var notBefore: String
    package var notAfter: String
  }
}

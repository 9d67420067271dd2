package import GateCore

/// One request of `lint` to one instance, which is not a check of a run.
package struct SingleRequest {
  /// What is sent, and within which timeout.
  package var plan: RequestTemplate
  package var connection: Connection
  /// The message of a gRPC call; nil: an empty one.
  package var message: [UInt8]?

  package enum Connection: Sendable {
    /// Made for it, and closed after it.
    case own
    /// Made for it, and kept for the next.
    case opened
    /// That of the request before, if it is still there.
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
  /// With at most 64 KiB of the body; nil when nothing of an answer came.
  package var answer: Answer?
  /// Bytes of the body that came, kept or not.
  package var bodySize = 0
  /// `1.0`, `1.1`, `2`.
  package var httpVersion = ""
  package var grpc: GRPC?
  /// From the start, in microseconds.
  package var connectMicroseconds: Int64 = 0
  package var totalMicroseconds: Int64 = 0
  package var madeConnection = true
  /// The certificate's dates, as the TLS library writes them.
  package var certificate: CertificateDates?

  package struct GRPC: Hashable, Sendable {
    package var status: Int?
    /// Nil when the answer is no message of `grpc.health.v1`.
    package var isServing: Bool?
  }

  package struct CertificateDates: Hashable, Sendable {
    package var notBefore: String
    package var notAfter: String
  }
}

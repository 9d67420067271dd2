/// The HTTP version of a check, which is a target group's `ProtocolVersion`.
///
/// Source: Elastic Load Balancing API, `CreateTargetGroup`, "ProtocolVersion".
package enum ProtocolVersion: String, Hashable, Sendable, CaseIterable {
  case http1
  /// By prior knowledge in clear text, by ALPN over TLS.
  case http2
  case grpc
}

/// The version of the PROXY protocol header that a load balancer sends before its checks.
///
/// Source: HAProxy, "The PROXY protocol, versions 1 & 2"; NLB guide, "Proxy protocol".
package enum ProxyProtocol: String, Hashable, Sendable, CaseIterable {
  /// The binary header, with the command LOCAL.
  case v2
}

/// A version of TLS that can be the newest to be offered.
package enum TLSVersion: String, Hashable, Sendable, CaseIterable, Comparable {
  case v1_2 = "1.2"
  case v1_3 = "1.3"

  package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

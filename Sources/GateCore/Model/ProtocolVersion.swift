/// The HTTP version in which a check is made: a target group's own `ProtocolVersion`.
///
/// Source: Elastic Load Balancing API, `CreateTargetGroup`, "ProtocolVersion".
package enum ProtocolVersion: String, Hashable, Sendable, CaseIterable {
  case http1
  /// In clear text by prior knowledge, over TLS by ALPN.
  case http2
  case grpc
}

/// The PROXY protocol header that a load balancer sends before its checks where it is asked to.
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

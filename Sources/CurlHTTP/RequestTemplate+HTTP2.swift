internal import GateCore

/// The request of a check over HTTP/2, sent on its own connection.
struct HTTP2Request {
  /// The header fields: pseudo-header fields first (RFC 9113, section 8.3), names in lower case.
  var fields: [(name: String, value: String)]
  /// The body; nil if there is none.
  var body: [UInt8]?
}

extension RequestTemplate {
  /// The request of a check of the instance over HTTP/2.
  ///
  /// A `message` replaces the check's own gRPC message. Sources: RFC 9113, section 8.3.1; gRPC over
  /// HTTP/2, "Requests".
  func http2Request(for instance: Instance, message: [UInt8]? = nil) -> HTTP2Request {
    let scheme = check.target.scheme
    let own = fields.filter { !Self.namesOfConnections.contains($0.name.lowercased()) }
    let host = own.last { $0.name.lowercased() == "host" }?.value
    let agent = own.contains { $0.name.lowercased() == "user-agent" } ? [] : [("user-agent", agent)]
    let pseudo = [
      (":method", scheme.isGRPC ? "POST" : method ?? "GET"),
      (":scheme", scheme.isTLS ? "https" : "http"),
      (":authority", self.host ?? host ?? authority(of: instance)),
      (":path", check.target.path),
    ]
    let regular = own.filter { $0.name.lowercased() != "host" }
    return HTTP2Request(
      fields: pseudo + agent + regular.map { ($0.name.lowercased(), $0.value) },
      body: scheme.isGRPC ? Self.framed(message ?? healthMessage) : nil)
  }

  /// The address, and the port unless it is the scheme's default: the `Host` of HTTP/1.1.
  private func authority(of instance: Instance) -> String {
    let address = instance.address.split(separator: "%", maxSplits: 1).first.map(String.init)
    let host = Self.bracketed(address ?? instance.address)
    return instance.port == (check.target.scheme.isTLS ? 443 : 80)
      ? host : "\(host):\(instance.port)"
  }

  /// Fields that belong to HTTP/1.1; `TE` may only be `trailers` (RFC 9113, section 8.2.2).
  private static let namesOfConnections: Set = [
    "connection", "proxy-connection", "keep-alive", "transfer-encoding", "upgrade",
  ]

  /// A `HealthCheckRequest` with the service in field 1, unless that is empty; empty for other
  /// methods.
  private var healthMessage: [UInt8] {
    guard check.target.path == HealthCheckTarget.standardGRPCPath, !grpcService.isEmpty else {
      return []
    }
    return [0x0A] + Self.varint(grpcService.utf8.count) + Array(grpcService.utf8)
  }

  /// Encodes a number with seven bits per byte, lowest first (Protocol Buffers, "Encoding").
  private static func varint(_ value: Int) -> [UInt8] {
    value < 0x80 ? [UInt8(value)] : [UInt8(value & 0x7F) | 0x80] + varint(value >> 7)
  }

  /// An uncompressed frame with one message (gRPC over HTTP/2, "Length-Prefixed-Message").
  private static func framed(_ message: [UInt8]) -> [UInt8] {
    let length = UInt32(message.count)
    return [0] + [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: length >> $0) } + message
  }
}

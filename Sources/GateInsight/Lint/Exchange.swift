package import GateCore

/// The result of one lint request, as plain values.
///
/// Secrets have been removed.
package struct Exchange: Sendable {
  package var inquiry: LintRequest
  package var end: End
  /// The response as far as it was received, even if it was cut off; at most 64 KiB of its body.
  package var reply: Answer?
  /// The number of received bytes of the body, kept or not.
  package var bodySize = 0
  /// `1.0`, `1.1` or `2`; empty if unknown.
  package var httpVersion = ""
  /// The `grpc-status` of a call; nil if there was none.
  package var grpcStatus: Int?
  /// Whether a health-checking call returned SERVING; nil if it returned no serving status.
  package var isServing: Bool?
  /// The time from the start to the end of the response.
  package var latencyMicroseconds: Int64 = 0
  /// Whether it made a new connection, rather than use one that was kept.
  package var madeConnection = true
  /// The validity period of the instance's certificate; nil without TLS.
  package var certificate: CertificateLife?
  /// The version at the place of `version_from`; nil if there is none.
  package var version: String?

  package enum End: Hashable, Sendable {
    /// A complete response; for TCP and SSL, a connection.
    case answered
    case failed(FailureKind, String)
    /// A gate fault: no name server, no route from here.
    case fault(String)
  }

  /// The validity period of a certificate, and when it was examined; in seconds since 1970.
  package struct CertificateLife: Hashable, Sendable {
    package var notBefore: Int64
    package var notAfter: Int64
    package var now: Int64
  }
}

extension Exchange {
  package init(_ inquiry: LintRequest, _ end: End) {
    self.inquiry = inquiry
    self.end = end
  }
}

extension Exchange.CertificateLife {
  /// Reads the dates in the TLS library's notation; nil if there are none.
  package init?(from notBefore: String?, to notAfter: String?, now: Int64) {
    guard let notBefore = notBefore.flatMap(secondsSince1970),
      let notAfter = notAfter.flatMap(secondsSince1970)
    else { return nil }
    self.init(notBefore: notBefore, notAfter: notAfter, now: now)
  }
}

extension Answer {
  func has(_ name: String) -> Bool { !values(of: name).isEmpty }

  var server: String { values(of: "server").last ?? "" }

  /// The media type without parameters, in lower case.
  var mediaType: String {
    (values(of: "content-type").last ?? "").prefix { $0 != ";" }.trimmed.lowercased()
  }

  /// The body, decoded as UTF-8.
  var text: String { String(decoding: body, as: UTF8.self) }

  var isRedirect: Bool { [300, 301, 302, 303, 307, 308].contains(status) }
}

extension Exchange {
  /// The response, or why there was none, in words.
  var words: String {
    switch end {
    case .answered: reply.map(words(of:)) ?? "a connection"
    case .failed(_, let detail): detail.cleaned(to: 200)
    case .fault(let detail): "not sent: \(detail.cleaned(to: 200))"
    }
  }

  /// The response in words, such as `HTTP 200, text/html, 512 bytes`.
  private func words(of reply: Answer) -> String {
    if let grpcStatus { return "gRPC status \(grpcStatus)" }
    var parts = ["HTTP \(reply.status)"]
    if let location = reply.values(of: "location").last {
      parts.append("to \(SecretMask().masked(location).cleaned(to: 100))")
    }
    if !reply.mediaType.isEmpty { parts.append(reply.mediaType.cleaned(to: 60)) }
    parts.append("\(bodySize) byte\(bodySize == 1 ? "" : "s")")
    return parts.joined(separator: ", ")
  }

  var status: Int? { reply?.status }

  /// The response if it is complete; else nil.
  var answer: Answer? { end == .answered ? reply : nil }

  /// Why it would fail the health check; nil if it passes, or the instance could not be asked.
  func failure(under check: HealthCheck) -> (kind: FailureKind, detail: String)? {
    switch end {
    case .fault: return nil
    case .failed(let kind, let detail): return (kind, detail)
    case .answered: break
    }
    guard check.target.scheme.hasPath, let reply else { return nil }
    guard !check.target.scheme.isGRPC else {
      guard let status = grpcStatus else {
        return (.grpcStatusMismatch, "HTTP \(reply.status) without a grpc-status")
      }
      guard check.matcher.accepts(status) else {
        return (.grpcStatusMismatch, "gRPC status \(status), not \(check.matcher)")
      }
      let isHealth = inquiry.path == HealthCheckTarget.standardGRPCPath && status == 0
      return isHealth && isServing != true
        ? (.expectationFailed, "the service does not say SERVING") : nil
    }
    guard check.matcher.accepts(reply.status) else {
      let place = reply.values(of: "location").last.map {
        " to \(SecretMask().masked($0).cleaned(to: 200))"
      }
      return (.statusMismatch, "HTTP \(reply.status)\(place ?? ""), not \(check.matcher)")
    }
    return nil
  }

  /// Whether a rate limit refused the request: with 429, or with a 503 that says so.
  var isOneTooMany: Bool {
    guard let reply, end == .answered else { return false }
    if reply.status == 429 { return true }
    guard reply.status == 503 else { return false }
    let evidence = Evidence(of: reply, without: [])
    let signs = Set(evidence?.signs ?? [])
    // A proxy's message about its back ends is not about a limit, although Varnish adds
    // Retry-After.
    guard signs.isDisjoint(with: Sign.ofBackends.map(\.rawValue)) else { return false }
    return reply.has("retry-after") || evidence?.author == "nginx"
      || signs.contains(Sign.tooManyRequests.rawValue)
  }

  func passes(_ check: HealthCheck) -> Bool {
    if case .fault = end { return false }
    return failure(under: check) == nil
  }
}

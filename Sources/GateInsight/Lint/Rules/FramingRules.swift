internal import GateCore

/// Rules about how the response is sent: HTTP, connections, TLS.
extension LintRule {
  static let form = [oldHTTP, unframedBody, closesUnannounced, shortKeepAlive, certificateExpires]

  private static let oldHTTP = LintRule.ofEach(
    .warning, "http-1.0", finds: "the response is HTTP/1.0",
    why: "connections are not kept alive, and some proxies and load balancers refuse it; mostly "
      + "development servers speak it",
    advice: "serve with HTTP/1.1 (nginx towards its upstream: proxy_http_version 1.1), and with a "
      + "server made for production"
  ) { member in
    member.checks.first { $0.httpVersion == "1.0" }.map { member.seen($0) }
  }

  private static let unframedBody = LintRule.ofEach(
    .warning, "unframed-body", finds: "the body has neither Content-Length nor chunks",
    why: "only the end of the connection ends it: a truncated response looks complete, and a "
      + "Classic Load Balancer does not accept it",
    advice: "send Content-Length with the health check's response"
  ) { member in
    member.checks.first { exchange in
      guard let reply = exchange.answer, exchange.bodySize > 0, exchange.httpVersion.hasPrefix("1.")
      else { return false }
      return !reply.has("content-length") && !reply.has("transfer-encoding")
    }.map { member.seen($0) }
  }

  private static let closesUnannounced = LintRule.ofEach(
    .note, "closes-unannounced", finds: "a connection that should be kept alive is not usable",
    why: "a load balancer that sends the next request on it answers 502 or retries",
    advice: "keep the connection open, or send Connection: close with the response"
  ) { member in
    guard let first = member.first(.first), let reply = first.answer, first.httpVersion == "1.1",
      let second = member.first(.second),
      !reply.values(of: "connection").contains(where: { $0.lowercased().contains("close") })
    else { return nil }
    if case .failed(_, let detail) = second.end, first.passes(member.check) {
      return "the second request on a kept connection: \(detail)"
    }
    return second.end == .answered && second.madeConnection
      ? "\(first.inquiry.words): closed after the response, without Connection: close" : nil
  }

  private static let shortKeepAlive = LintRule.ofEach(
    .note, "short-keep-alive", finds: "connections are kept alive for less than a minute",
    why: "a load balancer keeps its own for 60 seconds by default: it will send a request just "
      + "when the instance closes the connection, and answer 502",
    advice: "keep idle connections longer than the load balancer's idle timeout (Node.js: "
      + "server.keepAliveTimeout = 65000, Apache: KeepAliveTimeout 65)"
  ) { member in
    for exchange in member.checks {
      for value in exchange.answer?.values(of: "keep-alive") ?? [] {
        let seconds = value.split { ", ".contains($0) }.first { $0.hasPrefix("timeout=") }?
          .dropFirst(8).asWholeNumber
        if let seconds, seconds < 60 { return "\(exchange.inquiry.words): Keep-Alive \(value)" }
      }
    }
    return nil
  }

  private static let certificateExpires = LintRule.ofEach(
    .warning, "certificate-expires", finds: "the certificate expires soon, or has expired",
    why: "the load balancer does not check it, but clients do; it should have been renewed by now",
    advice: "renew it, and find out why it was not renewed automatically"
  ) { member in
    guard let life = member.exchanges.compactMap(\.certificate).first else { return nil }
    let left = life.notAfter - life.now
    // Renewals come when a third is left; three weeks are enough of a year's.
    let wanted = min(21 * 86_400, (life.notAfter - life.notBefore) / 3)
    guard left < wanted else { return nil }
    return left < 0
      ? "it expired \(-left / 86_400) days ago" : "it expires in \(left / 86_400) days"
  }
}

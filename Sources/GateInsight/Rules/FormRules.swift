internal import GateCore

/// An answer that breaks the rules of HTTP, or those of the load balancer.
extension Rule {
  static let form = [
    unframedBody, truncated, oversizedHeader, oversizedBody, zeroByte, notHTTP, otherProtocol,
    broken,
  ]

  private static let unframedBody = Rule(
    .unframedBody, .likely,
    when: { $0.is(.unframedBody) }
  ) {
    Words(
      "\($0.who) answered \($0.statuses) with a body of unknown length",
      cause: "the body ends with the connection, without Content-Length and without chunks, and a "
        + "Classic Load Balancer does not accept that: an HTTP/1.0 response, or one that "
        + "is "
        + "streamed",
      advice: "send Content-Length, or no body, or use HTTP/1.1 to the application "
        + "(proxy_http_version 1.1 in nginx, http11-socket or a proxy before uWSGI)")
  }

  private static let truncated = Rule(
    .truncatedAnswer, .likely, when: { $0.is(.truncatedBody) }
  ) {
    Words(
      "\($0.who) sent an incomplete response: \($0.first.detailWords)",
      cause: "the end of the body, given by Content-Length or the last chunk, never came: the "
        + "worker was killed in the middle of the response, or something on the "
        + "way changed the body but not its length",
      advice: "look for killed workers in the service's log (harakiri in uWSGI, --timeout in "
        + "gunicorn, out of memory), and for middleware that rewrites bodies")
  }

  private static let oversizedHeader = Rule(
    .oversizedAnswer, .likely,
    when: { $0.is(.headerTooLarge) }
  ) {
    Words(
      "\($0.who) sent a header that is too large: \($0.first.detailWords)",
      cause: "a header field grows without bound: often a cookie, a list of links, or a debugging "
        + "header",
      advice:
        "check with 'curl -sD - -o /dev/null http://ADDRESS:PORT\($0.path)' which field it is: "
        + "load balancers accept about 32 KB of header")
  }

  private static let oversizedBody = Rule(
    .oversizedAnswer, .likely, when: { $0.is(.bodyTooLarge) }
  ) {
    Words(
      "\($0.who) sent an endless body: \($0.first.detailWords)",
      cause: "the path is a download or a stream, not a health check",
      advice: "set the target's path to one that answers in a few bytes")
  }

  /// What is taken out of a field would be another request: a zero byte is never sent by intent.
  private static let zeroByte = Rule(
    .brokenAnswer, .likely,
    when: { $0.is(.malformedHeader) }
  ) {
    Words(
      "\($0.who) answered in HTTP, with an invalid header: \($0.first.detailWords)",
      cause:
        "a header field has a byte that is not allowed, or no colon: a value "
        + "that the application inserts unchecked",
      advice:
        "check with '\($0.check.target.scheme.command(for: $0.path))' which field it is, and what "
        + "sets it")
  }

  private static let notHTTP = Rule(
    .protocolMismatch, .likely,
    when: { $0.is(.notHTTP1) }
  ) {
    Words(
      "\($0.who) answered on \($0.port), but not in HTTP/1.1",
      cause: "something else listens there: TLS, gRPC or HTTP/2 without TLS, or another "
        + "service altogether",
      advice: "'ss -ltnp' on the instance shows what listens; make the target HTTPS or GRPC if "
        + "that "
        + "is what it speaks, or TCP if it is not a web server")
  }

  private static let otherProtocol = Rule(
    .protocolMismatch, .possible,
    when: { $0.is(.notHTTP2) }
  ) {
    Words(
      "\($0.who) and the check do not use the same protocol: \($0.first.detailWords)",
      cause: "HTTP/1.1 on one side and HTTP/2 on the other, or a server that is shutting "
        + "down",
      advice: "use the port of the gRPC server for a GRPC target, and one that speaks HTTP/1.1 for "
        + "an HTTP target; protocol_version sets the HTTP version of a check")
  }

  private static let broken = Rule(
    .brokenAnswer, .possible, when: { $0.kind == .protocolError }
  ) {
    Words(
      "\($0.who) sent an incomplete HTTP response: \($0.first.detailWords)",
      cause: "the connection broke in the middle, or the server does not comply with HTTP",
      advice:
        "'\($0.check.target.scheme.command(for: $0.path))' shows how far it gets; look for a crash at "
        + "that time in the service's log")
  }
}

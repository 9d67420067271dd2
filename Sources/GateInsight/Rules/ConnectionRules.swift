internal import GateCore

/// The connection: refused, dropped on the way, or broken off.
extension Rule {
  static let connection = [
    stopped, nothingListens, unreachableFromProxy, hostUnreachable, noConnection, proxyHeaderShown,
    plainOnTLSPortByNumber, streamReset, grpcDropped, closedSilently, reset,
  ]

  /// What the gate knows from elsewhere comes before what it can only guess.
  private static let stopped = Rule(
    .firewallOrWrongAddress, .likely,
    when: { $0.notRunning != nil }
  ) {
    let (says, said) = $0.first.notRunning ?? ("", "")
    return Words(
      "\($0.who) cannot be reached on \($0.port), and \($0.verb("is", "are")) not running: "
        + said.cleaned(to: 100),
      cause:
        "EC2 has stopped or terminated \($0.verb("it", "them")), says \(says): no firewall, and not "
        + "the application",
      advice: LoadBalancerWords.notRunning.advice)
  }

  private static let nothingListens = Rule(
    .nothingListens, .likely, boot: .looksLikeThis, when: { $0.kind == .connectionRefused }
  ) {
    // Who is asked on a loopback address may well listen on 127.0.0.1 alone.
    let isLoopback = $0.members.allSatisfy(\.instance.isLoopback)
    return Words(
      "\($0.who) refused the connection to \($0.port)",
      cause: $0.isEverywhere
        ? "nothing listens there: the service exited at startup, often because of a missing "
          + "setting, or it listens on another "
          + (isLoopback ? "port or address" : "port or only on 127.0.0.1")
        : "nothing listens there, but something does on the others: the service exited at "
          + "startup, or was not started",
      advice: "read the log of the service on the instance (journalctl -u SERVICE, docker logs); "
        + "'ss -ltn' shows what listens where; it must be "
        + (isLoopback ? "this address" : "0.0.0.0 or [::]") + ", and \($0.port)")
  }

  private static let unreachableFromProxy = Rule(
    .firewallOrWrongAddress, .likely, boot: .looksLikeThis,
    when: { $0.is(.unreachableFromProxy) }
  ) {
    Words(
      "the proxy cannot reach \($0.who) on \($0.port): \($0.first.detailWords)",
      cause:
        "nothing listens there, the address is wrong, or a firewall or security group does not "
        + "let the proxy in",
      advice: "try 'nc -vz ADDRESS PORT' on the proxy's host, and read the proxy's log; allow "
        + "\($0.port) from the proxy")
  }

  private static let hostUnreachable = Rule(
    .firewallOrWrongAddress, .likely, boot: .canLookLikeThis, when: { $0.kind == .hostUnreachable }
  ) {
    Words(
      "no route to \($0.who): \($0.first.detailWords)",
      cause: "a router or neighbor says that the address does not answer: the instance is "
        + "stopped or still starting, or the address is wrong",
      advice: "check that the instance runs and has this address, and that this host is in the "
        + "same network or has a route to it")
  }

  /// Where the others can be reached, the way there is open.
  private static let noConnection = Rule(
    .firewallOrWrongAddress, .likely, boot: .looksLikeThis, when: { $0.kind == .timeoutConnect }
  ) {
    let summary =
      "\($0.who) did not answer the attempt to connect to \($0.port) within "
      + $0.check.timeout.inWords
    guard $0.isEverywhere else {
      return Words(
        summary,
        cause: "the others can be reached, so the fault is on the instance: another security "
          + "group or subnet, a firewall on it, a wrong address, or it is not up yet; a process too "
          + "busy to accept connections (a full backlog) can look the same",
        advice: "compare its security groups, subnet and address with those of a healthy one, and "
          + "try 'nc -vz ADDRESS PORT' from a neighbor")
    }
    return Words(
      summary,
      cause: "the packets are dropped on the way: a security group, a network ACL or a "
        + "firewall blocks them, or the addresses cannot be reached from here; a "
        + "process that accepts no more connections (a full backlog) looks the same",
      advice: "allow \($0.port) from this host, and from the load balancer's security group; a "
        + "network ACL must also allow ports 1024 to 65535 back; for private addresses run the gate "
        + "inside the network, or through a bastion with --proxy")
  }

  private static let proxyHeaderShown = Rule(
    .proxyProtocol, .likely,
    when: { $0.shows(.proxyHeader) || $0.is(.proxyHeader) }
  ) {
    Words(
      "the response of \($0.who) mentions the PROXY protocol",
      cause: "one side sends the PROXY header and the other does not expect it, or the "
        + "reverse",
      advice: "use it on both sides or on neither: proxy_protocol_v2.enabled of the target group, "
        + "'listen … proxy_protocol' in nginx, accept-proxy in HAProxy; or give the health check a "
        + "port without it")
  }

  /// A TLS server that is asked in plain HTTP hangs up, or sends an alert that is no HTTP.
  private static let plainOnTLSPortByNumber = Rule(
    .plainOnTLSPort, .possible,
    when: {
      ($0.kind == .connectionReset || $0.is(.notHTTP1, .notHTTP2))
        && $0.scheme == .http && $0.isOnTLSPort && $0.status == nil
    }
  ) {
    Words(
      "\($0.who) did not answer plain HTTP on \($0.port): \($0.first.detailWords)",
      cause: "this is usually a TLS port, and the check does not use TLS",
      advice: "check HTTPS:\($0.first.instance.port)\($0.path), or the port for plain HTTP")
  }

  /// Who resets a stream speaks HTTP/2, and does not want this call now.
  private static let streamReset = Rule(
    .connectionDropped, .likely, boot: .canLookLikeThis,
    when: { $0.is(.streamReset) }
  ) {
    Words(
      "\($0.who) abandoned the call: \($0.first.detailWords)",
      cause:
        "the server speaks HTTP/2 and refused or aborted the call: it is shutting "
        + "down or at its limit of calls, or a proxy in front of it lost the server",
      advice:
        "read the log of the service at that time; check whether it restarts, and its limit of "
        + "concurrent streams")
  }

  private static let grpcDropped = Rule(
    .protocolMismatch, .possible, when: { $0.kind == .connectionReset && $0.scheme.isGRPC }
  ) {
    Words(
      "\($0.who) hung up on the gRPC call: \($0.first.detailWords)",
      cause: "not a gRPC server: one that speaks only HTTP/1.1 hangs up on HTTP/2, and so "
        + "does one that requires TLS",
      advice: "use the port of the gRPC server, GRPCS if it requires TLS, or an HTTP check")
  }

  private static let closedSilently = Rule(
    .connectionDropped, .likely,
    when: { $0.is(.closedWithoutAnswer) }
  ) { dropped($0, "closed the connection without a response") }

  private static let reset = Rule(
    .connectionDropped, .likely, when: { $0.kind == .connectionReset }
  ) { dropped($0, "reset the connection") }

  private static func dropped(_ occurrence: Occurrence, _ what: String) -> Words {
    let check = occurrence.check
    return Words(
      "\(occurrence.who) accepted and then \(what)",
      cause: "the process that handles the request dies on it (a crash, an uncaught exception, "
        + "out of memory, a restart) or is at its limit of connections, or it hangs up on purpose: "
        + reasonsToHangUp(occurrence),
      advice: "look for a crash at that time in the log of the service and of the kernel (dmesg, "
        + "'Out of memory'); '\(check.target.scheme.command(for: occurrence.path))' on the instance "
        + "itself shows whether it is the service or something in front of it")
  }

  /// What the other side can want that the check does not send, by what it does send.
  private static func reasonsToHangUp(_ occurrence: Occurrence) -> String {
    let check = occurrence.check
    let host = "a Host that it does not know (\(occurrence.first.host.cleaned(to: 60)))"
    guard check.target.scheme.hasPath else {
      return check.target.scheme.isTLS
        ? "it requires the name of a site (SNI), or the PROXY protocol"
        : "it requires the PROXY protocol"
    }
    if occurrence.first.request.usesHTTP2 {
      return "it speaks only HTTP/1.1, requires the PROXY protocol, or got \(host)"
    }
    return check.target.scheme.isTLS
      ? "it requires the name of a site (SNI), speaks only HTTP/2, or got \(host)"
      : "it requires TLS or the PROXY protocol, speaks only HTTP/2, or got \(host)"
  }
}

extension HealthCheckTarget.Scheme {
  /// What asks for a path of it by hand.
  func command(for path: String) -> String {
    switch self {
    case _ where !hasPath: isTLS ? "openssl s_client -connect ADDRESS:PORT" : "nc -v ADDRESS PORT"
    case _ where isTLS: "curl -kv https://ADDRESS:PORT\(path)"
    default: "curl -v http://ADDRESS:PORT\(path)"
    }
  }
}

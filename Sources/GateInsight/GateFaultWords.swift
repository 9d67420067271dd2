internal import GateCore

/// A fault of the gate's own: what it is by its words, and what helps.
struct GateFaultWords {
  private struct Kind {
    var phrases: [String]
    var cause: String
    var advice: String
  }

  private static let kinds =
    [
      Kind(
        phrases: ["too many open files", "no socket"],
        cause: "this process may not open so many files: checks at the same time need a descriptor "
          + "each",
        advice: "raise the limit where the gate runs ('ulimit -n', LimitNOFILE), or make the "
          + "interval longer"),
      Kind(
        phrases: ["name server", "resolve"],
        cause: "the name server does not answer here, or does not know the name",
        advice: "try 'getent hosts NAME' on this host; give addresses in place of names"),
      Kind(
        phrases: ["proxy answered 407", "proxy wants other credentials"],
        cause: "the proxy wants a user and a password, or does not know those that it was given",
        advice: "give them with the proxy: SCHEME://USER:PASSWORD@HOST:PORT"),
      Kind(
        phrases: ["proxy answered 429"],
        cause: "the proxy takes fewer connections at a time",
        advice: "make the interval longer, or raise the proxy's limit for this host"),
      Kind(
        phrases: ["to connect", "to socks5"],
        cause: "the proxy does not allow connections to these addresses and ports: many allow "
          + "CONNECT to port 443 alone",
        advice: "allow CONNECT to the instances' addresses and ports on the proxy (squid: "
          + "http_access and SSL_ports; tinyproxy: ConnectPort; Envoy: a CONNECT route)"),
      Kind(
        phrases: ["proxy"],
        cause: "the proxy between this host and the instances refuses or does not answer",
        advice: "try 'curl -x PROXY http://ADDRESS:PORT' on this host; see that the proxy may "
          + "connect to these ports"),
      Kind(
        phrases: ["network is unreachable", "no route"],
        cause: "this host has no route to the instances: another network, or no IPv6",
        advice: "see 'ip route get ADDRESS'; run the gate inside the network, or through a bastion "
          + "with --proxy"),
      Kind(
        phrases: ["cannot assign requested address", "address not available"],
        cause: "this host has no local ports left for so many connections",
        advice: "make the interval longer, or widen net.ipv4.ip_local_port_range"),
      Kind(
        phrases: ["permission denied", "operation not permitted"],
        cause: "a firewall on this host does not let the checks out",
        advice: "look at the rules for outgoing connections (nft list ruleset, iptables -S OUTPUT)"),
      Kind(
        phrases: ["certificate", "ssl", "ca_file"],
        cause: "a certificate, key or list of authorities given to the check cannot be used",
        advice: "look at ca_file, client_cert and client_key with 'openssl x509 -in FILE -noout "
          + "-text'"),
    ] + awsKinds

  /// What AWS, or whoever answers in its place, says.
  private static let awsKinds = [
    Kind(
      phrases: ["aws does not allow"],
      cause:
        "whoever asks lacks a permission: it was taken away, or a session's policy is narrower",
      advice: "allow the action that the message names to the role or user that it names"),
    Kind(
      phrases: ["throttl"],
      cause: "AWS limits how often its API is asked in this account and region",
      advice: "make refresh longer, or see who else asks"),
    Kind(
      phrases: ["credentials were refused", "expiredtoken", "no aws credentials"],
      cause: "the credentials do not hold any more, or could not be renewed",
      advice:
        "use credentials that last as long as the run, or a source that is renewed by itself; "
        + "try 'aws sts get-caller-identity' on this host"),
    Kind(
      phrases: ["there is no", "is being deleted"],
      cause: "what was named is not there any more, or not in this account and region",
      advice: "see who deletes it while the gate runs"),
    Kind(
      phrases: ["it is not aws that answers"],
      cause: "a proxy, a firewall or a sign-in page answers in the place of AWS",
      advice: "let this host through to AWS; see HTTPS_PROXY and NO_PROXY"),
    Kind(
      phrases: ["cannot reach aws", "turned the request down", "aws"],
      cause: "the API of AWS does not answer from here as it should",
      advice: "try 'aws sts get-caller-identity' on this host; see the network, a proxy, "
        + "AWS_ENDPOINT_URL"),
  ]

  /// The words for checks that it cost.
  static func words(_ fault: GateFault, lost: Int) -> Words {
    words(
      fault, what: "\(counted(lost, "check")) lost to faults of the gate's own",
      advice: "run the gate again from a host that reaches the instances: the lost checks say "
        + "nothing of them")
  }

  /// The advice is for a fault of which nothing better is known.
  static func words(_ fault: GateFault, what: String, advice: String) -> Words {
    let detail = fault.detail.foldedBytes
    let kind = kinds.first { kind in kind.phrases.contains { detail.contains(phrase: $0) } }
    return Words(
      "\(what): \(fault.detail.cleaned(to: 150))",
      cause: kind?.cause ?? "something on this host, not on the instances",
      advice: kind?.advice ?? advice)
  }
}

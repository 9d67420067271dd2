package import GateCore

/// A fault of the gate's own: what it comes from, and what helps.
struct GateFaultWords {
  /// The words for checks that it cost.
  static func words(_ fault: GateFault, lost: Int) -> Words {
    words(
      fault, what: "\(counted(lost, "check")) lost to faults of the gate's own",
      advice: "run the gate again from a host that reaches the instances: the lost checks say "
        + "nothing of them")
  }

  /// The advice is for a fault of which nothing better is known.
  static func words(_ fault: GateFault, what: String, advice: String) -> Words {
    Words(
      "\(what): \(fault.detail.cleaned(to: 150))",
      cause: fault.cause?.words ?? "something on this host, not on the instances",
      advice: fault.cause?.advice ?? advice)
  }
}

extension GateFault.Cause {
  fileprivate var words: String {
    switch self {
    case .noDescriptor:
      "this process may not open so many files: checks at the same time need a descriptor each"
    case .nameServer: "the name server does not answer here, or does not know the name"
    case .noRoute: "this host has no route to the instances: another network, or no IPv6"
    case .noLocalPort: "this host has no local ports left for so many connections"
    case .localFirewall: "a firewall on this host does not let the checks out"
    case .tlsFiles:
      "a certificate, key or list of authorities given to the check cannot be used"
    case .proxyCredentials:
      "the proxy wants a user and a password, or does not know those that it was given"
    case .proxyLimit: "the proxy takes fewer connections at a time"
    case .proxyRefused:
      "the proxy does not allow connections to these addresses and ports: many allow CONNECT to "
        + "port 443 alone"
    case .proxyUnusable:
      "the proxy between this host and the instances refuses or does not answer"
    case .missingPermission:
      "whoever asks lacks a permission: it was taken away, or a session's policy is narrower"
    case .throttled: "AWS limits how often its API is asked in this account and region"
    case .credentials: "the credentials do not hold any more, or could not be renewed"
    case .notFound: "what was named is not there any more, or not in this account and region"
    case .foreign: "a proxy, a firewall or a sign-in page answers in the place of AWS"
    case .awsUnreachable: "the API of AWS does not answer from here as it should"
    }
  }

  /// What to do about it.
  package var advice: String {
    switch self {
    case .noDescriptor:
      "raise the limit where the gate runs ('ulimit -n', LimitNOFILE), or make the interval longer"
    case .nameServer: "try 'getent hosts NAME' on this host; give addresses in place of names"
    case .noRoute:
      "see 'ip route get ADDRESS'; run the gate inside the network, or through a bastion with "
        + "--proxy"
    case .noLocalPort: "make the interval longer, or widen net.ipv4.ip_local_port_range"
    case .localFirewall:
      "look at the rules for outgoing connections (nft list ruleset, iptables -S OUTPUT)"
    case .tlsFiles:
      "look at ca_file, client_cert and client_key with 'openssl x509 -in FILE -noout -text'"
    case .proxyCredentials:
      "give a user and a password that the proxy knows: SCHEME://USER:PASSWORD@HOST:PORT"
    case .proxyLimit: "make the interval longer, or raise the proxy's limit for this host"
    case .proxyRefused:
      "allow CONNECT to the instances' addresses and ports on the proxy (squid: http_access and "
        + "SSL_ports; tinyproxy: ConnectPort; Envoy: a CONNECT route)"
    case .proxyUnusable:
      "try 'curl -x PROXY http://ADDRESS:PORT' on this host; see that the proxy may connect to "
        + "these ports"
    case .missingPermission:
      "allow the action that the message names to the role or user that it names"
    case .throttled: "make refresh longer, or see who else asks"
    case .credentials:
      "use credentials that last as long as the run, or a source that is renewed by itself; try "
        + "'aws sts get-caller-identity' on this host"
    case .notFound: "see who deletes it while the gate runs"
    case .foreign: "let this host through to AWS; see HTTPS_PROXY and NO_PROXY"
    case .awsUnreachable:
      "try 'aws sts get-caller-identity' on this host; see the network, a proxy, AWS_ENDPOINT_URL"
    }
  }
}

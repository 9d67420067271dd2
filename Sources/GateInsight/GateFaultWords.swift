package import GateCore

/// The wording of gate faults: their causes and advice.
extension Words {
  /// The words for checks that were lost to the fault.
  init(of fault: GateFault, lost: Int) {
    self.init(
      of: fault, what: "\(counted(lost, "check")) lost to gate faults",
      advice: "run the gate again from a host that reaches the instances: the lost checks say "
        + "nothing about them")
  }

  /// The words for a fault; `advice` is used if its cause is not known.
  init(of fault: GateFault, what: String, advice: String) {
    self.init(
      "\(what): \(fault.detail.cleaned(to: 150))",
      cause: fault.cause?.words ?? "something on this host, not on the instances",
      advice: fault.cause?.advice ?? advice)
  }
}

extension GateFault.Cause {
  fileprivate var words: String {
    switch self {
    case .noDescriptor:
      "this process may not open that many files: each concurrent check needs a descriptor"
    case .nameServer: "the name server does not answer here, or does not know the name"
    case .noRoute: "this host has no route to the instances: another network, or no IPv6"
    case .noLocalPort: "this host has no local ports left for so many connections"
    case .localFirewall: "a firewall on this host does not let the checks out"
    case .tlsFiles:
      "a certificate, key or list of authorities given to the check cannot be used"
    case .proxyCredentials:
      "the proxy requires a user and a password, or rejects those that it was given"
    case .proxyLimit: "the proxy accepts fewer connections at a time"
    case .proxyRefused:
      "the proxy does not allow connections to these addresses and ports: many allow CONNECT only "
        + "to port 443"
    case .proxyUnusable:
      "the proxy between this host and the instances refuses or does not answer"
    case .missingPermission:
      "the caller lacks a permission: it was revoked, or a session's policy is narrower"
    case .throttled: "AWS limits how often its API may be called in this account and region"
    case .credentials: "the credentials are no longer valid, or could not be renewed"
    case .notFound: "the named resource no longer exists, or not in this account and region"
    case .foreign: "a proxy, a firewall or a sign-in page answers in place of AWS"
    case .awsUnreachable: "the AWS API does not answer from here as it should"
    }
  }

  /// What to do.
  package var advice: String {
    switch self {
    case .noDescriptor:
      "raise the limit where the gate runs ('ulimit -n', LimitNOFILE), or make the interval longer"
    case .nameServer: "try 'getent hosts NAME' on this host; use addresses in place of names"
    case .noRoute:
      "check 'ip route get ADDRESS'; run the gate inside the network, or through a bastion with "
        + "--proxy"
    case .noLocalPort: "make the interval longer, or widen net.ipv4.ip_local_port_range"
    case .localFirewall:
      "check the rules for outgoing connections (nft list ruleset, iptables -S OUTPUT)"
    case .tlsFiles:
      "check ca_file, client_cert and client_key with 'openssl x509 -in FILE -noout -text'"
    case .proxyCredentials:
      "give a user and a password that the proxy accepts: SCHEME://USER:PASSWORD@HOST:PORT"
    case .proxyLimit: "make the interval longer, or raise the proxy's limit for this host"
    case .proxyRefused:
      "allow CONNECT to the instances' addresses and ports on the proxy (squid: http_access and "
        + "SSL_ports; tinyproxy: ConnectPort; Envoy: a CONNECT route)"
    case .proxyUnusable:
      "try 'curl -x PROXY http://ADDRESS:PORT' on this host; make sure that the proxy may connect to "
        + "these ports"
    case .missingPermission:
      "allow the action in the message for the role or user in the message"
    case .throttled: "make refresh longer, or find what else calls the API"
    case .credentials:
      "use credentials that last as long as the run, or a source that renews itself; try "
        + "'aws sts get-caller-identity' on this host"
    case .notFound: "find what deletes it while the gate runs"
    case .foreign: "allow this host to reach AWS; check HTTPS_PROXY and NO_PROXY"
    case .awsUnreachable:
      "try 'aws sts get-caller-identity' on this host; check the network, any proxy and AWS_ENDPOINT_URL"
    }
  }
}

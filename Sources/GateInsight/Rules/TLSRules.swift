internal import GateCore

/// The TLS handshake, and TLS where there is none.
extension Rule {
  static let tls = [
    plainRequestToTLSPort, tlsToPlainPort, certificateExpired, certificateName,
    certificateUntrusted, certificateRefused, clientCertificateMissing, clientCertificateRefused,
    serverNameDemanded, serverNameWanted, tlsParameters, closedInHandshake, handshakeOnPlainPort,
    handshakeFailed, handshakeTimeout,
  ]

  private static let plainRequestToTLSPort = Rule(
    .plainOnTLSPort, .likely,
    when: { $0.shows(.plainRequestToTLS) && !$0.scheme.isTLS }
  ) {
    Words(
      "\($0.who) answered\($0.statusesOrNothing): a plain HTTP request on a TLS port",
      cause: "the check speaks plain HTTP, \($0.port) speaks TLS",
      advice: "check HTTPS:\($0.first.instance.port)\($0.path), or the port for plain HTTP")
  }

  private static let tlsToPlainPort = Rule(
    .tlsOnPlainPort, .likely,
    when: { $0.is(.plainText) }, words: tlsOnPlainWords)

  private static let certificateExpired = Rule(
    .certificateExpired, .likely,
    when: { $0.is(.certificateExpired) }
  ) {
    Words(
      "the certificate of \($0.who) is not currently valid: \($0.first.detailWords)",
      cause: "it was not renewed, or the image carries an old one; a wrong clock on this "
        + "host looks the same",
      advice: "renew it ('openssl s_client -connect ADDRESS:PORT | openssl x509 -noout -dates'); "
        + "a load balancer does not check it: without verify_tls neither does the check")
  }

  private static let certificateName = Rule(
    .certificateName, .likely,
    when: { $0.is(.certificateName) }
  ) {
    Words(
      "the certificate of \($0.who) is for another name: \($0.first.detailWords)",
      cause: "it names the site, but the check goes to the address of the instance",
      advice: "set server_name to the name in the certificate; a load balancer does not look at "
        + "it: without verify_tls neither does the check")
  }

  private static let certificateUntrusted = Rule(
    .certificateUntrusted, .likely,
    when: { $0.is(.certificateUntrusted) }
  ) {
    Words(
      "the certificate of \($0.who) is not signed by an authority that the check trusts",
      cause: "it is self-signed, from a private authority, or sent without the certificates "
        + "between",
      advice: "give the authority with ca_file, or let the server send the whole chain; a load "
        + "balancer does not look at it: without verify_tls neither does the check")
  }

  private static let certificateRefused = Rule(
    .certificateUntrusted, .possible,
    when: { $0.is(.certificateRefused) }
  ) {
    Words(
      "the certificate of \($0.who) failed verification",
      cause: "it is self-signed or from an authority that is not trusted here, has expired, or is "
        + "for "
        + "another name than the address",
      advice: "'openssl s_client -connect ADDRESS:PORT' says which; then ca_file, a new "
        + "certificate "
        + "or server_name; without verify_tls the check verifies as little as a load balancer "
        + "does")
  }

  private static let clientCertificateMissing = Rule(
    .clientCertificateWanted, .likely,
    when: { $0.shows(.clientCertificateMissing) }, words: clientCertificateWords)

  private static let clientCertificateRefused = Rule(
    .clientCertificateWanted, .likely,
    when: { $0.shows(.clientCertificateRefused) || $0.is(.clientCertificateWanted) },
    words: clientCertificateWords)

  private static func clientCertificateWords(_ occurrence: Occurrence) -> Words {
    Words(
      "\(occurrence.who) required a client certificate",
      cause: "the server requires mutual TLS, and the check sent no certificate that it accepts; a "
        + "load balancer sends none in a health check",
      advice: "exempt the health check's path or port (nginx: ssl_verify_client optional), or give "
        + "client_cert and client_key")
  }

  /// Apache's SSLStrictSNIVHostCheck.
  private static let serverNameDemanded = Rule(
    .certificateName, .likely, when: { $0.shows(.serverNameWanted) }
  ) {
    Words(
      "\($0.who) answered \($0.statuses): it requires the name of a site in the TLS handshake (SNI)",
      cause:
        "the server rejects clients that name no site (SSLStrictSNIVHostCheck in Apache), and "
        + "a check goes to the address",
      advice: "configure a default site for clients without a name, since a load balancer is not "
        + "known to send one; or set server_name")
  }

  /// Alerts 112, 80 and 40: servers answer a handshake without a name with each of them.
  private static let serverNameWanted = Rule(
    .certificateName, .possible,
    when: {
      $0.is(.unrecognizedName)
        || $0.is(.handshakeFailure, .accessDenied) && !$0.request.namesServer
    }
  ) {
    Words(
      "\($0.who) refused the TLS handshake: \($0.first.detailWords)",
      cause: "the server has no certificate for a client that names no site (SNI), as a "
        + "check of an address does; TLS versions or ciphers that do not fit can look the same",
      advice: "configure a default certificate, since a load balancer is not known to name one; or "
        + "set server_name")
  }

  private static let tlsParameters = Rule(
    .tlsParameters, .possible,
    when: { $0.is(.tlsParameters, .handshakeFailure) }
  ) {
    Words(
      "\($0.who) and the check found no common TLS parameters: \($0.first.detailWords)",
      cause: "the server's TLS versions or ciphers are too old or too few",
      advice: "allow TLS 1.2 and 1.3 with common ciphers: the checks of a Network Load Balancer "
        + "fail "
        + "with a target that accepts only TLS 1.3")
  }

  private static let closedInHandshake = Rule(
    .connectionDropped, .possible, boot: .canLookLikeThis,
    when: { $0.is(.closedInHandshake) }
  ) {
    Words(
      "\($0.who) accepted and then closed the connection during the TLS handshake",
      cause: $0.first.isOnPlainPort
        ? "\($0.port) speaks plain HTTP and hangs up on TLS; or the server requires the name of "
          + "a site (SNI), or another protocol (ALPN)"
        : "the server requires the name of a site (SNI) or another protocol (ALPN), or "
          + "restarts; a port that does not speak TLS can hang up the same way",
      advice:
        "'openssl s_client -connect ADDRESS:PORT -servername NAME' shows whether a name makes "
        + "the difference: then set server_name, or configure a default site; read the server's log"
    )
  }

  private static let handshakeOnPlainPort = Rule(
    .tlsOnPlainPort, .likely, when: { $0.kind == .tlsError && $0.isOnPlainPort },
    words: tlsOnPlainWords)

  private static let handshakeFailed = Rule(
    .tlsOnPlainPort, .possible, when: { $0.kind == .tlsError }, words: tlsOnPlainWords)

  private static func tlsOnPlainWords(_ occurrence: Occurrence) -> Words {
    Words(
      "no TLS handshake with \(occurrence.who): \(occurrence.first.detailWords)",
      cause: "\(occurrence.port) speaks plain HTTP, and the check speaks TLS; versions or "
        + "ciphers that do not fit look the same",
      advice: "check \(occurrence.check.target.scheme.hasPath ? "HTTP" : "TCP"):"
        + "\(occurrence.first.instance.port)\(occurrence.path), or the port for TLS; "
        + "'openssl s_client -connect ADDRESS:PORT' shows what answers")
  }

  private static let handshakeTimeout = Rule(
    .tooSlow, .likely, boot: .canLookLikeThis, when: { $0.kind == .timeoutTLS }
  ) {
    Words(
      "\($0.who) did not finish the TLS handshake within \($0.check.timeout.inWords)",
      cause: "the process is stuck or has no free workers: the kernel accepts connections "
        + "for "
        + "it; a server for plain text that waits for the end of a line looks the same",
      advice: "check the workers and the load of the instance; 'openssl s_client -connect "
        + "ADDRESS:PORT' shows whether \($0.port) speaks TLS at all")
  }
}

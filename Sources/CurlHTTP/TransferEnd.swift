internal import Curl
package import GateCore
internal import GateInsight
internal import LibC

/// The end of a transfer, in the gate's terms.
package enum TransferEnd: Hashable, Sendable {
  /// A complete response; for TCP and SSL, a connection.
  case answered
  case failed(FailureKind, String, FailureCause? = nil)
  /// A gate fault, or a fault of something between the gate and the instance.
  case fault(String, GateFault.Cause? = nil)
}

/// What lies between the gate and the instance: it decides what an end of a transfer says.
struct CheckWay: Hashable {
  var isTLS = false
  var proxy: ProxyKind?
  /// Secrets that a response, or an error text of a library, may repeat.
  var secrets: SecretMask = []
}

extension TransferEnd {
  /// Classifies libcurl's result as a failure or a gate fault, by its number and the check's
  /// progress.
  ///
  /// Source: libcurl-errors(3); connect(2) for the errors of the system.
  init(_ result: CurlResult, of handle: EasyHandle, _ way: CheckWay) {
    guard result != .ok else {
      self = .answered
      return
    }
    let response = handle.response.pointee
    let text = way.secrets.quoting(handle.words(for: result).lowercasedFirst)
    if let own = Self.own(response) {
      self = own
    } else if let ended = Self.onTheWay(result, handle, way, text) {
      self = ended
    } else if let malformed = Self.malformed(response, way.secrets) {
      self = malformed
    } else if handle.hasAnswer(before: result) {
      self = .brokenOff(result, handle, text)
    } else {
      self = .unanswered(result, handle, way, text)
    }
  }

  /// A gate fault for a resource that this process lacks, such as descriptors or memory; else nil.
  private static func own(_ response: CurlResponse) -> TransferEnd? {
    if response.open_errno != 0 {
      return .fault(
        "no socket: \(String(cString: strerror(response.open_errno)))", .noDescriptor)
    }
    return response.out_of_memory ? .fault("no memory for the answer") : nil
  }

  /// The end before the connection through a proxy was made; nil if it was made, or there is no
  /// proxy.
  private static func onTheWay(
    _ result: CurlResult, _ handle: EasyHandle, _ way: CheckWay, _ text: String
  ) -> TransferEnd? {
    switch way.proxy {
    case nil: return nil
    case .socks:
      if result.resultClass == .proxy { return socks(handle.proxyError) }
      // libcurl connects to the proxy, so the proxy could not be reached.
      guard result.resultClass == .connecting else { return nil }
    case .http:
      let status = handle[.httpConnectCode]
      guard status / 100 != 2 else { return nil }
      if status > 0 { return connect(answeredWith: status) }
    }
    let words = result.resultClass == .connecting ? handle.systemWords : nil
    return .fault("the proxy: \(words ?? text)", .proxyUnusable)
  }

  /// The end for a proxy's response to CONNECT that refuses the tunnel.
  ///
  /// Source: RFC 9110, section 15.6: with these statuses the proxy has not reached the instance.
  private static func connect(answeredWith status: Int) -> TransferEnd {
    let text = "the proxy answered \(status) to CONNECT"
    return switch status {
    case 407: .fault(text, .proxyCredentials)
    case 429: .fault(text, .proxyLimit)
    case 502, 503, 504:
      .failed(
        .hostUnreachable, "\(text): it does not reach the instance", .unreachableFromProxy)
    default: .fault(text, .proxyRefused)
    }
  }

  /// The end for a response of a SOCKS5 proxy (RFC 1928, section 6).
  private static func socks(_ code: CurlProxyCode) -> TransferEnd {
    switch code {
    case .networkUnreachable:
      .failed(.hostUnreachable, "network unreachable, says the proxy", .unreachableFromProxy)
    case .hostUnreachable:
      .failed(.hostUnreachable, "host unreachable, says the proxy", .unreachableFromProxy)
    case .connectionRefused:
      .failed(.connectionRefused, "connection refused, says the proxy")
    case .ttlExpired:
      .failed(.timeoutConnect, "no connection, says the proxy")
    case .generalFailure:
      .fault("the proxy answered 1 to SOCKS5: general failure", .proxyRefused)
    case .notAllowed:
      .fault("the proxy answered 2 to SOCKS5: not allowed by its rules", .proxyRefused)
    case .commandNotSupported:
      .fault("the proxy answered 7 to SOCKS5: command not supported", .proxyRefused)
    case .addressTypeNotSupported:
      .fault("the proxy answered 8 to SOCKS5: address type not supported", .proxyRefused)
    case .noAuthentication, .userRejected, .requestFailed, .ident, .identDiffers:
      .fault("the proxy requires other credentials", .proxyCredentials)
    case .resolveHost: .fault("the name server: could not resolve host", .nameServer)
    default:
      .fault("the proxy does not speak SOCKS5, or hung up (\(code.rawValue))", .proxyUnusable)
    }
  }

  /// The end for a malformed response, by the bytes that arrived.
  private static func malformed(
    _ response: CurlResponse, _ secrets: SecretMask
  ) -> TransferEnd? {
    if response.header_too_large || response.body_too_large { return .tooLarge(response) }
    let line = withUnsafeBytes(of: response.line) { bytes in
      let line = Array(bytes.prefix { $0 != 0 })
      let masked = secrets.masked(line, line.count == bytes.count - 1 ? .cut : .whole)
      return "'\(String(decoding: masked, as: UTF8.self).cleaned(to: 80))'"
    }
    switch response.malformed {
    case .statusLine:
      return .failed(
        .protocolError, "the answer is not HTTP/1.1: its status line is \(line)",
        FailureCause.proxyHeader(in: line) ?? .notHTTP1)
    case .fieldLine:
      return .failed(
        .protocolError, "the answer is malformed: the line \(line) of its header",
        FailureCause.proxyHeader(in: line) ?? .malformedHeader)
    case .contentLength:
      return .failed(
        .protocolError, "the answer is malformed: \(line) is no length, or not the one before it")
    case .nothing: return nil
    }
  }

  static func tooLarge(_ response: CurlResponse) -> TransferEnd {
    response.header_too_large
      ? .failed(.protocolError, "more than 32 KiB of header", .headerTooLarge)
      : .failed(.protocolError, "more than 16 MiB of body", .bodyTooLarge)
  }

  /// The end after a response had begun: whatever the error was, the instance sent that response.
  private static func brokenOff(
    _ result: CurlResult, _ handle: EasyHandle, _ text: String
  ) -> TransferEnd {
    switch result.resultClass {
    case .cutOff:
      return .failed(
        .protocolError, "closed after \(handle.response.pointee.body_bytes) bytes of the body",
        .truncatedBody)
    case .broken where handle.isReset: return .failed(.connectionReset, "connection reset")
    case .form where handle.response.pointee.header_bytes == 0:
      return .failed(.protocolError, "the answer is not HTTP/1.1", .notHTTP1)
    case .form:
      return .failed(
        .protocolError, "the answer is malformed: \(text)",
        FailureCause(words: text, of: .protocolError))
    // libcurl's result for a line of more than 100 KB, which can be the status line.
    case .here where result == .outOfMemory:
      return .failed(.protocolError, "a header line without end", .headerTooLarge)
    case .connecting, .lookup, .proxy, .tls, .broken, .silence, .time, .here, .other:
      return .failed(.protocolError, text, FailureCause(words: text, of: .protocolError))
    }
  }

  /// The end of a transfer for which no byte of a response has arrived.
  private static func unanswered(
    _ result: CurlResult, _ handle: EasyHandle, _ way: CheckWay, _ text: String
  ) -> TransferEnd {
    let isConnected = handle.isConnected
    switch result.resultClass {
    case .connecting: return connecting(failedWith: handle)
    case .lookup: return .fault("the name server: \(text)", .nameServer)
    case .here, .proxy: return .fault(said: text)
    // The local OpenSSL allows no version that a check may offer.
    case .broken where text.contains("no protocols available"): return .fault(said: text)
    case .tls: return handshake(text)
    case .silence: return .closedWithoutAnswer
    case .time: return .failed(.timeoutConnect, text)
    case .broken: return broken(result, handle, way, text)
    case .cutOff, .form, .other:
      guard isConnected else { return .fault(said: text) }
      return .failed(.protocolError, "the answer is not HTTP/1.1", .notHTTP1)
    }
  }

  private static func connecting(failedWith handle: EasyHandle) -> TransferEnd {
    let code = handle.systemError
    let text = handle.systemWords ?? "could not connect"
    switch code {
    case ECONNREFUSED: return .failed(.connectionRefused, "connection refused")
    case ECONNRESET, ECONNABORTED, EPIPE: return .failed(.connectionReset, text)
    case ETIMEDOUT: return .failed(.timeoutConnect, text)
    // The report of a router, or of a neighbor that does not exist.
    case EHOSTUNREACH, EHOSTDOWN: return .failed(.hostUnreachable, text)
    // The system gave no error.
    case 0: return .failed(.connectionRefused, "could not connect")
    case ENETUNREACH: return .fault("connect: \(text)", .noRoute)
    case EADDRNOTAVAIL: return .fault("connect: \(text)", .noLocalPort)
    case EACCES, EPERM: return .fault("connect: \(text)", .localFirewall)
    default: return .fault("connect: \(text)")
    }
  }

  /// The end of a connection that broke during the handshake or before a response.
  private static func broken(
    _ result: CurlResult, _ handle: EasyHandle, _ way: CheckWay, _ text: String
  ) -> TransferEnd {
    if handle.isReset { return .failed(.connectionReset, "connection reset") }
    // TLS 1.3 requires a certificate only after the handshake; then there is no error of the
    // system.
    let isHandshake = result == .sslConnectError || way.isTLS && handle.systemError == 0
    return isHandshake ? handshake(text) : .failed(.connectionReset, text)
  }

  /// The failed handshake in our own words if the TLS library says only that the connection ended.
  private static func handshake(_ text: String) -> TransferEnd {
    let isEnd = text.contains("SSL_ERROR_SYSCALL") || text.contains("unexpected eof")
    guard !isEnd else {
      return .failed(
        .tlsError, "the connection was closed during the TLS handshake", .closedInHandshake)
    }
    let words = words(ofTLSLibrary: text)
    return .failed(.tlsError, words, FailureCause(words: words, of: .tlsError))
  }

  /// The text of OpenSSL, such as `error:0A000410:SSL routines::sslv3 alert handshake failure`.
  private static func words(ofTLSLibrary text: String) -> String {
    guard let library = text.firstRange(of: "SSL routines:"),
      let colon = text[library.upperBound...].lastIndex(of: ":")
    else { return text }
    let reason = text[text.index(after: colon)...]
    guard let alert = reason.firstRange(of: " alert ") else {
      return "the TLS library says: \(reason)"
    }
    return "the server sent the TLS alert '\(reason[alert.upperBound...])'"
  }

  static let closedWithoutAnswer = failed(
    .connectionReset, "closed without an answer", .closedWithoutAnswer)

  /// A gate fault described by libcurl, the TLS library or the system.
  static func fault(said words: String) -> TransferEnd {
    .fault(words, GateFault.Cause(words: words))
  }

  // MARK: - Time

  /// The end of a check at its timeout, by how far it had come.
  static func timedOut(
    _ handle: EasyHandle, after timeout: Duration, _ way: CheckWay
  ) -> TransferEnd {
    let response = handle.response.pointee
    let limit = timeout.inWords
    guard handle.isConnected else {
      return way.proxy == nil
        ? .failed(.timeoutConnect, "no connection within \(limit)")
        : .fault("the proxy: no connection within \(limit)", .proxyUnusable)
    }
    if isBehindProxy(handle, way) {
      return .failed(.timeoutConnect, "no connection through the proxy within \(limit)")
    }
    if way.isTLS, handle[.appConnectTime] == 0 {
      return .failed(.timeoutTLS, "no TLS handshake within \(limit)")
    }
    guard response.isBegun else {
      return .failed(.timeoutResponse, "connected, but no answer within \(limit)")
    }
    return .failed(
      .timeoutResponse,
      "no whole answer within \(limit): \(response.header_bytes) bytes of header and "
        + "\(response.body_bytes) of body came", .unfinishedAnswer)
  }

  /// Whether the proxy is still connecting to the instance, which takes longer than the timeout.
  private static func isBehindProxy(_ handle: EasyHandle, _ way: CheckWay) -> Bool {
    switch way.proxy {
    case nil: false
    case .http: handle[.httpConnectCode] / 100 != 2
    // libcurl does not report it; a request that was sent, or a finished handshake, shows it.
    case .socks:
      handle[.requestSize] == 0
        && handle[.appConnectTime] == 0
    }
  }

  var isTimeout: Bool {
    guard case .failed(let kind, _, _) = self else { return false }
    return kind.isTimeout
  }
}

extension EasyHandle {
  /// The system's error for the last operation that failed; 0 if there is none.
  var systemError: Int32 { Int32(truncatingIfNeeded: self[.osErrno]) }

  /// The system's text for that error; nil if there is none.
  var systemWords: String? {
    systemError == 0 ? nil : String(cString: strerror(systemError)).lowercasedFirst
  }

  fileprivate var isReset: Bool { systemError == ECONNRESET || systemError == EPIPE }

  /// Whether a byte of a response, even a malformed one, arrived before this end.
  fileprivate func hasAnswer(before result: CurlResult) -> Bool {
    if response.pointee.isBegun { return true }
    // libcurl counts the end of a connection as the beginning of a response too.
    switch result.resultClass {
    case .silence, .broken, .tls: return false
    case .connecting, .lookup, .proxy, .cutOff, .form, .time, .here, .other:
      return self[.startTransferTime] > 0
    }
  }

  /// Whether one of the addresses is connected, or the proxy's if there is one.
  var isConnected: Bool {
    // The second condition: libcurl has not noticed it yet, or waits for a SOCKS proxy.
    self[.connectTime] > 0 || hasConnectedSocket
  }
}

internal import CCurl
internal import CCurlShims
internal import GateCore

#if canImport(Glibc)
  internal import Glibc
#endif

/// How a transfer ended, in the gate's terms.
enum TransferEnd {
  /// A whole answer, or for TCP and SSL a connection.
  case answered
  case failed(FailureKind, String)
  /// The gate's own fault, or that of what stands between it and the instance.
  case fault(String)
}

extension TransferEnd {
  /// Sorts libcurl's result by whose fault it is.
  ///
  /// Source: libcurl-errors(3); connect(2) for the errors of the system.
  init(_ result: CURLcode, of handle: EasyHandle, isTLS: Bool, usesProxy: Bool) {
    guard result != CURLE_OK else {
      self = .answered
      return
    }
    let response = handle.response.pointee
    let text = handle.words(for: result)
    switch result {
    case CURLE_COULDNT_CONNECT where response.open_errno != 0:
      self = .fault("no socket: \(String(cString: strerror(response.open_errno)))")
    case CURLE_COULDNT_CONNECT, CURLE_INTERFACE_FAILED:
      self = .connecting(failedWith: Int32(handle.long(CURLINFO_OS_ERRNO)), usesProxy: usesProxy)
    case CURLE_PROXY:
      self = .proxy(failedWith: handle.long(CURLINFO_PROXY_ERROR))
    case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY:
      self = .fault("the name server: \(text)")
    case CURLE_GOT_NOTHING:
      self = .failed(.connectionReset, "closed without an answer")
    case CURLE_RECV_ERROR, CURLE_SEND_ERROR, CURLE_SSL_CONNECT_ERROR:
      self = .broken(result, handle, text: text, isTLS: isTLS, usesProxy: usesProxy)
    case CURLE_WRITE_ERROR where response.header_too_large:
      self = .failed(.protocolError, "more than 32 KiB of header")
    case CURLE_WRITE_ERROR where response.body_too_large:
      self = .failed(.protocolError, "more than 16 MiB of body")
    case CURLE_PARTIAL_FILE:
      self = .failed(.protocolError, "closed after \(response.body_bytes) bytes of the body")
    case CURLE_OUT_OF_MEMORY where handle.microseconds(CURLINFO_STARTTRANSFER_TIME_T) > 0:
      // libcurl's way of refusing a line without end (100 KB), be it the status line.
      self = .failed(.protocolError, "a header line without end")
    case CURLE_OUT_OF_MEMORY, CURLE_FAILED_INIT, CURLE_BAD_FUNCTION_ARGUMENT,
      CURLE_SSL_ENGINE_NOTFOUND, CURLE_SSL_ENGINE_SETFAILED, CURLE_SSL_CERTPROBLEM,
      CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CIPHER:
      self = .fault(text)
    case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_INVALIDCERTSTATUS, CURLE_SSL_ISSUER_ERROR,
      CURLE_SSL_PINNEDPUBKEYNOTMATCH, CURLE_USE_SSL_FAILED, CURLE_SSL_CLIENTCERT:
      self = .failed(.tlsError, text)
    case CURLE_OPERATION_TIMEDOUT:
      self = .failed(.timeoutConnect, text)
    case CURLE_UNSUPPORTED_PROTOCOL, CURLE_WEIRD_SERVER_REPLY:
      self = .failed(.protocolError, "the answer is not HTTP/1.1")
    default:
      self = .failed(.protocolError, text)
    }
  }

  /// How far a check had come when its time was up.
  static func timedOut(_ handle: EasyHandle, after timeout: Duration, isTLS: Bool) -> TransferEnd {
    let response = handle.response.pointee
    let limit = timeout.inWords
    guard response.socket >= 0 else {
      // Nothing was sent to the instance yet: its name, or the proxy's, is still being looked up.
      return .fault("the name server: no answer within \(limit)")
    }
    if !hg_response_is_connected(handle.response) {
      return .failed(.timeoutConnect, "no connection within \(limit)")
    }
    if isTLS, handle.microseconds(CURLINFO_APPCONNECT_TIME_T) == 0 {
      return .failed(.timeoutTLS, "no TLS handshake within \(limit)")
    }
    guard response.isBegun else {
      return .failed(.timeoutResponse, "connected, but no answer within \(limit)")
    }
    return .failed(
      .timeoutResponse,
      "no whole answer within \(limit): \(response.header_bytes) bytes of header and "
        + "\(response.body_bytes) of body came")
  }

  var isTimeout: Bool {
    guard case .failed(let kind, _) = self else { return false }
    return kind.isTimeout
  }

  private static func connecting(failedWith code: Int32, usesProxy: Bool) -> TransferEnd {
    let text = String(cString: strerror(code)).lowercasedFirst
    guard !usesProxy else { return .fault("the proxy: \(text)") }
    switch code {
    case ECONNREFUSED: return .failed(.connectionRefused, "connection refused")
    case ECONNRESET, ECONNABORTED, EPIPE: return .failed(.connectionReset, text)
    case ETIMEDOUT: return .failed(.timeoutConnect, text)
    // The answer of a router, or of a neighbour that is not there.
    case EHOSTUNREACH, EHOSTDOWN: return .failed(.hostUnreachable, text)
    // ENETUNREACH: no route from here. EADDRNOTAVAIL: no local port left. EACCES, EPERM: a
    // firewall on this host. 0: the system did not say.
    case 0: return .failed(.connectionRefused, "could not connect")
    default: return .fault("connect: \(text)")
    }
  }

  /// A connection that broke, during the handshake or after it.
  private static func broken(
    _ result: CURLcode, _ handle: EasyHandle, text: String, isTLS: Bool, usesProxy: Bool
  ) -> TransferEnd {
    if usesProxy, handle.long(CURLINFO_HTTP_CONNECTCODE) >= 300 {
      return .fault("the proxy answered \(handle.long(CURLINFO_HTTP_CONNECTCODE)) to CONNECT")
    }
    switch Int32(handle.long(CURLINFO_OS_ERRNO)) {
    case ECONNRESET, EPIPE: return .failed(.connectionReset, "connection reset")
    // TLS 1.3 tells after the handshake that it wants a certificate: no error of the system.
    case 0 where isTLS, _ where result == CURLE_SSL_CONNECT_ERROR: return .failed(.tlsError, text)
    default:
      return handle.response.pointee.isBegun
        ? .failed(.protocolError, text) : .failed(.connectionReset, text)
    }
  }

  /// What a SOCKS5 proxy answered (RFC 1928, section 6).
  private static func proxy(failedWith code: Int) -> TransferEnd {
    switch UInt32(code) {
    case CURLPX_REPLY_CONNECTION_REFUSED.rawValue:
      .failed(.connectionRefused, "connection refused, says the proxy")
    case CURLPX_REPLY_HOST_UNREACHABLE.rawValue:
      .failed(.hostUnreachable, "host unreachable, says the proxy")
    case CURLPX_REPLY_TTL_EXPIRED.rawValue:
      .failed(.timeoutConnect, "no connection, says the proxy")
    default:
      .fault("the proxy refused (\(code))")
    }
  }
}

extension hg_response {
  var isBegun: Bool { header_bytes > 0 || body_bytes > 0 }
}

extension String {
  /// As a part of a sentence.
  var lowercasedFirst: String {
    // A name such as OpenSSL is one with its letters.
    guard let first, !dropFirst().prefix(while: \.isLetter).contains(where: \.isUppercase) else {
      return self
    }
    return first.lowercased() + dropFirst()
  }
}

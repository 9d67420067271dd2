internal import Curl
internal import GateCore
internal import LibC

extension TransferEnd {
  /// The end of a finished HTTP/2 exchange.
  init(_ state: HTTP2Exchange.State, of exchange: HTTP2Exchange, _ handle: EasyHandle) {
    let response = handle.response.pointee
    switch state {
    case .whole: self = .answered
    case .tooLarge: self = .tooLarge(response)
    case .noMemory: self = .fault("no memory for the answer")
    case .noHTTP2:
      self = .failed(
        .protocolError,
        "the TLS handshake ended without HTTP/2: the server does not take h2 (ALPN)", .notHTTP2)
    case .http1: self = .failed(.protocolError, "the answer is HTTP/1, not HTTP/2", .notHTTP2)
    case .reset:
      self = .failed(
        response.isBegun ? .protocolError : .connectionReset,
        "the server reset the stream: \(HTTP2Error.name(exchange.code))", .streamReset)
    case .closed: self = .closed(exchange, handle)
    case .malformed, .waits, .hasMore:
      let words = handle.words(for: .weirdServerReply).lowercasedFirst
      self = .failed(.protocolError, "the answer breaks HTTP/2's rules: \(words)")
    }
  }

  private static func closed(_ exchange: HTTP2Exchange, _ handle: EasyHandle) -> TransferEnd {
    let response = handle.response.pointee
    guard exchange.status == 0 else {
      return .failed(
        .protocolError,
        "closed after \(response.body_bytes) bytes of the body, before the end of the answer",
        .truncatedBody)
    }
    let isReset = exchange.code != 0 && handle.systemError == ECONNRESET
    return isReset ? .failed(.connectionReset, "connection reset") : .closedWithoutAnswer
  }
}

/// The names of HTTP/2's error codes, with which a stream was reset.
enum HTTP2Error {
  /// The name of a code, or its number if it is unknown.
  ///
  /// Source: RFC 9113, section 7.
  static func name(_ code: UInt32) -> String {
    let names = [
      "NO_ERROR", "PROTOCOL_ERROR", "INTERNAL_ERROR", "FLOW_CONTROL_ERROR", "SETTINGS_TIMEOUT",
      "STREAM_CLOSED", "FRAME_SIZE_ERROR", "REFUSED_STREAM", "CANCEL", "COMPRESSION_ERROR",
      "CONNECT_ERROR", "ENHANCE_YOUR_CALM", "INADEQUATE_SECURITY", "HTTP_1_1_REQUIRED",
    ]
    return names.indices.contains(Int(code)) ? names[Int(code)] : "error \(code)"
  }
}

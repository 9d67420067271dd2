internal import CCurl
internal import CCurlShims

#if canImport(Glibc)
  internal import Glibc
#endif

/// What a check asks over HTTP/2: one request, on a connection of its own.
struct HTTP2Request {
  /// Pseudo-header fields first (RFC 9113, section 8.3); names are in lower case.
  var fields: [(name: String, value: String)]
  /// Nil: none.
  var body: [UInt8]?
}

/// One request and its answer over HTTP/2, by the frames that are sent; it owns both.
///
/// Sources: RFC 9113; for what is a whole answer section 8.1.
final class HTTP2Exchange {
  private let raw: OpaquePointer
  /// When the connection was there, in monotonic microseconds.
  let connectedAt: Int64
  private(set) var endedAt: Int64?

  /// - Throws: `CurlFailure` when there is no memory.
  init(
    _ request: HTTP2Request, into handle: EasyHandle, isTLS: Bool
  ) throws(CurlFailure) {
    guard let raw = hg_exchange_new(handle.response, isTLS) else {
      throw CurlFailure(.outOfMemory)
    }
    self.raw = raw
    connectedAt = hg_monotonic_us()
    for (name, value) in request.fields {
      guard hg_exchange_add(raw, name, name.utf8.count, value, value.utf8.count) else {
        throw CurlFailure(.outOfMemory)
      }
    }
    let isSubmitted =
      if let body = request.body {
        body.withUnsafeBufferPointer { bytes in
          hg_exchange_submit(raw, bytes.baseAddress ?? UnsafePointer(bitPattern: 1), bytes.count)
        }
      } else {
        hg_exchange_submit(raw, nil, 0)
      }
    guard isSubmitted else { throw CurlFailure(.outOfMemory) }
  }

  deinit {
    hg_exchange_free(raw)
  }

  /// Reads and writes what can be.
  func serve(_ handle: EasyHandle) -> hg_exchange_state {
    let state = hg_exchange_serve(raw, handle.raw)
    if state != HG_EXCHANGE_WAITS, state != HG_EXCHANGE_HAS_MORE { endedAt = hg_monotonic_us() }
    return state
  }

  /// Whether it waits for the connection to take more, too.
  var writes: Bool { hg_exchange_writes(raw) }
  /// 0 until a final answer has begun.
  var status: Int { Int(hg_exchange_status(raw)) }
  var code: UInt32 { hg_exchange_code(raw) }
  /// Where the trailers begin in the response's head.
  var trailers: Int { hg_exchange_trailers(raw) }
  /// After the connection was there; nil: nothing came.
  var firstByteMicroseconds: Int64? {
    let first = hg_exchange_first_byte_us(raw)
    return first > 0 ? first - connectedAt : nil
  }
}

extension TransferEnd {
  /// What an exchange that is over was.
  init(_ state: hg_exchange_state, of exchange: HTTP2Exchange, _ handle: EasyHandle) {
    let response = handle.response.pointee
    switch state {
    case HG_EXCHANGE_WHOLE: self = .answered
    case HG_EXCHANGE_TOO_LARGE: self = .tooLarge(response)
    case HG_EXCHANGE_NO_MEMORY: self = .fault("no memory for the answer")
    case HG_EXCHANGE_NO_HTTP2:
      self = .failed(
        .protocolError, "the TLS handshake ended without HTTP/2: the server does not take h2 (ALPN)"
      )
    case HG_EXCHANGE_RESET:
      self = .failed(
        response.isBegun ? .protocolError : .connectionReset,
        "the server reset the stream: \(HTTP2Error.name(exchange.code))")
    case HG_EXCHANGE_CLOSED: self = .closed(exchange, handle)
    default: self = .failed(.protocolError, Self.breach(handle))
    }
  }

  private static func breach(_ handle: EasyHandle) -> String {
    let words = handle.words(for: .weirdServerReply)
    return words.hasPrefix("the answer is") ? words : "the answer breaks HTTP/2's rules: \(words)"
  }

  private static func closed(_ exchange: HTTP2Exchange, _ handle: EasyHandle) -> TransferEnd {
    let response = handle.response.pointee
    guard exchange.status == 0 else {
      return .failed(
        .protocolError,
        "closed after \(response.body_bytes) bytes of the body, before the end of the answer")
    }
    let isReset = exchange.code != 0 && handle.systemError == ECONNRESET
    return .failed(
      .connectionReset, isReset ? "connection reset" : "closed without an answer")
  }
}

/// Why a stream was reset.
enum HTTP2Error {
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

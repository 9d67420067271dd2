package import CCurlShims
internal import CSystem

/// One request and its response over HTTP/2, frame by frame; it owns both.
///
/// Sources: RFC 9113; section 8.1 defines when a response is complete.
package final class HTTP2Exchange {
  package typealias State = hg_exchange_state

  private let raw: OpaquePointer
  /// The time at which the connection was made, in microseconds of the monotonic clock.
  package let connectedAt: Int64
  package private(set) var endedAt: Int64?

  /// Creates the exchange; pseudo-header fields come first (RFC 9113, section 8.3), in lower case.
  ///
  /// - Throws: `CurlFailure` if there is no memory.
  package init(
    _ fields: [(name: String, value: String)], body: [UInt8]?, into handle: EasyHandle, isTLS: Bool
  ) throws(CurlFailure) {
    guard let raw = hg_exchange_new(handle.response, isTLS) else {
      throw CurlFailure(.outOfMemory)
    }
    self.raw = raw
    connectedAt = hg_monotonic_us()
    var (text, lengths): ([UInt8], [Int]) = ([], [])
    text.reserveCapacity(512)
    lengths.reserveCapacity(2 * fields.count)
    for (name, value) in fields {
      text += name.utf8
      text += value.utf8
      lengths.append(name.utf8.count)
      lengths.append(value.utf8.count)
    }
    guard hg_exchange_submit(raw, text, lengths, fields.count, body, body?.count ?? 0) else {
      throw CurlFailure(.outOfMemory)
    }
  }

  deinit {
    hg_exchange_free(raw)
  }

  /// Reads and writes as much as the connection allows.
  package func serve(_ handle: EasyHandle) -> State {
    let state = hg_exchange_serve(raw, handle.raw)
    if state != .waits, state != .hasMore { endedAt = hg_monotonic_us() }
    return state
  }

  /// Whether it also waits until the connection accepts more data.
  package var writes: Bool { hg_exchange_writes(raw) }
  /// The HTTP status; 0 until a final response has begun.
  package var status: Int { Int(hg_exchange_status(raw)) }
  package var code: UInt32 { hg_exchange_code(raw) }
  /// The offset of the trailers in the response's head.
  package var trailers: Int { hg_exchange_trailers(raw) }
  /// The time from the connection to the first byte, in microseconds; nil if nothing has arrived.
  package var firstByteMicroseconds: Int64? {
    let first = hg_exchange_first_byte_us(raw)
    return first > 0 ? first - connectedAt : nil
  }
}

package import CCurlShims
internal import CSystem

/// One request and its answer over HTTP/2, by the frames that are sent; it owns both.
///
/// Sources: RFC 9113; for what is a whole answer section 8.1.
package final class HTTP2Exchange {
  package typealias State = hg_exchange_state

  private let raw: OpaquePointer
  /// When the connection was there, in monotonic microseconds.
  package let connectedAt: Int64
  package private(set) var endedAt: Int64?

  /// Pseudo-header fields first (RFC 9113, section 8.3); names are in lower case.
  ///
  /// - Throws: `CurlFailure` when there is no memory.
  package init(
    _ fields: [(name: String, value: String)], body: [UInt8]?, into handle: EasyHandle, isTLS: Bool
  ) throws(CurlFailure) {
    guard let raw = hg_exchange_new(handle.response, isTLS) else {
      throw CurlFailure(.outOfMemory)
    }
    self.raw = raw
    connectedAt = hg_monotonic_us()
    for (name, value) in fields {
      guard hg_exchange_add(raw, name, name.utf8.count, value, value.utf8.count) else {
        throw CurlFailure(.outOfMemory)
      }
    }
    let isSubmitted =
      if let body {
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
  package func serve(_ handle: EasyHandle) -> State {
    let state = hg_exchange_serve(raw, handle.raw)
    if state != .waits, state != .hasMore { endedAt = hg_monotonic_us() }
    return state
  }

  /// Whether it waits for the connection to take more, too.
  package var writes: Bool { hg_exchange_writes(raw) }
  /// 0 until a final answer has begun.
  package var status: Int { Int(hg_exchange_status(raw)) }
  package var code: UInt32 { hg_exchange_code(raw) }
  /// Where the trailers begin in the response's head.
  package var trailers: Int { hg_exchange_trailers(raw) }
  /// After the connection was there; nil: nothing came.
  package var firstByteMicroseconds: Int64? {
    let first = hg_exchange_first_byte_us(raw)
    return first > 0 ? first - connectedAt : nil
  }
}

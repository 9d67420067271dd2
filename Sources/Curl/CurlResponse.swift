package import CCurlShims

/// The received data of one transfer, filled by libcurl's callbacks.
package typealias CurlResponse = hg_response

extension CurlResponse {
  package var isBegun: Bool { header_bytes > 0 || body_bytes > 0 }

  package var bodyBytes: [UInt8] {
    guard let bytes = body.bytes else { return [] }
    return Array(UnsafeRawBufferPointer(start: bytes, count: body.length))
  }

  /// The header fields from offset `start` of the head on, without status lines; values are
  /// untrimmed.
  package func fields(from start: Int = 0) -> [(name: String, value: String)] {
    guard let first = head.bytes, start < head.length else { return [] }
    let bytes = UnsafeRawBufferPointer(start: first + start, count: head.length - start)
    return bytes.split(separator: UInt8(ascii: "\n")).compactMap { line in
      guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > line.startIndex else {
        return nil
      }
      let name = String(decoding: line[..<colon], as: UTF8.self)
      guard !name.hasPrefix("HTTP/") else { return nil }
      return (name, String(decoding: line[line.index(after: colon)...], as: UTF8.self))
    }
  }
}

extension EasyHandle {
  /// Discards the received data, and closes a given connection that was not used.
  package func forgetResponse() { hg_response_reset(response) }

  /// Gives the transfer a connected socket, which the handle then owns.
  package func takeOver(_ socket: Int32) { response.pointee.connected = socket }

  package func dropGivenConnection() { hg_response_drop_connected(response) }

  /// Whether one of the sockets that were opened is connected to its peer.
  package var hasConnectedSocket: Bool { hg_response_is_connected(response) }

  /// Sends the header of version 2 of the PROXY protocol; returns 0, or the system's error number.
  package static func sendProxyHeader(on socket: Int32) -> Int32 { hg_send_proxy_header(socket) }
}

/// Decompresses gzip, zlib or bare deflate, up to the first error and at most `limit` bytes.
package func inflated(_ bytes: [UInt8], atMost limit: Int) -> [UInt8] {
  [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
    count = bytes.withUnsafeBufferPointer {
      hg_inflate($0.baseAddress, $0.count, buffer.baseAddress, buffer.count)
    }
  }
}

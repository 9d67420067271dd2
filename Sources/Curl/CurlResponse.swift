package import CCurlShims

/// What one transfer receives; libcurl's callbacks fill it.
package typealias CurlResponse = hg_response

extension CurlResponse {
  package var isBegun: Bool { header_bytes > 0 || body_bytes > 0 }

  package var bodyBytes: [UInt8] {
    guard let body else { return [] }
    return Array(UnsafeRawBufferPointer(start: body, count: body_length))
  }

  /// The header fields from a place in the head on, without the status line; each value as it came, with the blanks around it.
  package func fields(from start: Int = 0) -> [(name: String, value: String)] {
    guard let head, start < head_length else { return [] }
    let bytes = UnsafeRawBufferPointer(start: head + start, count: head_length - start)
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
  /// Forgets what was received, and closes a connection that was given and not used.
  package func forgetResponse() { hg_response_reset(response) }

  /// Gives it a connected socket to use, which it then owns.
  package func takeOver(_ socket: Int32) { response.pointee.connected = socket }

  package func dropGivenConnection() { hg_response_drop_connected(response) }

  /// Whether one of the sockets that were opened has reached its peer.
  package var hasConnectedSocket: Bool { hg_response_is_connected(response) }

  /// Sends a PROXY protocol header of version 2 on the open connection; returns 0, or the system's error.
  package static func sendProxyHeader(on socket: Int32) -> Int32 { hg_send_proxy_header(socket) }
}

/// What gzip, zlib or bare deflate has made of these bytes, as far as it is sound, and no more than so much of it.
package func inflated(_ bytes: [UInt8], atMost limit: Int) -> [UInt8] {
  [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
    count = bytes.withUnsafeBufferPointer {
      hg_inflate($0.baseAddress, $0.count, buffer.baseAddress, buffer.count)
    }
  }
}

extension Reply {
  /// An HTTP response, byte for byte: a library would not produce those of a misbehaving server.
  package struct Response: Hashable, Sendable {
    package var status: Int
    package var headers: [Header]
    package var body: [UInt8]
    package var framing: Framing

    package struct Header: Hashable, Sendable {
      package var name: String
      package var value: String
    }

    /// How the peer can find the end of the body.
    package enum Framing: Hashable, Sendable {
      /// By a correct `Content-Length`.
      case exact
      /// By a `Content-Length` that need not match the body.
      case announced(Int)
      case chunked
      /// By the end of the connection, as in HTTP/1.0.
      case untilClose
    }

    /// Creates a response; the headers are a dictionary literal, whose order is kept.
    package init(
      _ status: Int, _ headers: KeyValuePairs<String, String> = [:], body: [UInt8] = [],
      framing: Framing = .exact
    ) {
      self.status = status
      self.headers = headers.map { Header(name: $0.key, value: $0.value) }
      self.body = body
      self.framing = framing
    }

    package init(
      _ status: Int, _ headers: KeyValuePairs<String, String> = [:], text: String,
      framing: Framing = .exact
    ) {
      self.init(status, headers, body: Array(text.utf8), framing: framing)
    }

    /// The status line and the header, with the empty line after it.
    package var head: [UInt8] {
      var lines = ["HTTP/1.1 \(status) \(Self.reasonPhrase(status))", "Server: nginx"]
      lines += headers.map { "\($0.name): \($0.value)" }
      switch framing {
      case .exact where mayHaveBody: lines.append("Content-Length: \(body.count)")
      case .announced(let length): lines.append("Content-Length: \(length)")
      case .chunked: lines.append("Transfer-Encoding: chunked")
      case .exact, .untilClose: break
      }
      lines.append("Connection: close")
      return Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8)
    }

    /// The whole response, as it is sent.
    package var bytes: [UInt8] {
      head + (framing == .chunked ? Self.chunk(body) + Self.lastChunk : body)
    }

    package static func chunk(_ data: [UInt8]) -> [UInt8] {
      guard !data.isEmpty else { return [] }
      return Array("\(String(data.count, radix: 16))\r\n".utf8) + data + Array("\r\n".utf8)
    }

    package static let lastChunk = Array("0\r\n\r\n".utf8)

    private var mayHaveBody: Bool { status >= 200 && status != 204 && status != 304 }
  }
}

extension Reply {
  /// An HTTP response, byte for byte: a library would not produce those of a misbehaving server.
  package struct Response: Hashable, Sendable {
    package var status: Int
    /// The lines of the header, besides those that every response has.
    package var headers: [String]
    package var body: [UInt8]

    /// Creates a response; the headers are a dictionary literal, whose order is kept.
    package init(
      _ status: Int, _ headers: KeyValuePairs<String, String> = [:], text: String = ""
    ) {
      self.status = status
      self.headers = headers.map { "\($0.key): \($0.value)" }
      body = Array(text.utf8)
    }

    /// The status line and the header, with the empty line after it.
    package var head: [UInt8] {
      var lines = ["HTTP/1.1 \(status) \(Self.reasonPhrases[status] ?? "")", "Server: nginx"]
      lines += headers + ["Content-Length: \(body.count)", "Connection: close"]
      return Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8)
    }

    /// The whole response, as it is sent.
    package var bytes: [UInt8] { head + body }

    /// The reason phrases of the statuses that the scenarios have; others go without.
    ///
    /// Source: IANA, "HTTP Status Code Registry".
    private static let reasonPhrases = [
      200: "OK", 301: "Moved Permanently", 400: "Bad Request", 502: "Bad Gateway",
      503: "Service Unavailable",
    ]
  }
}

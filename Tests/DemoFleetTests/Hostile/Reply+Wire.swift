package import DemoFleet

/// Misbehavior below HTTP, or at its edge.
extension Reply {
  /// Reads the request, and never sends a byte.
  package static let silence = Reply([.awaitRequest], then: .hold)
  package static let resetAtOnce = Reply(then: .reset)
  package static let resetAfterRequest = Reply([.awaitRequest], then: .reset)
  package static let closeWithoutByte = Reply([.awaitRequest])

  /// A mail server's greeting: another service than the expected one.
  package static let garbage = Reply([.awaitRequest, .send(Array("220 mail ESMTP\r\n".utf8))])

  /// A complete response, so slow that only a time limit on the whole check ends it.
  package static func trickle(every pace: Duration = .seconds(1)) -> Reply {
    Reply([.awaitRequest] + trickle(Response.healthy().bytes, every: pace))
  }

  /// Sends the bytes one by one.
  package static func trickle(_ bytes: [UInt8], every pace: Duration) -> [Step] {
    bytes.flatMap { [.send([$0]), .wait(pace)] }
  }

  /// An endless sequence of header lines.
  package static let endlessHeader = Reply([
    .awaitRequest, .send(Array("HTTP/1.1 200 OK\r\nServer: nginx\r\n".utf8)),
    .fill(Array("X-Filler: ".utf8) + filler(1 << 10) + Array("\r\n".utf8), times: nil, every: nil),
  ])

  /// One header line of this many bytes, followed by a proper response.
  package static func hugeHeader(bytes: Int = 2 << 20) -> Reply {
    Reply([
      .awaitRequest, .send(Array("HTTP/1.1 200 OK\r\nX-Huge: ".utf8)),
      .fill(filler(1 << 10), times: bytes >> 10, every: nil),
      .send(Array("\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok".utf8)),
    ])
  }

  /// A body that is shorter than its `Content-Length`.
  package static let truncatedBody = plainText("Content-Length: 1000", [.text("0123456789")])

  /// An endless chunked body; without a pace, as fast as the peer reads.
  package static func endlessBody(every pace: Duration? = nil) -> Reply {
    let data = filler(pace == nil ? 1 << 16 : 8)
    let chunk = Array("\(String(data.count, radix: 16))\r\n".utf8) + data + Array("\r\n".utf8)
    return plainText("Transfer-Encoding: chunked", [.fill(chunk, times: nil, every: pace)])
  }

  /// A body with neither `Content-Length` nor chunks: a Classic Load Balancer fails such a check.
  package static let closeDelimitedBody = plainText(nil, [.text("ok")])

  package static let chunkedBody = plainText(
    "Transfer-Encoding: chunked", [.text("2\r\nok\r\n0\r\n\r\n")])

  /// A body of this many bytes, with a correct `Content-Length`.
  package static func largeBody(bytes: Int) -> Reply {
    let piece = filler(1 << 16)
    return plainText(
      "Content-Length: \(bytes)",
      [
        .fill(piece, times: bytes / piece.count, every: nil),
        .send(Array(piece.prefix(bytes % piece.count))),
      ])
  }

  /// An interim response first: only the final status counts.
  package static let continueFirst = Reply([
    .awaitRequest, .send(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)),
    .answer(.always(.healthy())),
  ])

  /// About 400 KiB that decompress to 64 MiB.
  package static let compressedBomb = response(
    Response(
      200, ["Content-Type": "text/plain", "Content-Encoding": "gzip"], body: GzipOfZeros.bytes))

  package static func status(_ status: Int) -> Reply { response(Response(status)) }

  /// A response whose header has this field, or none, about the end of its body.
  private static func plainText(_ framing: String?, _ body: [Step]) -> Reply {
    let lines =
      ["HTTP/1.1 200 OK", "Server: nginx", "Content-Type: text/plain"]
      + [framing].compactMap { $0 } + ["Connection: close", "", ""]
    return Reply([.awaitRequest, .text(lines.joined(separator: "\r\n"))] + body)
  }

  private static func filler(_ count: Int) -> [UInt8] {
    [UInt8](repeating: UInt8(ascii: "a"), count: count)
  }
}

extension Reply.Step {
  fileprivate static func text(_ text: String) -> Self { .send(Array(text.utf8)) }
}

extension Reply.Response {
  package init(
    _ status: Int, _ headers: KeyValuePairs<String, String> = [:], body: [UInt8]
  ) {
    self.init(status, headers)
    self.body = body
  }
}

/// Misbehavior below HTTP, or at its edge.
extension Reply {
  /// Accepts the connection, and never sends a byte.
  package static let hang = Reply(then: .hold)
  /// Reads the request, and never sends a byte.
  package static let silence = Reply([.awaitRequest], then: .hold)
  package static let resetAtOnce = Reply(then: .reset)
  package static let resetAfterRequest = Reply([.awaitRequest], then: .reset)
  package static let closeWithoutByte = Reply([.awaitRequest])

  /// A mail server's greeting: another service than the expected one.
  package static let garbage = Reply([.awaitRequest, .send(Array("220 mail ESMTP\r\n".utf8))])

  /// A complete response, so slow that only a time limit on the whole check ends it.
  package static func trickle(every pace: Duration = .seconds(1)) -> Reply {
    Reply([.awaitRequest, .trickle(Response.healthy().bytes, every: pace)])
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
  package static let truncatedBody = response(
    Response(200, ["Content-Type": "text/plain"], text: "0123456789", framing: .announced(1000)))

  /// An endless chunked body; without a pace, as fast as the peer reads.
  package static func endlessBody(every pace: Duration? = nil) -> Reply {
    let chunk = Response.chunk(filler(pace == nil ? 1 << 16 : 8))
    let head = Response(200, ["Content-Type": "text/plain"], framing: .chunked).head
    return Reply([.awaitRequest, .send(head), .fill(chunk, times: nil, every: pace)])
  }

  /// A body with neither `Content-Length` nor chunks: a Classic Load Balancer fails such a check.
  package static let closeDelimitedBody = response(
    Response(200, ["Content-Type": "text/plain"], text: "ok", framing: .untilClose))

  package static let chunkedBody = response(
    Response(200, ["Content-Type": "text/plain"], text: "ok", framing: .chunked))

  /// A body of this many bytes, with a correct `Content-Length`.
  package static func largeBody(bytes: Int) -> Reply {
    let piece = filler(1 << 16)
    let head = Response(200, ["Content-Type": "text/plain"], framing: .announced(bytes)).head
    return Reply([
      .awaitRequest, .send(head), .fill(piece, times: bytes / piece.count, every: nil),
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

  private static func filler(_ count: Int) -> [UInt8] {
    [UInt8](repeating: UInt8(ascii: "a"), count: count)
  }
}

/// Misbehaviour below HTTP, or at its edge.
extension Reply {
  /// Accepts, and never says a byte.
  package static let hang = Reply(then: .hold)
  /// Takes the request, and never says a byte.
  package static let silence = Reply([.awaitRequest], then: .hold)
  package static let resetAtOnce = Reply(then: .reset)
  package static let resetAfterRequest = Reply([.awaitRequest], then: .reset)
  package static let closeWithoutByte = Reply([.awaitRequest])

  /// A mail server's greeting: a service, but not this one.
  package static let garbage = Reply([.awaitRequest, .send(Array("220 mail ESMTP\r\n".utf8))])

  /// A whole answer, so slowly that only a limit on the whole check ends it.
  package static func trickle(every pace: Duration = .seconds(1)) -> Reply {
    Reply([.awaitRequest, .trickle(Response.healthy().bytes, every: pace)])
  }

  /// Header lines without end.
  package static let endlessHeader = Reply([
    .awaitRequest, .send(Array("HTTP/1.1 200 OK\r\nServer: nginx\r\n".utf8)),
    .fill(Array("X-Filler: ".utf8) + filler(1 << 10) + Array("\r\n".utf8), times: nil, every: nil),
  ])

  /// One header line of so many bytes, and a proper answer behind it.
  package static func hugeHeader(bytes: Int = 2 << 20) -> Reply {
    Reply([
      .awaitRequest, .send(Array("HTTP/1.1 200 OK\r\nX-Huge: ".utf8)),
      .fill(filler(1 << 10), times: bytes >> 10, every: nil),
      .send(Array("\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok".utf8)),
    ])
  }

  /// Less of a body than its `Content-Length` announces.
  package static let truncatedBody = response(
    Response(200, ["Content-Type": "text/plain"], text: "0123456789", framing: .announced(1000)))

  /// A chunked body without end; nil pace: as fast as the peer reads.
  package static func endlessBody(every pace: Duration? = nil) -> Reply {
    let chunk = Response.chunk(filler(pace == nil ? 1 << 16 : 8))
    let head = Response(200, ["Content-Type": "text/plain"], framing: .chunked).head
    return Reply([.awaitRequest, .send(head), .fill(chunk, times: nil, every: pace)])
  }

  /// Neither `Content-Length` nor chunks: a Classic Load Balancer fails such a check.
  package static let closeDelimitedBody = response(
    Response(200, ["Content-Type": "text/plain"], text: "ok", framing: .untilClose))

  package static let chunkedBody = response(
    Response(200, ["Content-Type": "text/plain"], text: "ok", framing: .chunked))

  /// A body of so many bytes, rightly announced.
  package static func largeBody(bytes: Int) -> Reply {
    let piece = filler(1 << 16)
    let head = Response(200, ["Content-Type": "text/plain"], framing: .announced(bytes)).head
    return Reply([
      .awaitRequest, .send(head), .fill(piece, times: bytes / piece.count, every: nil),
      .send(Array(piece.prefix(bytes % piece.count))),
    ])
  }

  /// An interim answer first: only the final status counts.
  package static let continueFirst = Reply([
    .awaitRequest, .send(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)),
    .answer(.always(.healthy())),
  ])

  /// Some 400 KiB that unpack to 64 MiB.
  package static let compressedBomb = response(
    Response(
      200, ["Content-Type": "text/plain", "Content-Encoding": "gzip"], body: GzipOfZeros.bytes))

  package static func status(_ status: Int) -> Reply { response(Response(status)) }

  private static func filler(_ count: Int) -> [UInt8] {
    [UInt8](repeating: UInt8(ascii: "a"), count: count)
  }
}

internal import Curl
internal import GateCore

extension CurlResponse {
  /// The header fields with trimmed values, from offset `start` of the head on.
  func answerFields(from start: Int = 0) -> [Answer.Field] {
    fields(from: start).map { Answer.Field($0.name, $0.value.trimmed) }
  }

  /// The response with as much of the body as was kept, and at most `wanted` bytes of it.
  func answer(status: Int, wanting wanted: Int = .max) -> Answer {
    let body = wanted < self.body.length ? Array(bodyBytes.prefix(wanted)) : bodyBytes
    return Answer(
      status: status, fields: answerFields(), body: body, isBodyWhole: body_bytes == body.count)
  }
}

extension Transfer {
  /// The fields after the body, or of a header that ended the response; empty if not over HTTP/2.
  var trailers: [Answer.Field] {
    exchange.map { handle.response.pointee.answerFields(from: $0.trailers) } ?? []
  }
}

extension Answer {
  /// A copy with a decompressed body, if it was compressed; at most 64 KiB, of which more is never
  /// read.
  ///
  /// A load balancer's request accepts compressed responses, so servers send them.
  var inflated: Answer {
    let coding = values(of: "content-encoding").last?.lowercased() ?? ""
    guard ["gzip", "x-gzip", "deflate"].contains(coding), !body.isEmpty else { return self }
    var answer = self
    answer.body = Curl.inflated(body, atMost: Self.mostInflated)
    // A body that cannot be decompressed is shown as it arrived.
    guard !answer.body.isEmpty else { return self }
    answer.isBodyWhole = isBodyWhole && answer.body.count < Self.mostInflated
    return answer
  }

  private static let mostInflated = 64 * 1024
}

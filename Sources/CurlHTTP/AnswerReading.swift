internal import Curl
internal import GateCore

extension CurlResponse {
  /// The header fields as they came, or those from a place in the head on.
  func answerFields(from start: Int = 0) -> [Answer.Field] {
    fields(from: start).map { Answer.Field($0.name, $0.value.trimmed) }
  }

  /// With as much of the body as is kept, or no more than is wanted.
  func answer(status: Int, wanting wanted: Int = .max) -> Answer {
    let body = wanted < body_length ? Array(bodyBytes.prefix(wanted)) : bodyBytes
    return Answer(
      status: status, fields: answerFields(), body: body, isBodyWhole: body_bytes == body.count)
  }
}

extension Transfer {
  /// The fields that came after the body, or that ended the answer without one.
  var trailers: [Answer.Field] {
    exchange.map { handle.response.pointee.answerFields(from: $0.trailers) } ?? []
  }
}

extension Answer {
  /// Itself with a body that can be read, where it is compressed: as much as is ever looked at.
  ///
  /// A load balancer's request takes compressed answers, and so gets them.
  var inflated: Answer {
    let coding = values(of: "content-encoding").last?.lowercased() ?? ""
    guard ["gzip", "x-gzip", "deflate"].contains(coding), !body.isEmpty else { return self }
    var answer = self
    answer.body = Curl.inflated(body, atMost: Self.mostInflated)
    // What is no such thing is shown as it came.
    guard !answer.body.isEmpty else { return self }
    answer.isBodyWhole = isBodyWhole && answer.body.count < Self.mostInflated
    return answer
  }

  private static let mostInflated = 64 * 1024
}

internal import CCurlShims
internal import GateCore

extension hg_response {
  /// The header fields as they came, without the status line.
  var fields: [Answer.Field] { fields(from: 0) }

  /// Those from a place in the head on.
  func fields(from start: Int) -> [Answer.Field] {
    guard let head, start < head_length else { return [] }
    let bytes = UnsafeRawBufferPointer(start: head + start, count: head_length - start)
    return bytes.split(separator: UInt8(ascii: "\n")).compactMap { line in
      guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > line.startIndex else {
        return nil
      }
      let name = String(decoding: line[..<colon], as: UTF8.self)
      guard !name.hasPrefix("HTTP/") else { return nil }
      let value = String(decoding: line[line.index(after: colon)...], as: UTF8.self)
      return Answer.Field(name, value.trimmed)
    }
  }

  var bodyBytes: [UInt8] {
    guard let body else { return [] }
    return Array(UnsafeRawBufferPointer(start: body, count: body_length))
  }

  /// With as much of the body as is kept, or no more than is wanted.
  func answer(status: Int, wanting wanted: Int = .max) -> Answer {
    let body = wanted < body_length ? Array(bodyBytes.prefix(wanted)) : bodyBytes
    return Answer(
      status: status, fields: fields, body: body, isBodyWhole: body_bytes == body.count)
  }
}

extension Transfer {
  /// The fields that came after the body, or that ended the answer without one.
  var trailers: [Answer.Field] {
    exchange.map { handle.response.pointee.fields(from: $0.trailers) } ?? []
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
    answer.body = [UInt8](unsafeUninitializedCapacity: Self.mostInflated) { buffer, count in
      count = body.withUnsafeBufferPointer {
        hg_inflate($0.baseAddress, $0.count, buffer.baseAddress, buffer.count)
      }
    }
    // What is no such thing is shown as it came.
    guard !answer.body.isEmpty else { return self }
    answer.isBodyWhole = isBodyWhole && answer.body.count < Self.mostInflated
    return answer
  }

  private static let mostInflated = 64 * 1024
}

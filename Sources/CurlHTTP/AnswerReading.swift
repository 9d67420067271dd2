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

  func answer(status: Int) -> Answer {
    Answer(
      status: status, fields: fields, body: bodyBytes, isBodyWhole: body_bytes == body_length)
  }
}

extension Transfer {
  /// The fields that came after the body, or that ended the answer without one.
  var trailers: [Answer.Field] {
    exchange.map { handle.response.pointee.fields(from: $0.trailers) } ?? []
  }
}

extension Answer {
  /// What explains a failure: without secrets, cut, and clean enough to print anywhere.
  func evidence(without secrets: SecretMask) -> Evidence? {
    func shown(_ name: String) -> String? { values(of: name).last.map { secrets.masked($0) } }
    let evidence = Evidence(
      server: shown("server"), location: shown("location"), contentType: shown("content-type"),
      excerpt: excerpt(without: secrets))
    return evidence == Evidence() ? nil : evidence
  }

  private func excerpt(without secrets: SecretMask) -> String? {
    guard !body.isEmpty else { return nil }
    let bytes = Array(body.prefix(Evidence.excerptBytes))
    let isCut = !isBodyWhole || bytes.count < body.count
    return String(decoding: secrets.masked(bytes, isCut ? .cut : .whole), as: UTF8.self)
  }
}

internal import CCurlShims
internal import GateCore

extension hg_response {
  /// The header fields as they came, without the status line.
  var fields: [Answer.Field] {
    guard let head else { return [] }
    let bytes = UnsafeRawBufferPointer(start: head, count: head_length)
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

extension Answer {
  /// What explains a failure: cut, and clean enough to print anywhere.
  var evidence: Evidence? {
    let evidence = Evidence(
      server: values(of: "server").last?.cleaned(to: 100),
      location: values(of: "location").last?.cleaned(to: 200),
      contentType: values(of: "content-type").last?.cleaned(to: 100),
      excerpt: body.isEmpty
        ? nil
        : String(decoding: body.prefix(Transfer.excerptBytes), as: UTF8.self)
          .cleaned(to: Transfer.excerptBytes))
    return evidence == Evidence() ? nil : evidence
  }
}

extension String {
  /// At most so many bytes, with runs of blanks and control characters as one blank.
  ///
  /// What comes from the network can drive a terminal or end a line; nothing of that is kept.
  func cleaned(to bytes: Int) -> String {
    var cleaned = ""
    var pending = false
    for scalar in unicodeScalars {
      guard !scalar.isUnprintable else {
        pending = !cleaned.isEmpty
        continue
      }
      let addition = pending ? " \(scalar)" : String(scalar)
      guard cleaned.utf8.count + addition.utf8.count <= bytes else { break }
      cleaned += addition
      pending = false
    }
    return cleaned
  }
}

extension Unicode.Scalar {
  /// Whether it moves, hides or reorders what is printed after it, or is a blank.
  fileprivate var isUnprintable: Bool {
    switch properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .spaceSeparator, .surrogate,
      .privateUse, .unassigned:
      true
    default:
      false
    }
  }
}

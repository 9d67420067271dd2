internal import FoundationEssentials
package import GateCore

/// Holds answers against what the user expects of a success beyond the load balancer.
package struct ExpectationJudge: AnswerJudge {
  private let expectations: Expectations
  private let body: Regex<AnyRegexOutput>?
  private let versionInBody: Regex<AnyRegexOutput>?

  /// A pattern is looked for, and JSON read, in so much of a body and no more.
  package let bodyBytesWanted = 256 * 1024

  /// - Throws: the compiler's error for a regular expression that is none.
  package init(_ expectations: Expectations) throws {
    self.expectations = expectations
    body = try expectations.body.map { try Regex($0) }
    versionInBody =
      if case .body(let pattern) = expectations.version?.source { try Regex(pattern) } else { nil }
  }

  package func judge(_ answer: Answer) -> AnswerJudgement {
    let text = needsText ? String(decoding: answer.body, as: UTF8.self) : ""
    let json = needsJSON ? Self.json(answer) : nil
    let version = version(answer, text, json)
    let failure =
      bodyFailure(text) ?? headerFailure(answer) ?? jsonFailure(answer, json)
      ?? versionFailure(version)
    return AnswerJudgement(version: version, failure: failure)
  }

  private var needsText: Bool { body != nil || versionInBody != nil }

  private var needsJSON: Bool {
    if case .json = expectations.version?.source { return true }
    return !expectations.json.isEmpty
  }

  private static func json(_ answer: Answer) -> JSONValue? {
    guard answer.isBodyWhole else { return nil }
    return try? JSONDecoder().decode(JSONValue.self, from: Data(answer.body))
  }

  // MARK: - Expectations

  private func bodyFailure(_ text: String) -> AnswerJudgement.Failure? {
    guard let body, text.firstMatch(of: body) == nil else { return nil }
    return .init(.expectationFailed, "the body does not match '\(expectations.body ?? "")'")
  }

  private func headerFailure(_ answer: Answer) -> AnswerJudgement.Failure? {
    for expected in expectations.headers {
      let found = answer.values(of: expected.name)
      guard !found.contains(expected.value) else { continue }
      let what = found.isEmpty ? "missing" : "'\(found.joined(separator: "', '"))'"
      return .init(
        .expectationFailed, "the header \(expected.name) is \(what), not '\(expected.value)'")
    }
    return nil
  }

  private func jsonFailure(_ answer: Answer, _ json: JSONValue?) -> AnswerJudgement.Failure? {
    guard !expectations.json.isEmpty else { return nil }
    guard let json else { return .init(.expectationFailed, Self.whyNotJSON(answer)) }
    for expected in expectations.json {
      let found = json[expected.pointer]
      guard found?.isWritten(as: expected.value) != true else { continue }
      return .init(
        .expectationFailed,
        "\(expected.pointer) is \(found?.text ?? "missing"), not \(expected.value)")
    }
    return nil
  }

  private static func whyNotJSON(_ answer: Answer) -> String {
    guard answer.isBodyWhole else { return "the body is longer than 256 KiB" }
    let encodings = answer.values(of: "content-encoding")
    return encodings.isEmpty
      ? "the body is not JSON" : "the body is compressed (\(encodings.joined(separator: ", ")))"
  }

  private func version(_ answer: Answer, _ text: String, _ json: JSONValue?) -> String? {
    switch expectations.version?.source {
    case .header(let name): answer.values(of: name).last
    case .json(let pointer): json?[pointer]?.text
    case .body:
      versionInBody.flatMap { text.firstMatch(of: $0) }
        .flatMap { $0.output.count > 1 ? $0.output[1].substring.map(String.init) : nil }
    case nil: nil
    }
  }

  private func versionFailure(_ version: String?) -> AnswerJudgement.Failure? {
    guard let expected = expectations.version, version != expected.version else { return nil }
    return .init(
      .wrongVersion, "version \(version.map { "'\($0)'" } ?? "missing"), not '\(expected.version)'")
  }
}

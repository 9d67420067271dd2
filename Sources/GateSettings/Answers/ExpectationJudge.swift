package import GateCore
internal import GateText

/// Judges responses by the user's expectations beyond those of the load balancer.
package struct ExpectationJudge: AnswerJudge {
  private let expectations: Expectations
  private let body: BodyPattern?
  private let versionInBody: BodyPattern?
  /// The secrets to mask in details, since responses may repeat them and expectations contain them.
  private let secrets: SecretMask

  /// The number of bytes of a body in which patterns are searched and JSON is read.
  package let bodyBytesWanted = 256 * 1024

  /// Creates a judge.
  ///
  /// - Throws: `GrammarError` for an invalid regular expression.
  package init(
    _ expectations: Expectations, secrets: SecretMask = []
  ) throws(GrammarError) {
    self.expectations = expectations
    self.secrets = secrets
    body = if let pattern = expectations.body { try BodyPattern(pattern) } else { nil }
    versionInBody =
      if case .body(let pattern) = expectations.version?.source {
        try BodyPattern(pattern)
      } else {
        nil
      }
  }

  package func judge(_ answer: Answer) -> AnswerJudgement {
    // Invalid UTF-8 becomes U+FFFD, which `.` matches.
    let text = needsText ? String(decoding: answer.body, as: UTF8.self) : ""
    let json = needsJSON ? json(answer) : .failure(JSONError(.malformed, at: 0))
    let version = version(answer, text, try? json.get())
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

  private func json(_ answer: Answer) -> Result<JSONValue, JSONError> {
    guard answer.isBodyWhole else {
      return .failure(JSONError(.tooLong(limit: bodyBytesWanted), at: bodyBytesWanted))
    }
    return Result { () throws(JSONError) in
      try JSONValue(parsing: answer.body, atMost: bodyBytesWanted)
    }
  }

  // MARK: - Expectations

  private func bodyFailure(_ text: String) -> AnswerJudgement.Failure? {
    guard let body, !body.isFound(in: text) else { return nil }
    return .init(.expectationFailed, "the body does not match '\(shown(expectations.body ?? ""))'")
  }

  private func headerFailure(_ answer: Answer) -> AnswerJudgement.Failure? {
    for expected in expectations.headers {
      let found = answer.values(of: expected.name)
      guard !found.contains(expected.value) else { continue }
      let what = found.isEmpty ? "missing" : "'\(found.map(shown).joined(separator: "', '"))'"
      return .init(
        .expectationFailed,
        "the header \(expected.name) is \(what), not '\(shown(expected.value))'")
    }
    return nil
  }

  private func jsonFailure(
    _ answer: Answer, _ json: Result<JSONValue, JSONError>
  ) -> AnswerJudgement.Failure? {
    guard !expectations.json.isEmpty else { return nil }
    let value: JSONValue
    switch json {
    case .success(let read): value = read
    case .failure(let error):
      return .init(.expectationFailed, whyNotJSON(answer, error))
    }
    for expected in expectations.json {
      let found = value[expected.pointer]
      guard found?.isWritten(as: expected.value) != true else { continue }
      return .init(
        .expectationFailed,
        "\(expected.pointer) is \(found.map { shown($0.text) } ?? "missing"), not "
          + shown(expected.value))
    }
    return nil
  }

  private func whyNotJSON(_ answer: Answer, _ error: JSONError) -> String {
    let encodings = answer.isBodyWhole ? answer.values(of: "content-encoding") : []
    return encodings.isEmpty
      ? error.words(of: "the body", without: secrets)
      : "the body is compressed (\(encodings.map(shown).joined(separator: ", ")))"
  }

  private func version(_ answer: Answer, _ text: String, _ json: JSONValue?) -> String? {
    switch expectations.version?.source {
    case .header(let name): answer.values(of: name).last
    case .json(let pointer): json?[pointer]?.text
    case .body: versionInBody?.firstGroup(in: text)
    case nil: nil
    }
  }

  private func versionFailure(_ version: String?) -> AnswerJudgement.Failure? {
    guard let expected = expectations.version?.version, version != expected else { return nil }
    return .init(
      .wrongVersion,
      "version \(version.map { "'\(shown($0))'" } ?? "missing"), not '\(shown(expected))'")
  }

  private func shown(_ text: String) -> String { secrets.masked(text) }
}

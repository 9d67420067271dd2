/// A whole answer to a health check, as it came.
package struct Answer: Sendable {
  /// The HTTP status.
  package var status: Int
  /// The header fields and then the trailers, in the order in which they came.
  package var fields: [Field]
  /// The start of the body, as much as the judge wants to see.
  package var body: [UInt8]
  /// Whether that is all of it.
  package var isBodyWhole: Bool

  package struct Field: Hashable, Sendable {
    package var name: String
    package var value: String

    package init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  package init(status: Int, fields: [Field], body: [UInt8], isBodyWhole: Bool) {
    self.status = status
    self.fields = fields
    self.body = body
    self.isBodyWhole = isBodyWhole
  }

  /// The values of a header field; names are the same in upper and lower case (RFC 9110, 5.1).
  package func values(of name: String) -> [String] {
    let wanted = name.lowercased()
    return fields.filter { $0.name.lowercased() == wanted }.map(\.value)
  }
}

/// What an answer of an accepted status must also show, beyond the load balancer.
package struct AnswerJudgement: Hashable, Sendable {
  /// The version that the answer carries, where one is asked for.
  package var version: String?
  package var failure: Failure?

  package struct Failure: Hashable, Sendable {
    package var kind: FailureKind
    package var detail: String

    package init(_ kind: FailureKind, _ detail: String) {
      self.kind = kind
      self.detail = detail
    }
  }

  package init(version: String? = nil, failure: Failure? = nil) {
    self.version = version
    self.failure = failure
  }
}

/// Judges answers; made from the settings, used for every check.
package protocol AnswerJudge {
  /// So much of the body it must see.
  var bodyBytesWanted: Int { get }

  func judge(_ answer: Answer) -> AnswerJudgement
}

/// A complete response to a health check, as received.
package struct Answer: Sendable {
  /// The HTTP status.
  package var status: Int
  /// The header fields and then the trailers, in the order in which they came.
  package var fields: [Field]
  /// The beginning of the body, up to the number of bytes that the judge needs.
  package var body: [UInt8]
  /// Whether `body` is the complete body.
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

  /// The values of a header field; the case of the name does not matter (RFC 9110, 5.1).
  package func values(of name: String) -> [String] {
    let wanted = name.lowercased()
    return fields.filter { $0.name.lowercased() == wanted }.map(\.value)
  }
}

/// The judgment of a response with an accepted status by expectations beyond the load balancer's.
package struct AnswerJudgement: Hashable, Sendable {
  /// The version that the response carries; nil if none is expected or found.
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

/// Judges responses by the expectations of the settings.
package protocol AnswerJudge {
  /// The number of bytes of the body that it needs.
  var bodyBytesWanted: Int { get }

  func judge(_ answer: Answer) -> AnswerJudgement
}

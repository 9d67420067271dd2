/// One call of a query API.
struct QueryCall: Sendable {
  var service: AWSService
  /// The action, such as `DescribeAutoScalingGroups`.
  var action: String
  /// The resource in messages, such as `the Auto Scaling group 'green'`.
  var subject = ""
  /// The resource that it names, if AWS answers with an error where there is none; else nil.
  private var resource: (kind: AWSReference.Kind, name: String)?
  /// The parameters in the order in which they are sent.
  private var parameters: [(name: String, value: String)] = []

  init(_ service: AWSService, _ action: String, about subject: String = "") {
    self.subject = subject
    self.service = service
    self.action = action
  }

  /// Creates a call about a resource, given by its name or ARN.
  init(_ kind: AWSReference.Kind, _ name: String, _ action: String) {
    self.init(kind.service, action, about: "the \(kind.words) '\(shownLine(name))'")
    if kind.isErrorIfMissing { resource = (kind, name) }
  }

  /// The error for an answer that there is no such resource; nil if it names none.
  func missing(in place: String) -> SourceError? {
    resource.map { $0.kind.missing($0.name, in: place) }
  }

  /// A copy with one more parameter; with nil, an unchanged copy.
  func with(_ name: String, _ value: String?) -> QueryCall {
    guard let value else { return self }
    var call = self
    call.parameters.append((name, value))
    return call
  }

  /// A copy with a list, numbered from 1: `Names.member.1`.
  func with(list name: String, _ values: [String]) -> QueryCall {
    var call = self
    for (index, value) in values.enumerated() {
      call.parameters.append(("\(name).\(index + 1)", value))
    }
    return call
  }

  /// The action's name in a policy: `autoscaling:DescribeAutoScalingGroups`.
  var policyAction: String { "\(service.policyPrefix):\(action)" }

  /// The body of the request.
  var form: String {
    let own = [("Action", action), ("Version", service.apiVersion)]
    return (own + parameters)
      .map { "\(formEncoded($0))=\(formEncoded($1))" }
      .joined(separator: "&")
  }
}

/// Percent-encodes all bytes except for RFC 3986's unreserved characters, as AWS requires.
func formEncoded(_ text: String) -> String {
  var bytes: [UInt8] = []
  let digits = Array("0123456789ABCDEF".utf8)
  for byte in text.utf8 {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: bytes.append(byte)
    default: bytes += [0x25, digits[Int(byte >> 4)], digits[Int(byte & 0xF)]]
    }
  }
  return String(decoding: bytes, as: UTF8.self)
}

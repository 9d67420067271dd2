internal import GateText

/// Access to attributes in plain JSON, because providers add and change them between versions.
extension JSONValue {
  /// An attribute of an object; null if there is none.
  subscript(name: String) -> JSONValue {
    guard case .object(let members) = self else { return .null }
    return members[JSONName(name)] ?? .null
  }

  /// The elements of an array; a nested block is an array too.
  var elements: [JSONValue] {
    guard case .array(let elements) = self else { return [] }
    return elements
  }

  /// A text or a number as text; nil for anything else.
  ///
  /// It is also nil for an empty text, which the provider writes for attributes that do not apply.
  var scalar: String? {
    switch self {
    case .string(let text): text.isEmpty ? nil : text
    case .number(let number): number.text
    case .null, .bool, .array, .object: nil
    }
  }

  /// Whether this value of `after_unknown` says that the attribute is not known yet.
  var isUnknown: Bool { self == .bool(true) }
}

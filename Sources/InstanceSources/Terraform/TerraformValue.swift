internal import FoundationEssentials

/// Any JSON value, to look attributes up in: providers add and change them between versions.
enum TerraformValue: Hashable, Sendable {
  case null
  case bool(Bool)
  case integer(Int64)
  case number(Double)
  case string(String)
  case array([TerraformValue])
  case object([String: TerraformValue])
}

extension TerraformValue: Decodable {
  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let value = try? container.decode(String.self) {
      self = .string(value)
    } else if let value = try? container.decode(Bool.self) {
      self = .bool(value)
    } else if let value = try? container.decode(Int64.self) {
      self = .integer(value)
    } else if let value = try? container.decode(Double.self) {
      self = .number(value)
    } else if let value = try? container.decode([TerraformValue].self) {
      self = .array(value)
    } else {
      self = .object(try container.decode([String: TerraformValue].self))
    }
  }
}

extension TerraformValue {
  /// An attribute of an object; null where there is none.
  subscript(name: String) -> TerraformValue {
    guard case .object(let members) = self else { return .null }
    return members[name] ?? .null
  }

  /// The elements of an array; a nested block is an array too.
  var elements: [TerraformValue] {
    guard case .array(let elements) = self else { return [] }
    return elements
  }

  /// A text or a number as text; nil for all else, and for an empty text, which the provider
  /// writes for what does not apply.
  var text: String? {
    switch self {
    case .string(let text): text.isEmpty ? nil : text
    case .integer(let number): String(number)
    case .number(let number): String(number)
    case .null, .bool, .array, .object: nil
    }
  }

  /// Whether this, out of `after_unknown`, says that the value is not known yet.
  var isUnknown: Bool { self == .bool(true) }
}

/// Any JSON value (RFC 8259), for lookups.
///
/// Two texts are equal only if their bytes are. To Swift, a letter and a combining accent equal the
/// accented letter, but no other reader of JSON does that.
package enum JSONValue: Sendable {
  case null
  case bool(Bool)
  case number(JSONNumber)
  case string(String)
  case array([JSONValue])
  case object(JSONObject)
}

extension JSONValue: Hashable {
  package static func == (one: JSONValue, other: JSONValue) -> Bool {
    switch (one, other) {
    case (.null, .null): true
    case (.bool(let one), .bool(let other)): one == other
    case (.number(let one), .number(let other)): one == other
    case (.string(let one), .string(let other)): one.utf8.elementsEqual(other.utf8)
    case (.array(let one), .array(let other)): one == other
    case (.object(let one), .object(let other)): one == other
    case (.null, _), (.bool, _), (.number, _), (.string, _), (.array, _), (.object, _): false
    }
  }

  package func hash(into hasher: inout Hasher) {
    switch self {
    case .null: break
    case .bool(let value): hasher.combine(value)
    case .number(let value): hasher.combine(value)
    case .string(let value): hasher.combine(JSONName(value))
    case .array(let elements): hasher.combine(elements)
    case .object(let members): hasher.combine(members)
    }
  }
}

/// The name of a member of an object.
package struct JSONName: Sendable, ExpressibleByStringLiteral {
  package var text: String

  package init(_ text: String) {
    self.text = text
  }

  package init(stringLiteral text: String) {
    self.init(text)
  }
}

extension JSONName: Hashable, Comparable {
  package static func == (one: JSONName, other: JSONName) -> Bool {
    // Most texts differ in length, or also in Swift's comparison, which is faster.
    one.text.utf8.count == other.text.utf8.count && one.text == other.text
      && one.text.utf8.elementsEqual(other.text.utf8)
  }

  package static func < (one: JSONName, other: JSONName) -> Bool {
    one.text.utf8.lexicographicallyPrecedes(other.text.utf8)
  }

  package func hash(into hasher: inout Hasher) {
    var text = text
    text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
  }
}

/// A number as it was written, because readers treat numbers beyond their own range differently.
package struct JSONNumber: Sendable {
  /// The number by the grammar of RFC 8259, section 6.
  package let text: String

  /// Creates a number from text that matches the grammar.
  init(checked text: String) {
    self.text = text
  }

  package init(_ value: Int) {
    text = String(value)
  }

  /// The value; nil if it has a fraction or an exponent, or does not fit 64 bits.
  package var integer: Int64? { Int64(text) }

  package var double: Double { Double(text) ?? .nan }
}

extension JSONNumber: Hashable {
  package static func == (one: JSONNumber, other: JSONNumber) -> Bool {
    one.text == other.text || one.decimal == other.decimal
  }

  package func hash(into hasher: inout Hasher) { hasher.combine(decimal) }

  /// Whether a number that somebody wrote equals this one: `.5` is 0.5, and `1e3` is 1000.
  package func isWritten(as text: String) -> Bool { Decimal(text) == decimal }

  private var decimal: Decimal? { Decimal(text) }

  /// A number by its decimal digits, without loss.
  private struct Decimal: Hashable {
    var isNegative = false
    /// The digits without zeros at either end; empty if the number is zero.
    var digits: [UInt8] = []
    /// The value is 0.DIGITS times ten to the power of this.
    var exponent = 0

    init?(_ text: String) {
      var rest = text.utf8[...]
      if let sign = rest.first, "+-".utf8.contains(sign) {
        isNegative = sign == UInt8(ascii: "-")
        rest = rest.dropFirst()
      }
      let whole = rest.prefix { Self.digits.contains($0) }
      rest = rest.dropFirst(whole.count)
      var fraction = rest.prefix(0)
      if rest.first == UInt8(ascii: ".") {
        fraction = rest.dropFirst().prefix { Self.digits.contains($0) }
        rest = rest.dropFirst(1 + fraction.count)
      }
      guard whole.count + fraction.count > 0, let power = Self.power(rest) else { return nil }
      let all = Array(whole) + fraction
      let zeros = all.prefix { $0 == UInt8(ascii: "0") }.count
      digits = Array(all.dropFirst(zeros))
      while digits.last == UInt8(ascii: "0") { digits.removeLast() }
      let isZero = digits.isEmpty
      isNegative = isNegative && !isZero
      exponent = isZero ? 0 : whole.count - zeros + power
    }

    private static let digits = UInt8(ascii: "0")...UInt8(ascii: "9")

    /// Reads the rest after the digits: nothing, or `e` and a number; nil for anything else.
    private static func power(_ text: Substring.UTF8View) -> Int? {
      guard let mark = text.first else { return 0 }
      guard "eE".utf8.contains(mark) else { return nil }
      let digits = text.dropFirst().drop { "+-".utf8.contains($0) }
      guard text.count - digits.count <= 2, !digits.isEmpty,
        digits.allSatisfy({ Self.digits.contains($0) })
      else { return nil }
      // Beyond this exponent, all numbers are zero or out of range.
      let power = Int(String(digits) ?? "").map { min($0, 1_000_000) } ?? 1_000_000
      return text.dropFirst().first == UInt8(ascii: "-") ? -power : power
    }
  }
}

extension JSONValue {
  /// The value of a number without a fraction or an exponent; else nil.
  package var integer: Int64? {
    guard case .number(let number) = self else { return nil }
    return number.integer
  }

  /// The value at a pointer; nil if there is none (RFC 6901, section 4).
  package subscript(pointer: JSONPointer) -> JSONValue? {
    var value = self
    for token in pointer.tokens {
      switch value {
      case .object(let members):
        guard let member = members[JSONName(token)] else { return nil }
        value = member
      case .array(let elements):
        guard let index = Int(token), String(index) == token, elements.indices.contains(index)
        else { return nil }
        value = elements[index]
      case .null, .bool, .number, .string: return nil
      }
    }
    return value
  }

  /// The value as JSON, except for the quotes of a string; of an array or an object only the kind.
  package var text: String {
    switch self {
    case .null: "null"
    case .bool(let value): value ? "true" : "false"
    case .number(let value): value.text
    case .string(let value): value
    case .array: "an array"
    case .object: "an object"
    }
  }

  /// Whether it equals what the user wrote; numbers are compared as numbers, others as text.
  package func isWritten(as text: String) -> Bool {
    switch self {
    case .number(let value): value.isWritten(as: text)
    case .null, .bool, .string: self.text.utf8.elementsEqual(text.utf8)
    case .array, .object: false
    }
  }
}

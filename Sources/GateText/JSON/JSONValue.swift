/// Any JSON value (RFC 8259), to look things up in.
///
/// Two texts are the same only byte for byte: to Swift a letter and an accent are the letter with
/// the accent, to every other reader of JSON they are not.
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
    // Most differ in length, or to Swift too, which is quicker to see.
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

/// A number as it is written: readers disagree on what is beyond their own numbers.
package struct JSONNumber: Sendable {
  /// By the grammar of RFC 8259, section 6.
  package let text: String

  /// `text` is a number by the grammar.
  init(checked text: String) {
    self.text = text
  }

  package init(_ value: Int) {
    text = String(value)
  }

  /// Nil for one with a fraction or an exponent, whatever its value, and beyond 64 bits.
  package var integer: Int64? { Int64(text) }

  package var double: Double { Double(text) ?? .nan }
}

extension JSONNumber: Hashable {
  package static func == (one: JSONNumber, other: JSONNumber) -> Bool {
    one.text == other.text || one.decimal == other.decimal
  }

  package func hash(into hasher: inout Hasher) { hasher.combine(decimal) }

  /// Whether a number that somebody wrote is this one: `.5` is 0.5, and `1e3` is 1000.
  package func isWritten(as text: String) -> Bool { Decimal(text) == decimal }

  private var decimal: Decimal? { Decimal(text) }

  /// A number by its digits, of which none is lost.
  private struct Decimal: Hashable {
    var isNegative = false
    /// Without zeros at either end; none: the number is zero.
    var digits: [UInt8] = []
    /// The value is 0.DIGITS times ten to this.
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

    /// What follows the digits: nothing, or `e` and a number; nil for all else.
    private static func power(_ text: Substring.UTF8View) -> Int? {
      guard let mark = text.first else { return 0 }
      guard "eE".utf8.contains(mark) else { return nil }
      let digits = text.dropFirst().drop { "+-".utf8.contains($0) }
      guard text.count - digits.count <= 2, !digits.isEmpty,
        digits.allSatisfy({ Self.digits.contains($0) })
      else { return nil }
      // Beyond these all numbers are zero, or none that is read.
      let power = Int(String(digits) ?? "").map { min($0, 1_000_000) } ?? 1_000_000
      return text.dropFirst().first == UInt8(ascii: "-") ? -power : power
    }
  }
}

extension JSONValue {
  /// A number without a fraction or an exponent.
  package var integer: Int64? {
    guard case .number(let number) = self else { return nil }
    return number.integer
  }

  /// What a pointer points at; nil when there is nothing (RFC 6901, section 4).
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

  /// As JSON writes it, but for the quotes of a string; an array or an object by its kind alone.
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

  /// Whether it is what the user wrote: a number is compared as a number, all else as text.
  package func isWritten(as text: String) -> Bool {
    switch self {
    case .number(let value): value.isWritten(as: text)
    case .null, .bool, .string: self.text.utf8.elementsEqual(text.utf8)
    case .array, .object: false
    }
  }
}

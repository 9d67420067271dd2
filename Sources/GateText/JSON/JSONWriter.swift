/// Writes JSON (RFC 8259) into bytes, fields in the order in which they are given.
///
/// The order is the contract's, and the same values give the same bytes: a replay's verdict is
/// compared to the byte. It allocates nothing while its buffer is large enough, so that a line of
/// the journal costs no more than its characters.
package struct JSONWriter {
  package private(set) var bytes: [UInt8] = []
  private let layout: Layout
  private var depth = 0
  /// Whether something stands in the innermost object or array already.
  private var hasElement = false

  package enum Layout: Sendable {
    /// On one line, without blanks.
    case compact
    /// A field a line, two blanks a level.
    case indented
  }

  /// `room` is about how many bytes will be written, if that is known.
  package init(_ layout: Layout, room: Int = 0) {
    self.layout = layout
    bytes.reserveCapacity(room)
  }

  /// Empties the buffer and keeps its room.
  package mutating func removeAll() {
    bytes.removeAll(keepingCapacity: true)
    hasElement = false
  }

  package mutating func endLine() {
    bytes.append(UInt8(ascii: "\n"))
    hasElement = false
  }

  // MARK: - Structure

  package mutating func object(_ write: (inout JSONWriter) -> Void) {
    nest(UInt8(ascii: "{"), UInt8(ascii: "}"), write)
  }

  package mutating func object(_ name: StaticString, _ write: (inout JSONWriter) -> Void) {
    key(name)
    object(write)
  }

  package mutating func array<Element>(
    _ name: StaticString, _ elements: some Sequence<Element>,
    _ write: (inout JSONWriter, Element) -> Void
  ) {
    key(name)
    nest(UInt8(ascii: "["), UInt8(ascii: "]")) { writer in
      for element in elements {
        writer.separate()
        write(&writer, element)
      }
    }
  }

  package mutating func array(_ name: StaticString, _ strings: some Sequence<String>) {
    array(name, strings) { $0.string($1) }
  }

  package mutating func array(_ name: StaticString, numbers: some Sequence<Int>) {
    array(name, numbers) { $0.integer(Int64($1)) }
  }

  // MARK: - Fields

  package mutating func field(_ name: StaticString, _ value: String?) {
    key(name)
    if let value { string(value) } else { null() }
  }

  /// A text of the program's own, in which nothing is to be escaped.
  package mutating func field(_ name: StaticString, constant value: StaticString) {
    key(name)
    bytes.append(UInt8(ascii: "\""))
    append(value)
    bytes.append(UInt8(ascii: "\""))
  }

  package mutating func field(_ name: StaticString, _ value: Int?) {
    key(name)
    if let value { integer(Int64(value)) } else { null() }
  }

  package mutating func field(_ name: StaticString, _ value: Bool) {
    key(name)
    append(value ? "true" : "false")
  }

  /// A finite number, by the fewest digits that give it again.
  package mutating func field(_ name: StaticString, _ value: Double) {
    precondition(value.isFinite, "JSON has no other numbers")
    key(name)
    bytes.append(contentsOf: value.description.utf8)
  }

  /// Seconds, as many decimals as the microseconds need.
  package mutating func field(_ name: StaticString, seconds microseconds: Int64?) {
    key(name)
    if let microseconds { decimal(microseconds, places: 6) } else { null() }
  }

  /// Milliseconds, as many decimals as the microseconds need.
  package mutating func field(_ name: StaticString, milliseconds microseconds: Int64?) {
    key(name)
    if let microseconds { decimal(microseconds, places: 3) } else { null() }
  }

  /// A number that was computed, with the fewest digits that name it.
  package mutating func field(_ name: StaticString, number: Double?) {
    key(name)
    if let number, number.isFinite { bytes += number.description.utf8 } else { null() }
  }

  /// A field whose name is only known at run time.
  package mutating func field(named name: String, _ value: String?) {
    separate()
    string(name)
    colon()
    if let value { string(value) } else { null() }
  }

  package mutating func field(named name: String, _ value: Int) {
    separate()
    string(name)
    colon()
    integer(Int64(value))
  }

  /// A time in seconds, to the microsecond.
  package mutating func field(named name: String, seconds microseconds: Int64) {
    separate()
    string(name)
    colon()
    decimal(microseconds, places: 6)
  }

  package mutating func object(named name: String, _ write: (inout JSONWriter) -> Void) {
    separate()
    string(name)
    colon()
    object(write)
  }

  package mutating func null(_ name: StaticString) {
    key(name)
    null()
  }

  // MARK: - Values

  package mutating func string(_ value: String) {
    bytes.append(UInt8(ascii: "\""))
    var value = value
    // Most are plain, and are taken whole.
    let isPlain = value.withUTF8 { text in
      guard text.allSatisfy(Self.isPlain) else { return false }
      bytes.append(contentsOf: text)
      return true
    }
    if !isPlain { escape(value) }
    bytes.append(UInt8(ascii: "\""))
  }

  /// Whether it stands in a string as it is, whatever stands beside it.
  private static func isPlain(_ byte: UInt8) -> Bool {
    switch byte {
    case 0..<0x20, 0x7F..., UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "#"): false
    default: true
    }
  }

  private mutating func escape(_ text: String) {
    // Two begin a command to a CI system (`##vso[`, `##[`) wherever they stand in a line of its
    // log; it may well take them for two if something that cannot be seen is between them.
    var hasHash = false
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\":
        bytes.append(UInt8(ascii: "\\"))
        bytes.append(UInt8(ascii: scalar))
      case "#" where hasHash: append("\\u0023")
      case "\n": append("\\n")
      case "\r": append("\\r")
      case "\t": append("\\t")
      case _ where scalar.isShownByNumber:
        for unit in String(scalar).utf16 { escape(unit) }
      default:
        if scalar == "#" { hasHash = true }
        bytes.append(contentsOf: String(scalar).utf8)
      }
    }
  }

  private mutating func escape(_ unit: UInt16) {
    append("\\u")
    for shift in [12, 8, 4, 0] {
      bytes.append(Self.hexDigit(UInt8(truncatingIfNeeded: unit >> shift) & 15))
    }
  }

  private mutating func null() { append("null") }

  private mutating func integer(_ value: Int64) {
    if value < 0 { bytes.append(UInt8(ascii: "-")) }
    digits(value.magnitude, atLeast: 1)
  }

  /// `value` over ten to the power of `places`, without zeros at its end.
  private mutating func decimal(_ value: Int64, places: Int) {
    if value < 0 { bytes.append(UInt8(ascii: "-")) }
    let scale: UInt64 = places == 6 ? 1_000_000 : 1000
    digits(value.magnitude / scale, atLeast: 1)
    var rest = value.magnitude % scale
    guard rest > 0 else { return }
    var width = places
    while rest % 10 == 0 { (rest, width) = (rest / 10, width - 1) }
    bytes.append(UInt8(ascii: "."))
    digits(rest, atLeast: width)
  }

  private mutating func digits(_ value: UInt64, atLeast width: Int) {
    // From the last digit to the first; the greatest number has twenty.
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
      var (rest, first) = (value, digits.count)
      while rest > 0 || digits.count - first < width {
        first -= 1
        digits.initializeElement(
          at: first, to: UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10))
        rest /= 10
      }
      bytes.append(contentsOf: UnsafeMutableBufferPointer(rebasing: digits[first...]))
    }
  }

  private static func hexDigit(_ value: UInt8) -> UInt8 {
    value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
  }

  // MARK: - Layout

  /// What separates it from what stands before it, the name, and the colon: appended in one piece.
  private mutating func key(_ name: StaticString) {
    let blanks = layout == .indented ? 2 * depth : 0
    let mostBytes = name.utf8CodeUnitCount + blanks + 6
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: mostBytes) { text in
      var count = 0
      func put(_ byte: UInt8) {
        text.initializeElement(at: count, to: byte)
        count += 1
      }
      if hasElement { put(UInt8(ascii: ",")) }
      if blanks > 0 { put(UInt8(ascii: "\n")) }
      for _ in 0..<blanks { put(UInt8(ascii: " ")) }
      put(UInt8(ascii: "\""))
      name.withUTF8Buffer { count = text[count...].initialize(fromContentsOf: $0) }
      put(UInt8(ascii: "\""))
      put(UInt8(ascii: ":"))
      if layout == .indented { put(UInt8(ascii: " ")) }
      bytes.append(contentsOf: UnsafeMutableBufferPointer(rebasing: text[..<count]))
    }
    hasElement = true
  }

  private mutating func colon() {
    bytes.append(UInt8(ascii: ":"))
    if layout == .indented { bytes.append(UInt8(ascii: " ")) }
  }

  private mutating func separate() {
    if hasElement { bytes.append(UInt8(ascii: ",")) }
    hasElement = true
    breakLine()
  }

  private mutating func breakLine() {
    guard layout == .indented, depth > 0 else { return }
    bytes.append(UInt8(ascii: "\n"))
    var blanks = 2 * depth
    while blanks > 0 {
      Self.blanks.withUTF8Buffer { text in
        bytes.append(contentsOf: UnsafeBufferPointer(rebasing: text.prefix(blanks)))
      }
      blanks -= Self.blanks.utf8CodeUnitCount
    }
  }

  private static let blanks: StaticString = "                                "

  private mutating func nest(
    _ open: UInt8, _ close: UInt8, _ write: (inout JSONWriter) -> Void
  ) {
    bytes.append(open)
    (depth, hasElement) = (depth + 1, false)
    write(&self)
    let isEmpty = !hasElement
    depth -= 1
    if !isEmpty {
      if layout == .indented, depth == 0 { bytes.append(UInt8(ascii: "\n")) } else { breakLine() }
    }
    bytes.append(close)
    hasElement = true
  }

  private mutating func append(_ text: StaticString) {
    text.withUTF8Buffer { bytes.append(contentsOf: $0) }
  }
}

extension JSONWriter {
  /// A field whose value was read before.
  package mutating func field(_ name: StaticString, _ value: JSONValue) {
    key(name)
    write(value)
  }

  package mutating func field(named name: String, _ value: JSONValue) {
    separate()
    string(name)
    colon()
    write(value)
  }

  /// An element of an array.
  package mutating func value(_ value: JSONValue) { write(value) }

  private mutating func write(_ value: JSONValue) {
    switch value {
    case .null: null()
    case .bool(let value): append(value ? "true" : "false")
    case .number(let value): bytes.append(contentsOf: value.text.utf8)
    case .string(let value): string(value)
    case .array(let elements):
      nest(UInt8(ascii: "["), UInt8(ascii: "]")) { writer in
        for element in elements {
          writer.separate()
          writer.write(element)
        }
      }
    case .object(let members):
      object { writer in
        for (name, member) in members {
          writer.field(named: name.text, member)
        }
      }
    }
  }
}

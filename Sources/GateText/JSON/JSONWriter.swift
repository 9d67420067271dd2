/// Writes JSON (RFC 8259) into bytes, with fields in the given order.
///
/// The order is part of the contract, and the same values give the same bytes: a replay's verdict
/// is compared byte for byte. Nothing is allocated while the buffer is large enough, so a line of
/// the journal costs only its characters.
package struct JSONWriter {
  /// The buffer, of which the first `count` bytes are written.
  private var storage: [UInt8]
  private var count = 0
  /// Takes the written bytes when the buffer is full; nil if the buffer grows.
  private let take: ((ArraySlice<UInt8>) -> Void)?
  private let layout: Layout
  private var depth = 0
  /// Whether the innermost object or array has an element already.
  private var hasElement = false

  package enum Layout: Sendable {
    /// On one line, without blanks.
    case compact
    /// One field per line, with two blanks per level.
    case indented
  }

  /// Creates a writer.
  ///
  /// `room` is the size of the buffer at first. When it is full, it grows, or `take` gets its bytes.
  package init(
    _ layout: Layout, room: Int = 0, drainingTo take: ((ArraySlice<UInt8>) -> Void)? = nil
  ) {
    self.layout = layout
    self.take = take
    // The content is undefined: no byte is read before it is written.
    storage = [UInt8](unsafeUninitializedCapacity: room) { _, used in used = room }
  }

  /// A copy of the written bytes.
  package var bytes: [UInt8] { Array(written) }

  /// The written bytes, without a copy.
  package var written: ArraySlice<UInt8> { storage[..<count] }

  /// Returns the written bytes; the writer cannot be used afterwards.
  package consuming func finish() -> [UInt8] {
    storage.removeLast(storage.count - count)
    return storage
  }

  /// Gives the written bytes away, if something takes them, and empties the buffer.
  mutating func drain() {
    guard let take else { return }
    take(storage[..<count])
    count = 0
  }

  /// Empties the buffer, but keeps its capacity.
  package mutating func removeAll() {
    count = 0
    hasElement = false
  }

  package mutating func endLine() {
    append(UInt8(ascii: "\n"))
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

  /// Writes an object about a value, or null if there is no value.
  package mutating func object<Value>(
    _ name: StaticString, _ value: Value?, _ write: (inout JSONWriter, Value) -> Void
  ) {
    guard let value else { return null(name) }
    object(name) { write(&$0, value) }
  }

  /// Writes an array; `write` adds its elements with `element`.
  package mutating func array(_ name: StaticString, _ write: (inout JSONWriter) -> Void) {
    key(name)
    nest(UInt8(ascii: "["), UInt8(ascii: "]"), write)
  }

  /// Writes an object as an element of an array.
  package mutating func element(_ write: (inout JSONWriter) -> Void) {
    separate()
    object(write)
  }

  package mutating func array<Element>(
    _ name: StaticString, _ elements: some Sequence<Element>,
    _ write: (inout JSONWriter, Element) -> Void
  ) {
    array(name) { writer in
      for element in elements {
        writer.separate()
        write(&writer, element)
      }
    }
  }

  /// Writes an array with an object about each element.
  package mutating func objects<Element>(
    _ name: StaticString, _ elements: some Sequence<Element>,
    _ write: (inout JSONWriter, Element) -> Void
  ) {
    array(name, elements) { writer, element in writer.object { write(&$0, element) } }
  }

  package mutating func array(_ name: StaticString, _ strings: [String]) {
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

  /// Writes a constant of the program that needs no escaping.
  package mutating func field(_ name: StaticString, constant value: StaticString) {
    key(name)
    append(UInt8(ascii: "\""))
    append(value)
    append(UInt8(ascii: "\""))
  }

  package mutating func field(_ name: StaticString, _ value: Int?) {
    key(name)
    if let value { integer(Int64(value)) } else { null() }
  }

  package mutating func field(_ name: StaticString, _ value: Bool) {
    key(name)
    bool(value)
  }

  /// Writes a finite number with the fewest digits that identify it.
  package mutating func field(_ name: StaticString, _ value: Double) {
    precondition(value.isFinite, "JSON has no other numbers")
    key(name)
    append(value.description)
  }

  /// Writes a time in the format of RFC 3339, or null.
  package mutating func field(_ name: StaticString, _ time: Timestamp?) {
    key(name)
    guard let time else { return null() }
    append(UInt8(ascii: "\""))
    append(atMost: Timestamp.longest) { time.write(to: $0) }
    append(UInt8(ascii: "\""))
  }

  /// Writes seconds with as many decimals as the microseconds need, or null.
  package mutating func field(_ name: StaticString, seconds microseconds: Int64?) {
    key(name)
    if let microseconds { decimal(microseconds, places: 6) } else { null() }
  }

  /// Writes milliseconds with as many decimals as the microseconds need, or null.
  package mutating func field(_ name: StaticString, milliseconds microseconds: Int64?) {
    key(name)
    if let microseconds { decimal(microseconds, places: 3) } else { null() }
  }

  /// Writes a computed number with the fewest digits that identify it, or null.
  package mutating func field(_ name: StaticString, number: Double?) {
    key(name)
    if let number, number.isFinite { append(number.description) } else { null() }
  }

  /// Writes a field whose name is known only at run time.
  package mutating func field(named name: String, _ value: String?) {
    key(named: name)
    if let value { string(value) } else { null() }
  }

  package mutating func field(named name: String, _ value: Int) {
    key(named: name)
    integer(Int64(value))
  }

  /// Writes a time in seconds, exact to the microsecond.
  package mutating func field(named name: String, seconds microseconds: Int64) {
    key(named: name)
    decimal(microseconds, places: 6)
  }

  package mutating func object(named name: String, _ write: (inout JSONWriter) -> Void) {
    key(named: name)
    object(write)
  }

  package mutating func null(_ name: StaticString) {
    key(name)
    null()
  }

  // MARK: - Values

  package mutating func string(_ value: String) {
    append(UInt8(ascii: "\""))
    var value = value
    // Most texts need no escaping, and are written as a whole.
    let isPlain = value.withUTF8 { text in
      append(atMost: text.count) { room in
        var count = Self.copyPlain(text, to: room)
        while count < text.count, Self.isPlain(text[count]) {
          room[count] = text[count]
          count += 1
        }
        return count == text.count ? count : 0
      } == text.count
    }
    if !isPlain { escape(value) }
    append(UInt8(ascii: "\""))
  }

  /// Whether the byte needs no escaping in a string, whatever its neighbors are.
  private static func isPlain(_ byte: UInt8) -> Bool {
    byte &- 0x20 < 0x5F && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
      && byte != UInt8(ascii: "#")
  }

  /// Copies eight bytes at a time while all of them are plain; returns how many it copied.
  private static func copyPlain(
    _ text: UnsafeBufferPointer<UInt8>, to room: UnsafeMutablePointer<UInt8>
  ) -> Int {
    var count = 0
    while count &+ 8 <= text.count, let start = text.baseAddress {
      let bytes = UnsafeRawPointer(start + count).loadUnaligned(as: UInt64.self)
      guard isPlain(bytes) else { break }
      UnsafeMutableRawPointer(room + count).storeBytes(of: bytes, as: UInt64.self)
      count &+= 8
    }
    return count
  }

  /// The same of eight bytes at once; it may say no although it is so.
  ///
  /// In each term the highest bit of a byte is set if the byte is not plain. A borrow or a carry
  /// between bytes begins at one that is not.
  private static func isPlain(_ bytes: UInt64) -> Bool {
    let ones: UInt64 = 0x0101_0101_0101_0101
    func has(_ byte: UInt8) -> UInt64 {
      let difference = bytes ^ (ones &* UInt64(byte))
      return (difference &- ones) & ~difference
    }
    let isControl = (bytes &- ones &* 0x20) & ~bytes
    let isDeletion = bytes &+ ones
    return
      (bytes | isControl | isDeletion | has(UInt8(ascii: "\"")) | has(UInt8(ascii: "\\"))
      | has(UInt8(ascii: "#"))) & (ones &* 0x80) == 0
  }

  private mutating func escape(_ text: String) {
    // Two `#` begin a command to a CI system (`##vso[`, `##[`) anywhere in a line of its log. It
    // may also recognize two that are separated by something invisible.
    var hasHash = false
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\":
        append(UInt8(ascii: "\\"))
        append(UInt8(ascii: scalar))
      case "#" where hasHash: append("\\u0023")
      case "\n": append("\\n")
      case "\r": append("\\r")
      case "\t": append("\\t")
      case _ where scalar.isShownByNumber:
        for unit in String(scalar).utf16 { escape(unit) }
      default:
        if scalar == "#" { hasHash = true }
        append(String(scalar))
      }
    }
  }

  private mutating func escape(_ unit: UInt16) {
    append("\\u")
    for shift in [12, 8, 4, 0] {
      append(Self.hexDigit(UInt8(truncatingIfNeeded: unit >> shift) & 15))
    }
  }

  private mutating func null() { append("null" as StaticString) }

  private mutating func bool(_ value: Bool) { append(value ? "true" : "false" as StaticString) }

  private mutating func integer(_ value: Int64) {
    append(atMost: Self.mostDigits + 1) { room in
      var text = Digits(room)
      if value < 0 { text.put(UInt8(ascii: "-")) }
      text.put(value.magnitude, width: 1)
      return text.count
    }
  }

  /// Writes `value` divided by ten to the power of `places`, without zeros at the end.
  private mutating func decimal(_ value: Int64, places: Int) {
    append(atMost: Self.mostDigits + 2) { room in
      var text = Digits(room)
      if value < 0 { text.put(UInt8(ascii: "-")) }
      let scale: UInt64 = places == 6 ? 1_000_000 : 1000
      text.put(value.magnitude / scale, width: 1)
      var rest = value.magnitude % scale
      guard rest > 0 else { return text.count }
      var width = places
      while rest % 10 == 0 { (rest, width) = (rest / 10, width - 1) }
      text.put(UInt8(ascii: "."))
      text.put(rest, width: width)
      return text.count
    }
  }

  /// The number of digits of the largest number.
  private static let mostDigits = 20

  private struct Digits {
    private let room: UnsafeMutablePointer<UInt8>
    private(set) var count = 0

    init(_ room: UnsafeMutablePointer<UInt8>) { self.room = room }

    mutating func put(_ byte: UInt8) {
      room[count] = byte
      count += 1
    }

    /// Writes a number with at least `width` digits.
    mutating func put(_ value: UInt64, width: Int) {
      var (rest, width) = (value, width)
      var scale: UInt64 = 10
      var digits = 1
      while digits < JSONWriter.mostDigits, value >= scale {
        digits += 1
        scale = scale &* 10
      }
      width = max(width, digits)
      // The digits are written from the last to the first.
      count += width
      var place = count
      while width > 0 {
        (place, width) = (place &- 1, width &- 1)
        room[place] = UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: rest % 10)
        rest /= 10
      }
    }
  }

  private static func hexDigit(_ value: UInt8) -> UInt8 {
    value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
  }

  // MARK: - Layout

  /// Writes the separator, the name and the colon in one piece.
  private mutating func key(_ name: StaticString) {
    let length = name.utf8CodeUnitCount
    let isIndented = layout == .indented
    let (hadElement, blanks) = (hasElement, 2 * depth)
    append(atMost: length &+ blanks &+ Self.slack &+ 6) { room in
      // If there is no previous element, the next byte overwrites the comma.
      room[0] = UInt8(ascii: ",")
      var place = room + (hadElement ? 1 : 0)
      if isIndented { place += Self.breakLine(place, blanks) }
      place[0] = UInt8(ascii: "\"")
      (place + 1).update(from: name.utf8Start, count: length)
      place += length &+ 1
      place[0] = UInt8(ascii: "\"")
      place[1] = UInt8(ascii: ":")
      place[2] = UInt8(ascii: " ")
      return room.distance(to: place) &+ (isIndented ? 3 : 2)
    }
    hasElement = true
  }

  private mutating func key(named name: String) {
    separate()
    string(name)
    append(UInt8(ascii: ":"))
    if layout == .indented { append(UInt8(ascii: " ")) }
  }

  private mutating func separate() {
    if hasElement { append(UInt8(ascii: ",")) }
    hasElement = true
    breakLine()
  }

  private mutating func breakLine() {
    guard layout == .indented else { return }
    let blanks = 2 * depth
    append(atMost: blanks + Self.slack + 1) { Self.breakLine($0, blanks) }
  }

  /// Eight blanks in one number.
  ///
  /// A line gets two of these at once, and most lines need no more.
  private static let blanks: UInt64 = 0x2020_2020_2020_2020

  /// How many blanks more than it needs a line may get.
  private static let slack = 16

  /// Does nothing at the outermost level.
  @inline(__always)
  private static func breakLine(_ room: UnsafeMutablePointer<UInt8>, _ blanks: Int) -> Int {
    guard blanks > 0 else { return 0 }
    room[0] = UInt8(ascii: "\n")
    let place = UnsafeMutableRawPointer(room + 1)
    place.storeBytes(of: Self.blanks, as: UInt64.self)
    (place + 8).storeBytes(of: Self.blanks, as: UInt64.self)
    if blanks > 16 { (room + 17).update(repeating: UInt8(ascii: " "), count: blanks &- 16) }
    return blanks &+ 1
  }

  private mutating func nest(
    _ open: UInt8, _ close: UInt8, _ write: (inout JSONWriter) -> Void
  ) {
    append(open)
    (depth, hasElement) = (depth + 1, false)
    write(&self)
    let isEmpty = !hasElement
    depth -= 1
    if !isEmpty {
      if layout == .indented, depth == 0 { append(UInt8(ascii: "\n")) } else { breakLine() }
    }
    append(close)
    hasElement = true
  }

  // MARK: - Room

  private mutating func append(_ byte: UInt8) {
    append(atMost: 1) { room in
      room[0] = byte
      return 1
    }
  }

  private mutating func append(_ text: StaticString) {
    append(atMost: text.utf8CodeUnitCount) { room in
      room.update(from: text.utf8Start, count: text.utf8CodeUnitCount)
      return text.utf8CodeUnitCount
    }
  }

  private mutating func append(_ text: String) {
    var text = text
    _ = text.withUTF8 { text in
      append(atMost: text.count) { room in
        if let start = text.baseAddress { room.update(from: start, count: text.count) }
        return text.count
      }
    }
  }

  /// Lets `write` fill room of this size; it returns the number of bytes that it used.
  @discardableResult @inline(__always)
  private mutating func append(
    atMost most: Int, _ write: (UnsafeMutablePointer<UInt8>) -> Int
  ) -> Int {
    if storage.count - count < most { makeRoom(most) }
    let start = count
    let added = storage.withUnsafeMutableBufferPointer { storage in
      guard let first = storage.baseAddress else { preconditionFailure("there is room") }
      return write(first + start)
    }
    count &+= added
    return added
  }

  private mutating func makeRoom(_ more: Int) {
    drain()
    guard storage.count - count < more else { return }
    let wanted = max(count + more, 2 * storage.count, 256)
    storage += repeatElement(0, count: wanted - storage.count)
  }
}

extension JSONWriter {
  /// Writes a field whose value was read before.
  package mutating func field(_ name: StaticString, _ value: JSONValue) {
    key(name)
    write(value)
  }

  package mutating func field(named name: String, _ value: JSONValue) {
    key(named: name)
    write(value)
  }

  /// Writes an element of an array.
  package mutating func value(_ value: JSONValue) { write(value) }

  private mutating func write(_ value: JSONValue) {
    switch value {
    case .null: null()
    case .bool(let value): bool(value)
    case .number(let value): append(value.text)
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

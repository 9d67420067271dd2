internal import GateCore
internal import GateInsight

/// The line of a check as `JournalWriter` writes it, where its texts are plain: nearly all lines of
/// a journal are such, and are read here without making anything but what they tell.
///
/// Whatever differs in the least, by a blank or in the order of its fields, is not read here: it is
/// for the reader of all lines, which also tells what is wrong. Of what both read, both make the same.
enum CheckLine {
  /// Takes the line that stands next, of this number in the journal, from 0; `checks` are the names
  /// of the run's health checks.
  ///
  /// - Throws: `PlainText.Other` when it is another, is not yet whole, or is before the `last` one.
  static func entry(
    in text: inout PlainText, number: Int, after last: GateInstant, of checks: [String]
  ) throws(PlainText.Other) -> Journal.Entry {
    try text.want("{\"seq\":")
    guard try text.number() == number else { throw PlainText.Other() }
    try text.want(",\"t\":")
    let now = GateInstant(microseconds: try text.decimal(places: 6))
    guard now >= last else { throw PlainText.Other() }
    try text.want(",\"event\":\"check\",\"id\":")
    let id = try text.string()
    let role =
      text.take(",\"role\":") ? try text.wanted(InstanceRole(rawValue: text.string())) : .member
    var name = Journal.Name(id: id, role: role)
    if text.take(",\"name\":") {
      guard role != .guard else { throw PlainText.Other() }
      name.check = try text.wanted(checks.firstIndex(of: text.string()))
    }
    let report = try report(&text, until: now)
    try text.want("}\n")
    return Journal.Entry(at: now, event: .checked(name, report))
  }

  private static func report(
    _ text: inout PlainText, until now: GateInstant
  ) throws(PlainText.Other) -> CheckReport {
    try text.want(",\"started\":")
    let started = GateInstant(microseconds: try text.decimal(places: 6))
    guard started <= now else { throw PlainText.Other() }
    var result = CheckResult.success
    var cause: String?
    if text.take(",\"ok\":true,\"kind\":null") {
      _ = text.take(",\"cause\":null")
    } else {
      try text.want(",\"ok\":false,\"kind\":")
      result = .failure(try text.wanted(FailureKind(rawValue: text.string())))
      if text.take(",\"cause\":") { cause = try text.string() }
    }
    try text.want(",\"status\":")
    let status = text.take("null") ? nil : try text.number()
    try text.want(",\"detail\":")
    let detail = text.take("null") ? nil : try text.string()
    try text.want(",\"latency_ms\":")
    let latency = try text.decimal(places: 3)
    let version = text.take(",\"version\":") ? try text.string() : nil
    let evidence = text.take(",\"evidence\":{") ? try Self.evidence(&text) : nil
    return CheckReport(
      started: started, result: result, status: status, latencyMicroseconds: latency,
      detail: detail, cause: FailureCause(recorded: cause, detail, result), version: version,
      evidence: evidence)
  }

  private static func evidence(_ text: inout PlainText) throws(PlainText.Other) -> Evidence {
    let evidence = Evidence(
      server: text.takeName("\"server\":") ? try text.string() : nil,
      location: text.takeName("\"location\":") ? try text.string() : nil,
      contentType: text.takeName("\"content_type\":") ? try text.string() : nil,
      retryAfter: text.takeName("\"retry_after\":") ? try text.string() : nil,
      title: text.takeName("\"title\":") ? try text.string() : nil,
      excerpt: text.takeName("\"excerpt\":") ? try text.string() : nil,
      author: text.takeName("\"author\":") ? try text.string() : nil,
      signs: text.takeName("\"signs\":[") ? try text.strings() : [],
      failing: text.takeName("\"failing\":[") ? try text.strings() : [])
    try text.want("}")
    return evidence
  }
}

extension FailureCause {
  /// By its name; a line that was written before there were causes has the detail alone.
  init?(recorded name: String?, _ detail: String?, _ result: CheckResult) {
    switch (result, name) {
    case (.success, _): return nil
    case (.failure, let name?): self.init(rawValue: name)
    case (.failure(let kind), nil): self.init(words: detail ?? "", of: kind)
    }
  }
}

/// JSON without blanks, read from its beginning on, piece by piece as it is expected.
struct PlainText {
  private let bytes: UnsafeRawBufferPointer
  private(set) var position: Int

  /// Something else stands there than was expected, though it may be JSON.
  struct Other: Error {}

  init(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) {
    self.bytes = UnsafeRawBufferPointer(bytes)
    position = start
  }

  /// Whether this stands here; then it is taken.
  mutating func take(_ expected: StaticString) -> Bool {
    let count = expected.utf8CodeUnitCount
    guard count <= bytes.count - position else { return false }
    let wanted = UnsafeRawPointer(expected.utf8Start)
    var index = 0
    while count - index >= 8 {
      guard
        wanted.loadUnaligned(fromByteOffset: index, as: UInt64.self)
          == bytes.loadUnaligned(fromByteOffset: position + index, as: UInt64.self)
      else { return false }
      index += 8
    }
    while index < count {
      guard wanted.load(fromByteOffset: index, as: UInt8.self) == bytes[position + index] else {
        return false
      }
      index += 1
    }
    position += count
    return true
  }

  mutating func want(_ expected: StaticString) throws(Other) {
    guard take(expected) else { throw Other() }
  }

  func wanted<Value>(_ value: Value?) throws(Other) -> Value {
    guard let value else { throw Other() }
    return value
  }

  /// Takes a name, and the comma before it unless it is the first of its object.
  mutating func takeName(_ name: StaticString) -> Bool {
    let start = position
    if bytes[position - 1] != UInt8(ascii: "{") { _ = take(",") }
    guard take(name) else {
      position = start
      return false
    }
    return true
  }

  /// A whole number of at most nine digits, which no reader takes for another.
  mutating func number() throws(Other) -> Int {
    let start = position
    var number = 0
    while let digit = digit() { number = number * 10 + digit }
    let count = position - start
    guard (1...9).contains(count), count == 1 || bytes[start] != UInt8(ascii: "0") else {
      throw Other()
    }
    return number
  }

  /// A number with so many decimals at the most, times ten to the power of them.
  ///
  /// It has at most fifteen digits, so that binary64 has it, too, to the last of them.
  mutating func decimal(places: Int) throws(Other) -> Int64 {
    var number = try number()
    var missing = places
    if take(".") {
      while missing > 0, let digit = digit() {
        number = number * 10 + digit
        missing -= 1
      }
      guard missing < places else { throw Other() }
    }
    for _ in 0..<missing { number *= 10 }
    return Int64(number)
  }

  private mutating func digit() -> Int? {
    guard position < bytes.count else { return nil }
    let digit = bytes[position] &- UInt8(ascii: "0")
    guard digit < 10 else { return nil }
    position += 1
    return Int(digit)
  }

  /// A string of ASCII in which nothing is escaped.
  mutating func string() throws(Other) -> String {
    try want("\"")
    let start = position
    while position < bytes.count {
      switch bytes[position] {
      case UInt8(ascii: "\""):
        position += 1
        return String(
          decoding: UnsafeRawBufferPointer(rebasing: bytes[start..<position - 1]), as: UTF8.self)
      case 0..<0x20, UInt8(ascii: "\\"), 0x80...: throw Other()
      default: position += 1
      }
    }
    throw Other()
  }

  /// The strings of an array, after its bracket.
  mutating func strings() throws(Other) -> [String] {
    var strings = [try string()]
    while take(",") { strings.append(try string()) }
    try want("]")
    return strings
  }
}

internal import GateCore
internal import GateInsight

/// A fast reader for the lines of checks in the form that `JournalWriter` gives them.
///
/// Nearly all lines of a journal have that form, with plain texts, and are read here without other
/// objects than their values. A line that differs in any way, such as a blank or the order of
/// fields, is left to the general reader, which also reports errors. For lines that both can read,
/// the results are equal.
enum CheckLine {
  /// Takes the next line, with this number in the journal from 0.
  ///
  /// `checks` are the names of the run's health checks.
  ///
  /// - Throws: `PlainText.Other` if the line is of another kind, incomplete, or earlier than
  ///   `last`.
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
  /// Reads a cause by its name; in lines from before there were causes, by the detail.
  init?(recorded name: String?, _ detail: String?, _ result: CheckResult) {
    switch (result, name) {
    case (.success, _): return nil
    case (.failure, let name?): self.init(rawValue: name)
    case (.failure(let kind), nil): self.init(words: detail ?? "", of: kind)
    }
  }
}

/// JSON without blanks, read piece by piece as expected.
struct PlainText {
  private let bytes: UnsafeRawBufferPointer
  private(set) var position: Int

  /// The text is not the expected one, although it may be JSON.
  struct Other: Error {}

  init(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) {
    self.bytes = UnsafeRawBufferPointer(bytes)
    position = start
  }

  /// Takes a text if it is next; returns whether it was.
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

  /// Takes a name, with the comma before it unless it is the first of its object.
  mutating func takeName(_ name: StaticString) -> Bool {
    let start = position
    if bytes[position - 1] != UInt8(ascii: "{") { _ = take(",") }
    guard take(name) else {
      position = start
      return false
    }
    return true
  }

  /// Takes a whole number of at most nine digits, which all readers understand in the same way.
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

  /// Takes a number with at most this many decimals; returns it times ten to the power of them.
  ///
  /// It has at most fifteen digits, all of which binary64 can represent.
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

  /// Takes a string of ASCII without escapes.
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

  /// Takes the strings of an array, after its bracket.
  mutating func strings() throws(Other) -> [String] {
    var strings = [try string()]
    while take(",") { strings.append(try string()) }
    try want("]")
    return strings
  }
}

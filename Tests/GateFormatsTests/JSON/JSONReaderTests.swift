import TestSupport
import Testing

@testable import GateText

@Suite struct JSONReaderTests {
  private static func read(_ text: String) throws(JSONError) -> JSONValue {
    try JSONValue(parsing: Array(text.utf8))
  }

  // MARK: - What is read

  struct Good: CustomTestStringConvertible, Sendable {
    var text: String
    var value: JSONValue

    init(_ text: String, _ value: JSONValue) {
      self.text = text
      self.value = value
    }

    var testDescription: String { text }
  }

  static let good: [Good] = [
    Good("null", .null), Good(" \t\r\ntrue \n", .bool(true)), Good("false", .bool(false)),
    Good("0", .number(JSONNumber(0))), Good("-17", .number(JSONNumber(-17))),
    Good(#""""#, .string("")), Good(#""é😀\/\b\f\n\r\t\\\"""#, .string("é😀/\u{8}\u{C}\n\r\t\\\"")),
    Good(#""\u00e9\u0000\uD83D\ude00""#, .string("é\0😀")), Good(#""\#u{7F}""#, .string("\u{7F}")),
    Good("[]", .array([])),
    Good("[1,[ ] ,{ }]", .array([.number(JSONNumber(1)), .array([]), .object([:])])),
    Good(
      #"{"":1,"a":{"a":null}}"#, .object(["": .number(JSONNumber(1)), "a": .object(["a": .null])])),
  ]

  @Test(arguments: good) func aDocumentIsRead(row: Good) throws {
    #expect(try Self.read(row.text) == row.value)
  }

  @Test func aLetterAndItsAccentAreNotTheLetterWithTheAccent() throws {
    let both = try Self.read("{\"e\u{301}\":1,\"\u{E9}\":2}")
    #expect(both[at: "/\u{E9}"] == .number(JSONNumber(2)))
    #expect(both[at: "/e\u{301}"] == .number(JSONNumber(1)))
    #expect(try Self.read("\"e\u{301}\"") != Self.read("\"\u{E9}\""))
    #expect(try Self.read("\"e\u{301}\"").isWritten(as: "\u{E9}") == false)
  }

  // MARK: - What is refused

  struct Bad: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var bytes: [UInt8]
    var problem: JSONError.Problem

    init(_ name: String, _ text: String, _ problem: JSONError.Problem = .malformed) {
      self.init(name, bytes: Array(text.utf8), problem)
    }

    init(_ name: String, bytes: [UInt8], _ problem: JSONError.Problem) {
      testDescription = name
      self.bytes = bytes
      self.problem = problem
    }
  }

  static let bad: [Bad] = [
    Bad("nothing", ""), Bad("blanks", " \n"), Bad("a word", "nul"), Bad("a capital", "True"),
    Bad("NaN", "NaN"), Bad("Infinity", "-Infinity"), Bad("a comment", "/*a*/1"),
    Bad("two documents", "1 2"), Bad("what follows", "{}x"), Bad("a zero after it", "{}\0"),
    Bad("a comma too many", "[1,]"), Bad("a comma too many in an object", #"{"a":1,}"#),
    Bad("no comma", "[1 2]"), Bad("no colon", #"{"a" 1}"#), Bad("a bare name", "{a:1}"),
    Bad("single quotes", "{'a':1}"), Bad("a name that is a number", "{1:1}"), Bad("cut off", "[1"),
    Bad("cut off in a string", #""a"#), Bad("cut off in an escape", #""\"#),
    Bad("a stray bracket", "[}"),
    Bad("a leading zero", "01"), Bad("a plus", "+1"), Bad("a point at the end", "1."),
    Bad("a point at the start", ".5"), Bad("an empty exponent", "1e"), Bad("hexadecimal", "0x1"),
    Bad("a minus alone", "-"), Bad("an unknown escape", #""\x""#),
    Bad("short hexadecimal", #""\u12g4""#),
    Bad("a line feed in a string", "\"a\nb\""), Bad("a tab in a string", "\"\t\""),
    Bad("a zero in a string", "\"a\0b\""), Bad("a blank of Unicode's", "\u{A0}1"),
    Bad("a name twice", #"{"a":1,"b":2,"a":1}"#, .doubledName("a")),
    Bad(
      "a name twice, once escaped", #"{"decision":1,"\u0064ecision":2}"#, .doubledName("decision")),
    Bad("a name twice, deep inside", #"[{"x":{"y":{"k":1,"k":1}}}]"#, .doubledName("k")),
    Bad("an empty name twice", #"{"":1,"":2}"#, .doubledName("")),
    Bad("a byte order mark", "\u{FEFF}{}", .byteOrderMark),
    Bad("UTF-16", bytes: [0xFF, 0xFE, 0x7B, 0, 0x7D, 0], .otherEncoding),
    Bad("UTF-16 without a mark", bytes: [0x7B, 0, 0x7D, 0], .otherEncoding),
    Bad("UTF-16, the other way round", bytes: [0, 0x7B, 0, 0x7D], .otherEncoding),
    Bad("UTF-32", bytes: [0, 0, 0, 0x31], .otherEncoding),
    Bad("Latin-1", bytes: [0x22, 0xE9, 0x22], .notUTF8),
    Bad("an overlong form", bytes: [0x22, 0xC0, 0xAF, 0x22], .notUTF8),
    Bad("a surrogate in UTF-8", bytes: [0x22, 0xED, 0xA0, 0x80, 0x22], .notUTF8),
    Bad("invalid bytes after an escape", bytes: Array(#""\n"#.utf8) + [0xFF, 0x22], .notUTF8),
    Bad("the first half of a pair", #""\ud800""#, .halfSurrogate),
    Bad("the second half of a pair", #""\udc00""#, .halfSurrogate),
    Bad("two first halves", #""\ud800\ud800""#, .halfSurrogate),
    Bad("a first half and a letter", #""\ud800a""#, .halfSurrogate),
    Bad("a number beyond binary64", "[1e309]", .numberBeyondReaders("1e309")),
    Bad("one below", "-1E+400", .numberBeyondReaders("-1E+400")),
    Bad(
      "a number of thousands of digits", String(repeating: "9", count: 5000),
      .numberBeyondReaders(String(repeating: "9", count: 5000))),
    Bad(
      "nested too deep",
      String(repeating: "[", count: 257) + String(repeating: "]", count: 257), .tooDeep),
    Bad(
      "nested too deep by names", String(repeating: #"{"a":"#, count: 100_000), .tooDeep),
  ]

  @Test(arguments: bad) func whatReadersUnderstandDifferentlyIsRefused(row: Bad) {
    let error = #expect(throws: JSONError.self) { try JSONValue(parsing: row.bytes) }
    #expect(error?.problem == row.problem)
    #expect(error?.words(of: "the body").hasPrefix("the body ") == true)
    #expect(error?.words(of: "it").utf8.count ?? 0 < 200)
  }

  @Test func theDeepestThatIsAllowedIsRead() throws {
    let text =
      String(repeating: "[", count: JSONValue.deepest)
      + String(repeating: "]", count: JSONValue.deepest)
    _ = try Self.read(text)
  }

  @Test func whatIsLongerThanAllowedIsNotLookedAt() {
    #expect(throws: JSONError(.tooLong(limit: 4), at: 4)) {
      try JSONValue(parsing: Array("12345".utf8), atMost: 4)
    }
  }

  /// The reader goes over each byte once, whatever nests, repeats or ends early.
  ///
  /// In this time a quadratic one does not do a hundredth of it.
  @Test(arguments: [
    String(
      repeating: String(repeating: "[", count: 250) + String(repeating: "]", count: 250) + ",",
      count: 4000),
    String(repeating: #"{"a":"#, count: 250) + String(repeating: "1", count: 900_000),
    String(repeating: "\\u0041", count: 300_000), String(repeating: "[0,", count: 700_000),
    (0..<100_000).map { "\"name \($0)\":\($0)" }.joined(separator: ","),
  ])
  func aHostileDocumentCostsNoMoreThanItsLength(_ text: String) throws {
    let clock = ContinuousClock()
    let time = clock.measure {
      for (open, close) in [("[", "0]"), ("{", "}"), ("\"", "\"")] {
        _ = try? Self.read(open + text + close)
      }
    }
    #expect(time < .seconds(60))
  }

  // MARK: - Numbers

  @Test(arguments: [
    ("1", "1.0"), ("1e3", "1000"), ("1E+3", "1000"), ("1000e-3", "1"), ("0.5", ".5"), ("-0", "0"),
    ("0e999999999999999999999", "0"), ("12345678901234567890", "1234567890123456789e1"),
    ("0.10", "1e-1"), ("5", "+5"),
  ])
  func aNumberIsTheSameHoweverItIsWritten(_ json: String, _ written: String) throws {
    #expect(try Self.read(json).isWritten(as: written))
  }

  @Test(arguments: [
    ("9007199254740992", "9007199254740993"), ("18446744073709551616", "18446744073709551615"),
    ("1", "-1"), ("1", "1x"), ("1", ""), ("1", "."), ("1", "1e"), ("1", "one"), ("16", "0x10"),
    ("0.1", "0.10000000000000001"), ("1e-400", "0"),
  ])
  func noDigitOfANumberIsLost(_ json: String, _ written: String) throws {
    #expect(try !Self.read(json).isWritten(as: written))
  }

  @Test func aNumberKeepsItsText() throws {
    let text = #"{"a":1.50,"b":1E2,"c":123456789012345678901234567890}"#
    var writer = JSONWriter(.compact)
    writer.value(try Self.read(text))
    #expect(String(decoding: writer.bytes, as: UTF8.self) == text)
    #expect(try Self.read("1.0").integer == nil)
    #expect(try Self.read("9223372036854775807").integer == .max)
    #expect(try Self.read("9223372036854775808").integer == nil)
  }
}

import FoundationEssentials
import TestSupport
import Testing

@testable import GateSettings
@testable import GateText

@Suite struct JSONWriterTests {
  struct Text: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var text: String
    var json: String
  }

  static let texts: [Text] = [
    Text(testDescription: "nothing", text: "", json: #""""#),
    Text(testDescription: "plain", text: "a/b {c}: 'd'", json: #""a/b {c}: 'd'""#),
    Text(testDescription: "a quote", text: #"a"b"#, json: #""a\"b""#),
    Text(testDescription: "a backslash", text: #"a\b"#, json: #""a\\b""#),
    Text(testDescription: "ends of lines and tabs", text: "\r\n\t", json: #""\r\n\t""#),
    Text(testDescription: "NUL", text: "\0", json: #""\u0000""#),
    Text(testDescription: "escape", text: "\u{1B}[2J", json: #""\u001b[2J""#),
    Text(testDescription: "backspace and form feed", text: "\u{8}\u{C}", json: #""\u0008\u000c""#),
    Text(testDescription: "the last control character", text: "\u{1F}", json: #""\u001f""#),
    Text(testDescription: "delete", text: "\u{7F}", json: #""\u007f""#),
    Text(testDescription: "two, three and four bytes", text: "é€𝄞", json: #""é€𝄞""#),
    Text(testDescription: "a line separator", text: "\u{2028}", json: #""\u2028""#),
    Text(testDescription: "a joined emoji", text: "👩‍🚀", json: #""👩\u200d🚀""#),
    Text(testDescription: "a tag of four bytes", text: "\u{E0041}", json: #""\udb40\udc41""#),
  ]

  /// The same text at each place, so that a byte is judged alike wherever it stands.
  @Test func eachCharacterIsEscapedAtEachPlace() {
    for scalar in (0...0x2FF).compactMap({ Unicode.Scalar($0 as UInt32) }) {
      let own = String(json { $0.field("a", String(scalar)) }.dropFirst(6).dropLast(2))
      for place in 0..<10 {
        let (before, after) = (String(repeating: "a", count: place), "bcdefghijklmnopq")
        let whole = json { $0.field("a", before + String(scalar) + after) }
        #expect(whole == "{\"a\":\"\(before)\(own)\(after)\"}", "\(scalar.value) at \(place)")
      }
    }
  }

  /// Longer than several pieces, and deeper than blanks are written at once.
  private static func writeMuch(to writer: inout JSONWriter) {
    func nest(_ depth: Int, _ writer: inout JSONWriter) {
      writer.field("depth", depth)
      guard depth < 30 else { return }
      writer.object("inner") { nest(depth + 1, &$0) }
    }
    nest(0, &writer)
    writer.array("numbers", numbers: 0..<30_000)
    writer.field("long", String(repeating: "text ", count: 50_000))
  }

  @Test(arguments: [JSONWriter.Layout.compact, .indented])
  func thePiecesOfADocumentAreTheWhole(layout: JSONWriter.Layout) {
    var pieces: [[UInt8]] = []
    JSONWriter.document(layout, to: { pieces.append(Array($0)) }, Self.writeMuch)
    #expect(pieces.count > 3)
    #expect(Array(pieces.joined()) == JSONWriter.document(layout, Self.writeMuch))
  }

  @Test func nothingIsTakenAfterAnError() {
    struct Full: Error {}
    var taken = 0
    #expect(throws: Full.self) {
      try JSONWriter.document(
        .indented,
        to: { _ throws(Full) in
          taken += 1
          if taken == 2 { throw Full() }
        }, Self.writeMuch)
    }
    #expect(taken == 2)
  }

  @Test(arguments: texts) func aStringIsEscapedAsItMustBeAndNoMore(row: Text) {
    #expect(json { $0.field("a", row.text) } == #"{"a":\#(row.json)}"#)
    #expect(json { $0.field(named: row.text, "b") } == #"{\#(row.json):"b"}"#)
  }

  @Test(arguments: [
    (0, "0"), (7, "7"), (10, "10"), (-1, "-1"), (Int.max, "9223372036854775807"),
    (Int.min, "-9223372036854775808"),
  ])
  func anIntegerIsWrittenWhole(value: Int, text: String) {
    #expect(json { $0.field("a", value) } == #"{"a":\#(text)}"#)
  }

  @Test(arguments: [
    (0, "0"), (1, "0.000001"), (10, "0.00001"), (100_000, "0.1"), (999_999, "0.999999"),
    (1_000_000, "1"), (1_000_001, "1.000001"), (15_021_000, "15.021"), (10_500_000, "10.5"),
    (-1, "-0.000001"), (-1_500_000, "-1.5"), (Int64.max, "9223372036854.775807"),
    (Int64.min, "-9223372036854.775808"),
  ])
  func secondsHaveAsManyDecimalsAsTheyNeed(microseconds: Int64, text: String) {
    #expect(json { $0.field("a", seconds: microseconds) } == #"{"a":\#(text)}"#)
  }

  @Test(arguments: [
    (0, "0"), (1, "0.001"), (10, "0.01"), (1900, "1.9"), (1_010, "1.01"), (1_000_000, "1000"),
    (-999, "-0.999"),
  ])
  func millisecondsHaveAsManyDecimalsAsTheyNeed(microseconds: Int64, text: String) {
    #expect(json { $0.field("a", milliseconds: microseconds) } == #"{"a":\#(text)}"#)
  }

  @Test func whatIsMissingIsNull() {
    let text = json { writer in
      writer.field("a", nil as String?)
      writer.field("b", nil as Int?)
      writer.field("c", seconds: nil)
      writer.field("d", milliseconds: nil)
      writer.field(named: "e", nil)
      writer.null("f")
    }
    #expect(text == #"{"a":null,"b":null,"c":null,"d":null,"e":null,"f":null}"#)
  }

  private static func writeSample(to writer: inout JSONWriter) {
    writer.object { writer in
      writer.field("a", 1)
      writer.object("empty") { _ in }
      writer.array("none", [String]())
      writer.array("some", ["x", "y"])
      writer.array("objects", [true, false]) { writer, value in
        writer.object { $0.field("b", value) }
      }
      writer.object("c") { $0.object("d") { $0.null("e") } }
      writer.field(named: "last", "z")
    }
  }

  @Test func aCompactDocumentHasNoBlanks() {
    var writer = JSONWriter(.compact)
    Self.writeSample(to: &writer)
    #expect(
      String(decoding: writer.bytes, as: UTF8.self)
        == #"{"a":1,"empty":{},"none":[],"some":["x","y"],"#
        + #""objects":[{"b":true},{"b":false}],"c":{"d":{"e":null}},"last":"z"}"#)
  }

  @Test func anIndentedDocumentHasAFieldALine() {
    var writer = JSONWriter(.indented)
    Self.writeSample(to: &writer)
    writer.endLine()
    let expected = """
      {
        "a": 1,
        "empty": {},
        "none": [],
        "some": [
          "x",
          "y"
        ],
        "objects": [
          {
            "b": true
          },
          {
            "b": false
          }
        ],
        "c": {
          "d": {
            "e": null
          }
        },
        "last": "z"
      }

      """
    #expect(String(decoding: writer.bytes, as: UTF8.self) == expected)
  }

  @Test(arguments: [JSONWriter.Layout.compact, .indented])
  func anEmptyDocumentIsTwoBraces(layout: JSONWriter.Layout) {
    var writer = JSONWriter(layout)
    writer.object { _ in }
    #expect(String(decoding: writer.bytes, as: UTF8.self) == "{}")
  }

  @Test func eachLineIsADocumentOfItsOwn() {
    var writer = JSONWriter(.compact)
    for number in 1...2 {
      writer.object { $0.field("a", number) }
      writer.endLine()
    }
    #expect(String(decoding: writer.bytes, as: UTF8.self) == "{\"a\":1}\n{\"a\":2}\n")
  }

  @Test func anEmptiedWriterBeginsAnew() {
    var writer = JSONWriter(.compact)
    writer.object { $0.field("a", 1) }
    writer.removeAll()
    #expect(writer.bytes == [])
    writer.object { $0.field("b", 2) }
    #expect(String(decoding: writer.bytes, as: UTF8.self) == #"{"b":2}"#)
  }

  // MARK: - Read back

  @Test(
    arguments: [JSONWriter.Layout.compact, .indented], [11, 12, 13, UInt64.random(in: 0...999)])
  func theReaderFindsWhatWasWritten(layout: JSONWriter.Layout, seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    for round in 0..<100 {
      var writer = JSONWriter(layout)
      var wanted = JSONObject()
      writer.object { wanted = RandomDocument.write(to: &$0, depth: 0, &random) }
      writer.endLine()
      let found = try JSONValue(parsing: writer.bytes)
      #expect(found == .object(wanted), "seed \(seed), round \(round)")
    }
  }

  @Test(arguments: [21, 22, UInt64.random(in: 0...999)])
  func aTimeIsReadBackToTheMicrosecond(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    for _ in 0..<500 {
      // Up to four billion seconds: what a journal takes.
      let time = Int64.random(in: 0..<4_000_000_000_000_000, using: &random) >> (random.next() % 52)
      var writer = JSONWriter(.compact)
      writer.object { writer in
        writer.field("seconds", seconds: time)
        writer.field("milliseconds", milliseconds: time)
      }
      let found = try JSONDecoder().decode([String: Double].self, from: Data(writer.bytes))
      let seconds = try #require(found["seconds"])
      let milliseconds = try #require(found["milliseconds"])
      #expect(microseconds(seconds, per: 1_000_000) == time, "seed \(seed)")
      #expect(microseconds(milliseconds, per: 1000) == time, "seed \(seed)")
    }
  }

  private func json(_ write: (inout JSONWriter) -> Void) -> String {
    var writer = JSONWriter(.compact)
    writer.object(write)
    return String(decoding: writer.bytes, as: UTF8.self)
  }
}

/// A document of every kind of field, and what a reader must make of it.
private enum RandomDocument {
  private static let names: [StaticString] = ["a", "b", "c", "d", "e", "f", "g", "h"]

  static func write(
    to writer: inout JSONWriter, depth: Int, _ random: inout SplitMix64
  ) -> JSONObject {
    var fields = JSONObject()
    for name in names.prefix(Int.random(in: 0...names.count, using: &random)) {
      fields[JSONName(name.description)] = writeField(name, to: &writer, depth: depth, &random)
    }
    let name = "named \(text(&random))"
    let value = text(&random)
    writer.field(named: name, value)
    fields[JSONName(name)] = .string(value)
    return fields
  }

  private static func writeField(
    _ name: StaticString, to writer: inout JSONWriter, depth: Int, _ random: inout SplitMix64
  ) -> JSONValue {
    switch random.next() % (depth < 4 ? 8 : 5) {
    case 0:
      let value = text(&random)
      writer.field(name, value)
      return .string(value)
    case 1:
      let value = Int(truncatingIfNeeded: random.next()) >> (random.next() % 64)
      writer.field(name, value)
      return .number(JSONNumber(value))
    case 2:
      let value = random.chance(0.5)
      writer.field(name, value)
      return .bool(value)
    case 3:
      writer.null(name)
      return .null
    case 4:
      let texts = (0..<(random.next() % 4)).map { _ in text(&random) }
      writer.array(name, texts)
      return .array(texts.map { .string($0) })
    case 5:
      let count = Int(random.next() % 3)
      var objects: [JSONValue] = []
      writer.array(name, 0..<count) { writer, _ in
        writer.object { objects.append(.object(write(to: &$0, depth: depth + 1, &random))) }
      }
      return .array(objects)
    default:
      var fields = JSONObject()
      writer.object(name) { fields = write(to: &$0, depth: depth + 1, &random) }
      return .object(fields)
    }
  }

  /// Many control characters and quotes, and scalars of every length.
  private static func text(_ random: inout SplitMix64) -> String {
    var text = ""
    for _ in 0..<(random.next() % 12) {
      let limit: UInt32 = random.pick([0x20, 0x80, 0x800, 0x1_0000, 0x11_0000])
      guard let scalar = Unicode.Scalar(UInt32.random(in: 0..<limit, using: &random)) else {
        continue
      }
      text.unicodeScalars.append(scalar)
    }
    return text
  }
}

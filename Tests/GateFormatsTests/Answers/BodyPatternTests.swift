import GateCore
import Testing

@testable import GateSettings

@Suite struct BodyPatternTests {
  @Test(arguments: [
    ("(?=ready)", "lookaround"), ("(?!error)", "lookaround"), ("(?<=v)1", "lookaround"),
    ("(?<!v)1", "lookaround"), (#"(a)\1"#, "backreferences"), ("(?>a)b", "atomic"),
    ("a++b", "possessive"), (#"\R"#, "invalid escape sequence"),
    ("((", "missing )"), ("[a", "missing ]"), ("a{2,1}", "repetition"), ("*a", "repetition"),
    ("", "is empty"), (#"[[:nothing:]]"#, "class"), ("a\\", "trailing"),
    (#"((a{10}){10}){900}"#, "repetition size"), (#"(?:(?:.?){100}){9}b"#, "too large"),
    (#"[^a]{900}"#, "too large"),
  ])
  func whatIsNoPatternOfRE2IsRefusedWithItsReason(_ pattern: String, _ reason: String) {
    let error = #expect(throws: GrammarError.self) { try BodyPattern(pattern) }
    #expect(error?.description.contains(reason) == true, "\(error?.description ?? "")")
    #expect(error?.description.utf8.count ?? 0 < 500)
  }

  @Test(arguments: [
    ("ok", 0), ("v(.*)", 1), (#"v([0-9]+)\.(?:[0-9]+)\.([0-9]+)"#, 2), ("(?P<version>.+)", 1),
    (#"\(a\)"#, 0), ("[(]", 0), ("(a)|(b)", 2),
  ])
  func itsGroupsAreCounted(_ pattern: String, _ groups: Int) throws {
    #expect(try BodyPattern(pattern).groups == groups)
  }

  @Test(arguments: [
    ("ok", "not OK, but ok", true), ("^ok$", "ok", true), ("^ok$", "ok\n", false),
    ("(?m)^ok$", "status\nok\n", true), (#"^ok\s*$"#, "ok\r\n", true), ("a.b", "a\nb", false),
    ("(?s)a.b", "a\nb", true), ("(?i)READY", "ready", true), (#"\d+"#, "no digit", false),
    (#"^\pL+$"#, "straße", true), ("é", "caf\u{E9}", true), ("^.$", "\u{FFFD}", true),
    ("a\0b", "xa\0bx", true),
  ])
  func aPatternIsFoundAnywhere(_ pattern: String, _ text: String, _ isFound: Bool) throws {
    #expect(try BodyPattern(pattern).isFound(in: text) == isFound)
  }

  @Test(arguments: [
    ("v([0-9.]+)", "app v1.2.3 up", "1.2.3"), ("v(.*)", "v", ""), ("v(?:(1)|2)", "v2", nil),
    ("(x)", "y", nil), ("<b>(.)</b>", "a<b>✓</b>", "✓"),
  ])
  func theFirstGroupIsWhatItFinds(_ pattern: String, _ text: String, _ found: String?) throws {
    #expect(try BodyPattern(pattern).firstGroup(in: text) == found)
  }

  // MARK: - What a search costs

  private static let patterns = [
    ".*ok", "[a-z]+ok", #"\w+\s*ok"#, "(a+)+$", "(x+x+)+y", "(a|aa)+$", #"^(\w+\s?)*$"#,
    "(a|b)*a(a|b){200}c", #"\pL{1}"#, ".{1,100}ok", "ok",
  ]

  /// Instructions times bytes is all that RE2 may do, whatever the text is.
  @Test(arguments: patterns) func theWorkOfASearchIsBounded(_ pattern: String) throws {
    let pattern = try BodyPattern(pattern)
    #expect(pattern.size <= BodyPattern.largest)
    #expect(pattern.size * pattern.bytesLookedAt <= BodyPattern.mostWork)
  }

  @Test func whatIsAPatternOfUsualSizeLooksAtAllThatIsKept() throws {
    for pattern in [".*ok", #"version ([0-9]+\.[0-9]+\.[0-9]+)"#, "(?:a|b)*a(?:a|b){100}c"] {
      let judge = try ExpectationJudge(Expectations(body: pattern))
      #expect(try BodyPattern(pattern).bytesLookedAt >= judge.bodyBytesWanted)
    }
  }

  @Test func whatStandsBehindTheBoundIsNotFound() throws {
    let pattern = try BodyPattern(".{1,150}ok!")
    #expect(pattern.bytesLookedAt < 256 * 1024)
    let blanks = String(repeating: "\n", count: pattern.bytesLookedAt)
    #expect(!pattern.isFound(in: blanks + "a ok!"))
    #expect(pattern.isFound(in: blanks.dropLast(20) + "a ok!"))
  }

  /// Each of these would have taken an engine that backtracks from half a minute to the end of the
  /// world.
  @Test(arguments: patterns) func noTextMakesASearchLong(_ pattern: String) throws {
    let size = 256 * 1024
    var bits: UInt32 = 1
    let mixed = (0..<size).map { _ -> UInt8 in
      bits = bits &* 1_103_515_245 &+ 12_345
      return bits >> 16 & 1 == 0 ? UInt8(ascii: "a") : UInt8(ascii: "b")
    }
    let texts = [
      String(repeating: "a", count: size), String(repeating: "x", count: size - 1) + "!",
      String(decoding: mixed, as: UTF8.self), String(repeating: "a ", count: size / 2) + "!",
    ]
    let pattern = try BodyPattern(pattern)
    let time = ContinuousClock().measure {
      for text in texts {
        _ = pattern.isFound(in: text)
        _ = pattern.firstGroup(in: text)
      }
    }
    #expect(time < .seconds(60))
  }
}

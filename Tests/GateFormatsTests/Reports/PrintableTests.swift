import GateDisplay
import GateReports
import GateText
import Testing

@Suite struct PrintableTests {
  struct Case: CustomTestStringConvertible {
    var name: String
    var text: String
    var printable: String
    var testDescription: String { name }
  }

  @Test(arguments: [
    Case(name: "plain", text: "web-1 (10.0.1.5)", printable: "web-1 (10.0.1.5)"),
    Case(name: "accents", text: "Zürich", printable: "Zürich"),
    Case(name: "colour", text: "a\u{1B}[31mb", printable: "a?[31mb"),
    Case(name: "window title", text: "\u{1B}]0;x\u{07}", printable: "?]0;x?"),
    Case(name: "eight-bit escape", text: "a\u{9B}31mb", printable: "a?31mb"),
    Case(name: "line ends", text: "a\nb\r\nc\u{85}d\u{2028}e", printable: "a b  c d e"),
    Case(name: "tab and strange blank", text: "a\tb\u{A0}c\u{3000}d", printable: "a b c d"),
    Case(name: "right to left override", text: "a\u{202E}b\u{2066}c", printable: "a?b?c"),
    Case(name: "zero width", text: "a\u{200B}b\u{FEFF}c\u{AD}d", printable: "a?b?c?d"),
    Case(name: "invisible letter", text: "a\u{3164}b", printable: "a?b"),
    Case(name: "tags", text: "a\u{E0041}b", printable: "a?b"),
    Case(name: "backspace", text: "a\u{8}b\u{7F}", printable: "a?b?"),
    Case(name: "private use", text: "a\u{E000}", printable: "a?"),
    Case(name: "variation selector", text: "a\u{FE0F}b", printable: "ab"),
    Case(
      name: "a heap of marks", text: "a" + String(repeating: "\u{301}", count: 50) + "b",
      printable: "a\u{301}\u{301}b"),
    Case(
      name: "bytes that are no text", text: String(decoding: [0x61, 0xFF], as: UTF8.self),
      printable: "a\u{FFFD}"),
    Case(name: "nothing", text: "", printable: ""),
  ])
  func whatDrivesATerminalIsReplaced(_ example: Case) {
    #expect(
      Array(example.text.printable.unicodeScalars) == Array(example.printable.unicodeScalars))
    #expect(example.text.printable.printable == example.text.printable)
  }
}

@Suite struct WrappedTextTests {
  @Test(arguments: [
    (
      "healthgate: error: no target given\n  hint: such as this",
      "healthgate: error:\n  no target given\n  hint: such as\n    this"
    ),
    ("a short line", "a short line"), ("", ""), ("one\n\ntwo", "one\n\ntwo"),
    ("words that go on behind no label", "words that go on\nbehind no label"),
    ("  indented words that go on", "  indented words\n  that go on"),
    // What is to be copied stays whole, and so does a word that is wider than the page.
    ("  healthgate --soak 1m --interval 5", "  healthgate --soak 1m --interval 5"),
    ("      --instances 127.0.0.1,127.0.0.2", "      --instances 127.0.0.1,127.0.0.2"),
    ("see http://10.0.1.5/health?deep=1 now", "see\nhttp://10.0.1.5/health?deep=1\nnow"),
    ("日本語 日本語 日本語", "日本語 日本語\n日本語"),
  ])
  func linesAreBrokenBetweenWords(_ text: String, _ wrapped: String) {
    #expect(text.wrapped(to: 18) == wrapped)
  }

  @Test func whatGoesOnWithALineOfTheLogStandsBehindTheTime() {
    let lines = "[   0.0s] warning: soak is 1s, shorter than it was\n[   0.1s] ok\n"
    #expect(
      ProgressLog.wrapped(lines, to: 34)
        == "[   0.0s] warning: soak is 1s,\n          shorter than it was\n[   0.1s] ok\n")
  }
}

@Suite struct TextColumnsTests {
  @Test(arguments: [
    ("abc", 3), ("Zürich", 6), ("e\u{301}", 1), ("日本", 4), ("한국", 4), ("\u{1112}\u{1161}", 2),
    ("✓✗×…▁█●○", 8), ("🚀", 2), ("ｆｕｌｌ", 8), ("", 0),
  ])
  func columnsAreThoseOfATerminal(_ text: String, _ columns: Int) {
    #expect(text.columns == columns)
  }

  @Test(arguments: [
    ("abc", 3, "abc"), ("abcd", 3, "ab…"), ("日本語", 6, "日本語"), ("日本語", 5, "日本…"),
    ("日本語", 4, "日…"), ("abc", 1, "…"), ("abc", 0, ""), ("", 0, ""),
  ])
  func textIsCutToItsColumns(_ text: String, _ columns: Int, _ cut: String) {
    #expect(text.cut(to: columns) == cut)
    #expect(text.cut(to: columns).columns <= columns)
  }

  @Test func textIsPaddedOnEitherSide() {
    #expect("日".padded(to: 4) == "日  ")
    #expect("1ms".rightAligned(in: 5) == "  1ms")
    #expect("long".padded(to: 2) == "long")
  }

  @Test func aLineIsCutAcrossItsPieces() {
    var line = DisplayLine("abc", .good)
    line.append("def", .bad)
    #expect(line.columns == 6)
    #expect(line.cut(to: 6) == line)
    #expect(line.cut(to: 5).text(in: .plain) == "abcd…")
    #expect(line.cut(to: 3).text(in: .plain) == "ab…")
    #expect(line.cut(to: 5).text(in: .coloured) == "\u{1B}[32mabc\u{1B}[0m\u{1B}[31md…\u{1B}[0m")
  }
}

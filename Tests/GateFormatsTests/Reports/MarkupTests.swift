import Testing

@testable import GateReports

@Suite struct MarkupTests {
  @Test func whatIsInterpolatedIsEscaped() {
    let text = "<a href='x'>\"&\""
    let markup: Markup = "<p title=\"\(text)\">\(7)</p>"
    #expect(
      markup.source
        == "<p title=\"&lt;a href=&#39;x&#39;&gt;&quot;&amp;&quot;\">7</p>")
  }

  @Test func markupWithinMarkupStandsAsItIs() {
    let inner: Markup = "<b>\("<")</b>"
    let outer: Markup = "<p>\(inner)\([inner, inner])</p>"
    #expect(outer.source == "<p><b>&lt;</b><b>&lt;</b><b>&lt;</b></p>")
  }

  @Test func whatXMLDoesNotAllowIsNotThere() {
    let markup: Markup = "\("a\0\u{1B}\u{FFFE}\u{FFFF}b\nc\td")"
    #expect(markup.source == "a????b c d")
  }

  @Test func linesStayLines() {
    #expect(Markup(lines: "a<\n\nb&\u{7}").source == "a&lt;\n\nb&amp;?")
  }
}

@Suite struct MarkdownTextTests {
  @Test(arguments: [
    ("a_b_c", "a_b_c"), ("_a_", "\\_a\\_"), ("*a*", "\\*a\\*"), ("a|b", "a\\|b"),
    ("<script>", "\\<script\\>"), ("[x](y)", "\\[x\\](y)"), ("`x`", "\\`x\\`"), ("a\\", "a\\\\"),
    ("# a", "\\# a"), ("- a", "\\- a"), ("a - b", "a - b"), ("http://x", "http\\://x"),
    ("www.x.y", "www\\.x.y"), ("@all", "@<!-- -->all"), ("a: b", "a: b"), (":x:", "\\:x:"),
    ("a\nb", "a b"), ("$x$", "\\$x\\$"), ("10.0.1.5", "10.0.1.5"), ("~~a~~", "\\~\\~a\\~\\~"),
  ])
  func textIsNeverAnElement(_ text: String, _ markdown: String) {
    let made: MarkdownText = "\(text)"
    #expect(made.source == markdown)
  }

  @Test(arguments: [
    ("a", "`a`"), ("a`b", "`` a`b ``"), ("``", "``` `` ```"), ("a|b", "`a\\|b`"), ("", "–"),
    (" a", "`  a `"), ("a\n<b>", "`a <b>`"),
  ])
  func codeEndsWhereItEnds(_ text: String, _ markdown: String) {
    let made: MarkdownText = "\(code: text)"
    #expect(made.source == markdown)
  }
}

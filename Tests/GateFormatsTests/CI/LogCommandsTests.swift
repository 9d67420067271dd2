import Testing

@testable import GateReports
@testable import GateText

@Suite struct LogCommandsTests {
  @Test(arguments: [
    Row("plain: nothing to see", "plain: nothing to see"),
    Row("::error::x", "|::error::x"), Row("  ::error::x", "  |::error::x"),
    Row("a\n\t::set-output name=a::b\n", "a\n\t|::set-output name=a::b\n"),
    Row("a ::error::x", "a ::error::x"), Row("2001:db8::5", "2001:db8::5"),
    Row("  ::1, ::2 and ::ffff:10.0.0.1", "  ::1, ::2 and ::ffff:10.0.0.1"),
    Row("::ab, ::cd", "::ab, ::cd"),
    Row("x ##[set-output name=a]b", "x # #[set-output name=a]b"),
    Row("##vso[task.complete]", "# #vso[task.complete]"), Row("####[x]", "# # # #[x]"),
    Row("#1 and #2", "#1 and #2"), Row("", ""),
  ])
  func nothingInALogIsACommand(_ row: Row<String>) {
    #expect(row.input.withoutLogCommands == row.output)
  }

  @Test func jsonSaysTheSameWithoutACommand() {
    var writer = JSONWriter(.compact)
    writer.object { writer in
      writer.field("a", "#1 ##vso[x] #\u{34F}#[y]")
      writer.field("b", "#2")
    }
    let expected = ##"{"a":"#1 \u0023\u0023vso[x] \u0023\u034f\u0023[y]","b":"#2"}"##
    #expect(String(decoding: writer.bytes, as: UTF8.self) == expected)
  }

  @Test(arguments: [
    Row("a%b\r\nc: d, e", "a%25b%0D%0Ac: d, e"), Row("%0A", "%250A"),
  ])
  func gitHubsDataIsEscaped(_ row: Row<String>) {
    #expect(GitHubActions.escapedData(row.input) == row.output)
  }

  @Test(arguments: [
    Row("a:b,c%d", "a%3Ab%2Cc%25d"), Row("::x", "%3A%3Ax"), Row(":\u{301}:", "%3A\u{301}%3A"),
  ])
  func gitHubsPropertiesAreEscaped(_ row: Row<String>) {
    #expect(GitHubActions.escapedProperty(row.input) == row.output)
  }

  @Test(arguments: [
    Row("a;b]c%d\r\n", "a%3Bb%5Dc%AZP25d%0D%0A")
  ])
  func azuresCommandsAreEscaped(_ row: Row<String>) {
    #expect(AzurePipelines.escaped(row.input) == row.output)
  }

  @Test(arguments: [
    Row("plain", "'plain'"), Row("it's", #"'it'\''s'"#), Row("$(x)\n`y`", "'$(x)\n`y`'"),
    // The mark makes one character of the two, and must not hide the quote.
    Row("'\u{301}; x", #"''\''"# + "\u{301}; x'"),
  ])
  func aWordOfAShellStaysOneWord(_ row: Row<String>) {
    #expect(CircleCI.quoted(row.input) == row.output)
  }

  @Test func aTextIsCutAtTheEndOfALine() {
    let text = String(repeating: "0123456789\n", count: 100)
    #expect(wholeLines(of: text, in: 1100) == text)
    let cut = wholeLines(of: text, in: 1099) ?? ""
    #expect(cut.utf8.count <= 1099)
    #expect(cut.hasPrefix("0123456789\n") && cut.hasSuffix("9\n\nThe rest does not fit here.\n"))
    #expect(wholeLines(of: text, in: 20) == nil)
    #expect(wholeLines(of: text, in: -5) == nil)
    #expect(wholeLines(of: "", in: 0)?.isEmpty == true)
  }
}

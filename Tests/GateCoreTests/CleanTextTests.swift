import GateCore
import Testing

@Suite struct CleanTextTests {
  @Test(arguments: [
    ("plain", "plain"), (" a \r\n\tb\u{1B}[2J ", "a b [2J"), ("", ""),
    ("##vso[task.complete]", "# #vso[task.complete]"), ("a ##[x] ###", "a # #[x] # # #"),
    ("#\u{200B}#[x]", "# #[x]"), ("::set-output name=a::b", ": :set-output name=a::b"),
    ("\n ::group::x", ": :group::x"), ("::1", "::1"), ("::ffff:10.0.0.1", "::ffff:10.0.0.1"),
    ("a ::group::x", "a ::group::x"), ("::error\ttitle=a::b", ": :error title=a::b"),
    ("\u{200B}::error\u{1B}title=a::b", ": :error title=a::b"),
  ])
  func whatComesFromTheNetworkCanBePrintedAnywhere(_ text: String, _ cleaned: String) {
    #expect(text.cleaned(to: 100) == cleaned)
    #expect(cleaned.cleaned(to: 100) == cleaned)
  }

  @Test(arguments: [("##", 2, "#"), ("##", 3, "# #"), ("é é", 4, "é"), ("abc", 0, "")])
  func itIsNeverLongerThanItMay(_ text: String, _ bytes: Int, _ cleaned: String) {
    #expect(text.cleaned(to: bytes) == cleaned)
  }
}

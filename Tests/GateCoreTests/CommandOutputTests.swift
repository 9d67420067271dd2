import GateCore
import Testing

@Suite struct CommandOutputTests {
  @Test(arguments: [
    ("plain\n", "plain"), ("a\r\nb\n\n", "a\nb"), ("\u{1B}[32mgreen\u{1B}[0m", "green"),
    ("\u{1B}]0;title\u{7}x", "]0;title x"), ("0123456789\nabcdefghij\nlast", "last"),
    ("a\u{202E}b", "a b"),
    ("a\u{1B}[1;.;b", "a [1;.;b"), ("a\u{1B}[3", "a"),
  ])
  func itIsCleanedLineByLine(_ input: String, _ text: String) {
    var output = CommandOutput(without: [], limit: 14)
    #expect(output.take(Array(input.utf8)) == Array(input.utf8))
    #expect(output.finish() == [])
    #expect(output.text == text)
  }

  /// The end that is kept may begin within a secret, and a color may stand within one.
  @Test func itIsMaskedBeforeItIsCut() {
    for length in 1...40 {
      var output = CommandOutput(without: ["hush-hush-token"], limit: length)
      _ = output.take(Array("a hush-hush-to".utf8))
      _ = output.take(Array("ken, hush\u{1B}[3".utf8))
      _ = output.take(Array("1m-hush-token".utf8))
      _ = output.finish()
      #expect("a ***, ***".hasSuffix(output.text), "\(length): \(output.text)")
    }
  }
}

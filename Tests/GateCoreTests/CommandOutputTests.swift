import GateCore
import Testing

@Suite struct CommandOutputTests {
  @Test(arguments: [
    ("plain\n", "plain"), ("a\r\nb\n\n", "a\nb"), ("\u{1B}[32mgreen\u{1B}[0m", "green"),
    ("\u{1B}]0;title\u{7}x", "]0;title x"), ("0123456789\nabcdefghij\nlast", "last"),
    ("a\u{202E}b", "a b"),
    ("0123456789abcdefghij\n", "789abcdefghij"),
    ("a\u{1B}[1;.;b", "a [1;.;b"), ("a\u{1B}[3", "a"),
  ])
  func itIsCleanedLineByLine(_ input: String, _ text: String) {
    var output = CommandOutput(without: [], limit: 14)
    #expect(output.take(Array(input.utf8)) + output.finish() == Array(input.utf8))
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

  /// What is shown while it comes is what is kept, wherever it is torn.
  @Test(arguments: [
    ("pull https://me:hunter2@host/x done\n", "pull https://me:***@host/x done\n"),
    ("https://TOKEN@host", "https://***@host"),
    ("'https://a:b@c/?sig=1&x=2'", "'https://a:***@c/?sig=***&x=2'"),
    (
      "{\"url\":\"https:\\/\\/me:pw\\/d@host\\/x\"}",
      "{\"url\":\"https:\\/\\/me:***@host\\/x\"}"
    ),
    ("to /login?next=%2Fx%3Fcode%3D5%26a%3D1;", "to /login?next=%2Fx%3Fcode%3D***%26a%3D1;"),
    ("&lt;a href=/x?a=1&amp;token=abc&gt;", "&lt;a href=/x?a=1&amp;token=***&gt;"),
    ("a?token=\u{E9}t\u{E9} b?c=d", "a?token=*** b?c=d"),
    ("10:30:01 is it? yes; #1: a:b, 50%", "10:30:01 is it? yes; #1: a:b, 50%"),
  ])
  func credentialsOfURLsAreMaskedInWhatIsShownAndInWhatIsKept(_ input: String, _ shown: String) {
    for size in 1...20 {
      var output = CommandOutput(without: [])
      var relayed: [UInt8] = []
      var rest = Array(input.utf8)[...]
      while !rest.isEmpty {
        relayed += output.take(Array(rest.prefix(size)))
        rest = rest.dropFirst(size)
      }
      relayed += output.finish()
      #expect(String(decoding: relayed, as: UTF8.self) == shown, "in pieces of \(size)")
      #expect(output.text == String(shown.filter { $0 != "\n" }))
    }
  }

  @Test func aURLThatDoesNotEndIsNotWaitedForAndNotShown() {
    for start in ["https://me:", "x?token=", "\\/x?token="] {
      var output = CommandOutput(without: [])
      var relayed = output.take(Array("see \(start)".utf8))
      let more = [UInt8](repeating: UInt8(ascii: "s"), count: 1000)
      for _ in 0..<100 { relayed += output.take(more) }
      relayed += output.take(Array("s end\n".utf8)) + output.finish()
      let text = String(decoding: relayed, as: UTF8.self)
      #expect(!text.contains("ss") && text.hasSuffix("*** end\n"), "\(text)")
    }
  }

  /// Not in seconds a megabyte, as it was for what has escapes within escapes.
  @Test(arguments: [
    "plain words of a log, 10:30:01 GET /x 200\n", "%41&#65;\\u0041&amp;%26", "&%\\ ", "?a=b;",
  ])
  func itsWorkIsBoundedWhateverIsPrinted(_ piece: String) {
    let block = [UInt8](String(repeating: piece, count: 16_384 / piece.utf8.count).utf8)
    var output = CommandOutput(without: ["hush-hush-token"])
    var shown = 0
    let begun = ContinuousClock.now
    for _ in 0..<64 { shown += output.take(block).count }
    shown += output.finish().count
    #expect(shown > 0)
    // A megabyte, by a build that is not optimized, on a machine that has other work.
    #expect(ContinuousClock.now - begun < .seconds(30), "\(piece)")
  }

  /// Beyond the bound words with escapes are not looked into: they are no longer shown.
  @Test func whatIsNotLookedIntoIsNotShown() {
    var stream = SecretStream(["hush-hush-token"], escapedAtMost: 30)
    let line = Array("a hush%2Dhush-token b%20cdefgh 50% d\n".utf8)
    #expect(String(decoding: stream.take(line), as: UTF8.self) == "a *** b%20cdefgh 50% d\n")
    #expect(String(decoding: stream.take(line), as: UTF8.self) == "a *** *** 50% d\n")
    #expect(stream.take(Array("plain\n".utf8)) == Array("plain\n".utf8))
  }
}

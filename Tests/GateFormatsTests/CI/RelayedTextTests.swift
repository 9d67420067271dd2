import TestSupport
import Testing

@testable import GateText

@Suite struct RelayedTextTests {
  @Test(arguments: [
    Row("plain\n\tdone 10 %\r20 %\n", "plain\n\tdone 10 %\r20 %\n"),
    Row("\u{1B}[1;32mgreen\u{1B}[0m", "\u{1B}[1;32mgreen\u{1B}[0m"),
    Row("\u{1B}[38:2::1:2:3mcolored\u{1B}[m", "\u{1B}[38:2::1:2:3mcolored\u{1B}[m"),
    Row("a\u{1B}[2Jb\u{1B}[1;1Hc\u{1B}[>4;1md", "abcd"),
    Row("\u{1B}]0;title\u{7}x\u{9B}31my", " ]0;title x 31my"),
    Row("\u{202E}evil\u{200B}x\u{2028}y", " evil x y"), Row("größer 日本", "größer 日本"),
    Row("::error::a\n  ::set-output name=a::b", "|::error::a\n  |::set-output name=a::b"),
    Row("::error\u{200B}::a", "|::error ::a"), Row("a\r::debug::b", "a\r|::debug::b"),
    Row("##vso[x] #\u{1B}[2J#[y]", "# #vso[x] # #[y]"), Row("::1 and : b\n: c", "::1 and : b\n: c"),
    Row("torn \u{1B}[3", "torn  [3"), Row("", ""),
  ])
  func colorsStayAndNothingSteers(_ row: Row<String>) {
    #expect(relayed([Array(row.input.utf8)]) == row.output)
    #expect(relayed(row.input.utf8.map { [$0] }) == row.output)
  }

  @Test func whatIsNoTextIsShownAsSuch() {
    #expect(
      relayed([[0x61, 0xFF, 0xC3], [0x28, 0xF0, 0x9F], [0x98, 0x80, 0xE2]])
        == "a\u{FFFD}\u{FFFD}(😀\u{FFFD}")
  }

  @Test func piecesAreOfNoMatter() {
    var generator = SplitMix64(seed: 7)
    let signs = [
      "#", ":", "::error::x", " ", "\n", "\r", "\u{1B}", "[", "3", "m", "ö", "😀", "\u{200B}", "a",
    ]
    for _ in 0..<2000 {
      let text = Array((0..<24).map { _ in signs.randomElement(using: &generator)! }.joined().utf8)
      var pieces: [[UInt8]] = []
      var rest = text[...]
      while !rest.isEmpty {
        let size = Int.random(in: 1...6, using: &generator)
        pieces.append(Array(rest.prefix(size)))
        rest = rest.dropFirst(size)
      }
      let whole = relayed([text])
      #expect(relayed(pieces) == whole)
      #expect(whole.withoutLogCommands == whole)
    }
  }

  @Test func whatIsPlainIsNotHeldBack() {
    var text = RelayedText()
    #expect(String(decoding: text.take(Array("step 1 … ".utf8)), as: UTF8.self) == "step 1 … ")
    #expect(text.take(Array("::err".utf8)).count == 5)
    #expect(text.take(Array("\n::err".utf8)) == [0x0A])
  }

  private func relayed(_ pieces: [[UInt8]]) -> String {
    var text = RelayedText()
    let bytes = pieces.flatMap { text.take($0) }
    return String(decoding: bytes + text.finish(), as: UTF8.self)
  }
}

@testable internal import GateInsight
internal import Testing

/// What lint reads out of answers: JSON that may be cut off, times, pages.
@Suite struct TextReadingTests {
  private func leaves(_ text: String) -> [String]? {
    JSONLeaves(Array(text.utf8))?.leaves.map { leaf in
      "\(leaf.names.joined(separator: "/"))=\(leaf.value)"
    }
  }

  @Test func leavesAreFoundWithTheirNames() {
    #expect(
      leaves(" {\"a\": {\"b\": [1, \"x\"]}, \"c\": true, \"d\": null, \"e\": {}, \"f\": []}") == [
        "a/b/[]=number(\"1\")", "a/b/[]=string(\"x\")", "c=bool(true)", "d=null",
      ])
  }

  @Test func aCutOffTextGivesWhatIsWhole() {
    #expect(leaves("{\"a\": 1, \"b\": \"unfin") == ["a=number(\"1\")"])
    #expect(leaves("{\"a\": 1, \"b\": {\"c\": fals") == ["a=number(\"1\")"])
  }

  @Test func escapesAreRead() {
    #expect(leaves("{\"a\\\"b\": \"c\\\\d\\u0041\"}") == ["a\"b=string(\"c\\\\d\\\\u0041\")"])
  }

  @Test func whatIsNotJSONIsNone() {
    #expect(leaves("ok") == nil)
    #expect(leaves("") == nil)
    #expect(leaves("{ok}") == [])
  }

  @Test func depthAndNumberAreBounded() {
    #expect(leaves(String(repeating: "[", count: 100_000)) == [])
    let many = "[" + String(repeating: "1,", count: 100_000) + "1]"
    #expect(leaves(many)?.count == 2000)
  }

  @Test(
    arguments: [
      ("Wed, 25 Nov 2026 15:37:31 GMT", 1_795_621_051), ("Nov 25 15:37:31 2026 GMT", 1_795_621_051),
      ("2026-11-25 15:37:31 GMT", 1_795_621_051), ("Jan  1 00:00:00 1970 GMT", 0),
      ("Thu, 29 Feb 2024 23:59:59 GMT", 1_709_251_199), ("Mar  1 00:00:00 2000 GMT", 951_868_800),
      ("Dec 31 23:59:59 1969 GMT", -1),
    ] as [(String, Int64)])
  func timesAreRead(_ text: String, _ seconds: Int64) {
    #expect(secondsSince1970(text) == seconds)
  }

  @Test(arguments: [
    "", "0", "-1", "soon", "25 Nov 2026", "25:61:00 1 Jan 2026", "1 Foo 2026 00:00:00",
  ])
  func whatIsNoTimeIsNone(_ text: String) {
    #expect(secondsSince1970(text) == nil)
  }

  @Test func pagesAreAlikeButForTheirNumbers() {
    func page(_ body: String) -> Page { Page(Reply.page(200, body).answer, hiding: ["10.0.0.1"]) }
    #expect(page("10.0.0.1: 12 products at 15:37") == page("?: 7 products at 9:02"))
    #expect(page("<h1>Shop</h1>") != page("<h1>Welcome</h1>"))
    let json = Page(Reply.json("{\"a\": 1, \"b\": \"x\"}").answer, hiding: [])
    #expect(json == Page(Reply.json("{\"b\": \"y\", \"a\": 2}").answer, hiding: []))
    #expect(json != Page(Reply.json("{\"a\": 1}").answer, hiding: []))
  }

  @Test func phrasesAreFoundInAnyLettersOrExactly() {
    let folded = PhraseFinder(["stack trace", "error"], .alike)
    #expect(folded.first(in: Array("An ERROR, a Stack Trace".utf8)) == "error")
    #expect(folded.first(in: Array("errstack tracerror".utf8)) == "stack trace")
    #expect(folded.first(in: Array("stack trac".utf8)) == nil)
    #expect(folded.first(in: []) == nil)
    let exact = PhraseFinder(["SECRET_KEY"], .exact)
    #expect(exact.first(in: Array("SSECRET_KEY".utf8)) == "SECRET_KEY")
    #expect(exact.first(in: Array("secret_key".utf8)) == nil)
  }
}

internal import GateCore
internal import GateInsight
internal import TestSupport
internal import Testing

/// What the network sends is quoted, and never more than that.
@Suite struct EvidenceTests {
  @Test func evidenceNamesStatusHeaderAndBody() throws {
    let found = try #require(
      Scene().diagnoses(Scene.Player("---", .nginx(502, "Bad Gateway"))).first)
    // Of a page its text: people read it.
    #expect(
      found.evidence == "HTTP 502, server nginx, text/html; charset=utf-8, 502 Bad Gateway nginx")
  }

  @Test(arguments: [
    (
      "<!-- \(String(repeating: "-", count: 300)) --><style>p { a > b }</style><pre>no such table: t</pre>",
      "no such table: t"
    ),
    (
      "<script>if (a < b) { x() }</script ><p>it&#x27;s &quot;down&quot; &amp;lt; up</p>",
      "it's \"down\" &lt; up"
    ),
    ("<title>502</title><h1>502</h1> <p>a\n  b</p><p class=\"cut", "502 a b"),
    ("text before <b>any</b> tag", "text before any tag"),
    ("<style>without an end", ""),
  ])
  func ofAPageItsTextIsShown(_ page: String, _ text: String) throws {
    let evidence = Evidence.read(500, type: "text/html", page)
    #expect(evidence?.excerpt ?? "" == text)
  }

  /// Markup and entities are read after the masks have seen them, and before they see them again.
  @Test(arguments: [
    "secret<!-- -->secret", "secretsecret", "&quot;secretsecret",
  ])
  func aSecretIsNotShownByReadingAPage(_ page: String) throws {
    let answer = Answer(
      status: 500, fields: [Answer.Field("Content-Type", "text/html")],
      body: Array("<p>\(page)</p>".utf8), isBodyWhole: true)
    let evidence = Evidence(of: answer, without: SecretMask(["secretsecret"]))
    let shown = evidence?.excerpt ?? ""
    #expect(!shown.contains("secretsecret"), "\(shown)")
  }

  @Test(arguments: [
    "\u{1B}[2J\u{1B}]0;owned\u{7}", "\u{202E}desrever", "a\r\nSet-Cookie: x", "\u{FFFD}\u{FFFD}\0",
    String(repeating: "\u{1F468}\u{200D}\u{1F469}", count: 400),
    String(repeating: "\"failed\": [\"", count: 100), "{\"failed\": [\"\u{1B}[31m\", \"a b\"]}",
    "{\"failed\": [\"" + String(repeating: "x", count: 5000) + "\"]}",
    "${jndi:ldap://x}", "<script>alert(1)</script>", "%s%n\\u0000",
  ])
  func hostileAnswersAreCutAndCleaned(_ hostile: String) {
    for status in [200, 301, 400, 403, 404, 500, 502, 503, 504] {
      let failures = [
        Failure.status(
          status, server: hostile, location: hostile, type: "application/json", hostile),
        Failure(
          .wrongVersion, hostile, status: status, .read(status, hostile), version: hostile),
        Failure(.protocolError, hostile, status: status),
      ]
      for failure in failures {
        var scene = Scene()
        scene.request = RequestFacts(host: hostile, method: hostile, expectedVersion: hostile)
        let player = Scene.Player("---", failure)
        for found in scene.diagnoses(player, player) {
          #expect((found.evidence ?? "").utf8.count <= 200)
          let texts = [found.summary, found.likelyCause, found.advice, found.evidence ?? ""]
          for text in texts {
            #expect(text.utf8.count < 1200)
            let isClean = text.unicodeScalars.allSatisfy { scalar in
              switch scalar.properties.generalCategory {
              case .control, .format, .lineSeparator, .paragraphSeparator: false
              default: true
              }
            }
            #expect(isClean, "\(text)")
          }
        }
      }
    }
  }

  @Test func whatFailsIsNamedOnlyIfItIsAName() throws {
    func summary(_ body: String) throws -> String {
      let failure = Failure.status(503, type: "application/json", body)
      return try #require(Scene().diagnoses(Scene.Player("---", failure)).first).summary
    }
    #expect(try summary("{\"failed\": [\"cache\", \"homepage\"]}").contains("'cache', 'homepage'"))
    #expect(
      try summary("{\"failed\": [\"<b>x</b>\"]}").hasSuffix("the body says that it is not ready"))
    #expect(
      try summary("{\"status\":\"DOWN\",\"components\":{\"redis\":{\"status\":\"DOWN\"}}}")
        .contains("'redis'"))
  }

  @Test func theRequestIsReadFromTheRunsHeader() {
    let facts = RequestFacts([
      (name: "host", values: ["shop.example"]), (name: "verify_tls", values: ["true"]),
      (name: "expect_version", values: ["v42"]), (name: "header", values: ["X-A: ***"]),
    ])
    #expect(
      facts == RequestFacts(host: "shop.example", expectedVersion: "v42"))
  }
}

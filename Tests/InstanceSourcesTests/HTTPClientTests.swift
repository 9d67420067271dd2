import Testing

@testable import InstanceSources

@Suite struct HTTPClientTests {
  @Test func aRequestArrivesWithItsFieldsAndItsForm() throws {
    let peer = try LoopbackPeer { _ in .init(body: "hello") }
    var request = HTTPRequest(.post(form: Secret("A=1&B=%20")), peer.url + "/")
    request.fields = [HTTPField("X-Own", "a b")]
    let response = try HTTPClient.send(request)
    #expect(response.status == 200)
    #expect(response.line == "hello")
    let seen = try #require(peer.requests.first)
    #expect(seen.method == "POST")
    #expect(seen.body == "A=1&B=%20")
    #expect(seen.fields["x-own"] == "a b")
    #expect(seen.fields["content-type"] == "application/x-www-form-urlencoded")
    #expect(seen.fields["authorization"] == nil)
  }

  @Test func aPutHasNoBody() throws {
    let peer = try LoopbackPeer { _ in .init(body: "token") }
    #expect(try HTTPClient.send(HTTPRequest(.put, peer.url + "/latest/api/token")).line == "token")
    #expect(peer.requests.map(\.method) == ["PUT"])
  }

  @Test func aRedirectIsAnAnswerAndIsNotFollowed() throws {
    let peer = try LoopbackPeer { _ in
      .init(status: 302, fields: ["Location: http://127.0.0.1:1/"])
    }
    #expect(try HTTPClient.send(HTTPRequest(.get, peer.url)).status == 302)
    #expect(peer.requests.count == 1)
  }

  @Test func anAnswerWithoutEndIsCutOff() throws {
    let peer = try LoopbackPeer { _ in
      .init(body: String(repeating: "x", count: HTTPClient.bodyLimit + 1))
    }
    #expect(throws: HTTPFailure(.tooLarge, "the response is larger than 8 MiB")) {
      try HTTPClient.send(HTTPRequest(.get, peer.url))
    }
  }

  @Test func aSilentServerIsGivenUp() throws {
    let peer = try LoopbackPeer { _ in .init(silence: .seconds(2)) }
    var request = HTTPRequest(.get, peer.url)
    request.timeout = .milliseconds(100)
    let failure = #expect(throws: HTTPFailure.self) { try HTTPClient.send(request) }
    #expect(failure?.kind == .silent)
  }

  @Test func nobodyThereIsUnreachable() throws {
    let failure = #expect(throws: HTTPFailure.self) {
      try HTTPClient.send(HTTPRequest(.get, "http://127.0.0.1:1/"))
    }
    #expect(failure?.kind == .unreachable)
  }

  @Test(arguments: ["ftp://127.0.0.1/", "file:///etc/hostname", "http://", "no url at all"])
  func onlyHTTPIsSpoken(_ url: String) {
    let failure = #expect(throws: HTTPFailure.self) { try HTTPClient.send(HTTPRequest(.get, url)) }
    #expect(failure?.kind != .tooLarge)
  }

  @Test(arguments: ["a\r\nX-Other: 1", "a\nb", "a\u{0}b"])
  func aValueCannotBeginAFieldOfItsOwn(_ value: String) throws {
    let peer = try LoopbackPeer { _ in .init() }
    var request = HTTPRequest(.get, peer.url)
    request.fields = [HTTPField("X-Own", value)]
    let failure = #expect(throws: HTTPFailure.self) { try HTTPClient.send(request) }
    #expect(failure?.kind == .unusable)
    #expect(peer.requests.isEmpty)
  }

  @Test(
    .enabled(if: PeerProcess.hasOpenSSL, "there is no Python 3 or no openssl to make a certificate")
  )
  func onlyTheAuthoritiesThatAreNamedAreTrusted() throws {
    let peer = try PeerProcess("tls_server.py")
    let words = peer.announcement.split(separator: " ").map(String.init)
    var request = HTTPRequest(.get, "https://127.0.0.1:\(words[0])/")
    let failure = #expect(throws: HTTPFailure.self) { try HTTPClient.send(request) }
    #expect(failure?.kind == .untrusted)
    request.authorityFile = words[1]
    #expect(try HTTPClient.send(request).line == "hello")
    request.authorityFile = "/nowhere"
    let missing = #expect(throws: HTTPFailure.self) { try HTTPClient.send(request) }
    #expect(missing?.kind == .untrusted)
  }

  @Test func aSignedRequestShowsNoKeyWhenItIsPrinted() {
    var request = HTTPRequest(.post(form: Secret("WebIdentityToken=hidden")), "http://127.0.0.1/")
    request.fields = [HTTPField("Authorization", "hidden")]
    request.signing = HTTPRequest.Signing(
      credentials: AWSCredentials(
        accessKeyID: Secret("hidden"), secretAccessKey: Secret("hidden"),
        sessionToken: Secret("hidden")),
      region: "eu-west-1", service: "sts")
    var dumped = ""
    dump(request, to: &dumped)
    let printed = "\(request) \(String(reflecting: request)) \(dumped)"
    #expect(!printed.contains("hidden"))
    #expect(printed.contains("***"))
  }
}

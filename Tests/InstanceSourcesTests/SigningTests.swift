import TestSupport
import Testing

@testable import InstanceSources

/// libcurl's signatures before an independent judge.
@Suite struct SigningTests {
  @Test(.enabled(if: PeerProcess.has("hmac"), "there is no Python 3 to judge the signatures"))
  func aJudgeFindsEverySignatureRight() throws {
    let judge = try PeerProcess("sigv4_judge.py")
    let port = judge.announcement.prefix { $0 != " " }
    let seed = UInt64.random(in: 0...UInt64.max)
    var generator = SplitMix64(seed: seed)
    for number in 0..<240 {
      let (request, keys) = request(number, to: "http://127.0.0.1:\(port)/", &generator)
      let response = try HTTPClient.send(request)
      let words = String(decoding: response.body, as: UTF8.self)
      #expect(response.status == 200, "request \(number) of seed \(seed), keys \(keys): \(words)")
    }
  }

  @Test(.enabled(if: PeerProcess.has("hmac"), "there is no Python 3 to judge the signatures"))
  func aJudgeFindsAForgedSignatureWrong() throws {
    let judge = try PeerProcess("sigv4_judge.py")
    let port = judge.announcement.prefix { $0 != " " }
    var generator = SplitMix64(seed: 1)
    var (request, _) = request(0, to: "http://127.0.0.1:\(port)/", &generator)
    request.signing?.credentials.secretAccessKey = Secret("another")
    #expect(try HTTPClient.send(request).status == 403)
  }

  private func request(
    _ number: Int, to url: String, _ generator: inout SplitMix64
  ) -> (HTTPRequest, keys: String) {
    var call = QueryCall(AWSService.allCases.randomElement(using: &generator) ?? .sts, "Describe")
    for _ in 0..<Int.random(in: 0...12, using: &generator) {
      call = call.with(
        text(of: Self.oddCharacters, 1...8, &generator),
        text(of: Self.oddCharacters, 0...40, &generator))
    }
    // A page of names is large, and some bodies are larger than a buffer.
    if number % 10 == 0 { call = call.with("Pad", String(repeating: "x~é", count: 23_000)) }
    let key = text(of: Self.keyCharacters, 16...24, &generator)
    let secret = text(of: Self.secretCharacters, 1...60, &generator)
    let token = number % 2 == 0 ? text(of: Self.secretCharacters, 1...2000, &generator) : ""
    var request = HTTPRequest(.post(form: Secret(call.form)), url)
    request.signing = HTTPRequest.Signing(
      credentials: AWSCredentials(
        accessKeyID: Secret(key), secretAccessKey: Secret(secret),
        sessionToken: token.isEmpty ? nil : Secret(token)),
      region: ["eu-west-1", "us-gov-east-1", "cn-north-1"].randomElement(using: &generator) ?? "x",
      service: call.service.hostLabel)
    for (name, value) in [("Key", key), ("Secret", secret), ("Token", token)] {
      let digits = value.utf8.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
      request.fields.append(HTTPField("X-Test-\(name)", digits.isEmpty ? "20" : digits))
    }
    if token.isEmpty { request.fields.removeLast() }
    return (request, "\(key) \(secret)")
  }

  private func text(
    of characters: [Character], _ length: ClosedRange<Int>, _ generator: inout SplitMix64
  ) -> String {
    String(
      (0..<Int.random(in: length, using: &generator)).map { _ in
        characters.randomElement(using: &generator) ?? "x"
      })
  }

  private static let keyCharacters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
  private static let secretCharacters = Array(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+/=:.-_~!$&'()*,;@#%^")
  private static let oddCharacters = Array("abcXYZ019 +-._~/:=&?#%*'()!@$,;\"\\<>[]{}|^`\té漢🚦\n")
}

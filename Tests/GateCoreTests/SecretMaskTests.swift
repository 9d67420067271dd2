import GateCore
import Testing
import TestSupport

@Suite struct SecretMaskTests {
  // MARK: - Whatever becomes of a secret

  private static let letters = Array(
    "abcdefghijKLMNOPQRSTUVWXYZ0123456789-._~+/=!#$%&'*^`|<>\"\\{}()é".unicodeScalars)
  private static let invisible = ["\u{200D}", "\u{200B}", "\u{AD}", "\u{202E}", "\u{1}"]

  private enum Escaping: CaseIterable {
    case percent, html, unicode, backslash
  }

  private func escaped(
    _ text: String, _ escaping: Escaping, _ random: inout SplitMix64
  ) -> String {
    var escaped = ""
    for scalar in text.unicodeScalars {
      let isPlain = scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
      let isEscaped = !isPlain || Int.random(in: 0..<4, using: &random) == 0
      switch escaping {
      case .percent where isEscaped:
        escaped += String(scalar).utf8.map { "%" + hex(UInt32($0), 2).uppercased() }.joined()
      case .html where isEscaped:
        let isHex = Bool.random(using: &random)
        escaped += isHex ? "&#x\(hex(scalar.value, 1));" : "&#\(scalar.value);"
      case .unicode where isEscaped: escaped += "\\u\(hex(scalar.value, 4))"
      case .backslash where ["\"", "\\", "/"].contains(scalar): escaped += "\\\(scalar)"
      default: escaped.unicodeScalars.append(scalar)
      }
    }
    return escaped
  }

  private func hex(_ number: UInt32, _ digits: Int) -> String {
    let text = String(number, radix: 16)
    return String(repeating: "0", count: max(0, digits - text.count)) + text
  }

  private func disguised(_ secret: String, _ random: inout SplitMix64) -> String {
    let levels = Int.random(in: 0...3, using: &random)
    guard levels == 0 else {
      return (0..<levels).reduce(secret) { text, _ in
        escaped(text, Escaping.allCases.picked(&random), &random)
      }
    }
    let cased = [secret, secret.lowercased(), secret.uppercased()].picked(&random)
    let joiner = Self.invisible.picked(&random)
    let scalars = cased.unicodeScalars.enumerated().map { index, scalar in
      (index > 0 && Int.random(in: 0..<5, using: &random) == 0 ? joiner : "") + String(scalar)
    }
    return scalars.joined()
  }

  @Test func nothingOfASecretIsLeftAndNothingElseIsTaken() {
    for seed in 1...1500 {
      var random = SplitMix64(seed: UInt64(seed))
      var secret = ""
      for _ in 0..<Int.random(in: 12...40, using: &random) {
        secret.unicodeScalars.append(Self.letters.picked(&random))
      }
      let mask = SecretMask(["Bearer \(secret)"])
      let shown = disguised(secret, &random)
      let before = ["", "invalid token ", "{\"error\":\"", "q="].picked(&random)
      let after = ["", " was refused", "\"}", ", says it"].picked(&random)
      let masked = mask.masked(before + shown + after)
      #expect(masked == before + "***" + after, "seed \(seed): \(secret) as \(shown)")

      let length = Int.random(in: 0..<shown.unicodeScalars.count, using: &random)
      let cut = before + String(String.UnicodeScalarView(shown.unicodeScalars.prefix(length)))
      let maskedCut = mask.masked(cut, .cut)
      #expect(
        maskedCut.unicodeScalars.count <= before.unicodeScalars.count || maskedCut.hasSuffix("***"),
        "seed \(seed): \(secret) cut in \(cut)")
    }
  }

  @Test(arguments: ["0", "a b c", "HTTP 503", "Bearer x", "not"])
  func shortPartsAreWordsThatAnyAnswerHas(_ secret: String) {
    #expect(SecretMask([secret]).masked("HTTP 503, not 200 to 299") == "HTTP 503, not 200 to 299")
  }

  @Test(arguments: [
    "tokEN<1\"23456789", "TOKEN&lt;1&quot;23456789", "token%3C1%2223456789",
    "tok\u{200D}EN\\u003c1\\\"23456789",
  ])
  func eachEchoOfATokenIsMasked(_ echo: String) {
    let mask = SecretMask(["Bearer tokEN<1\"23456789"])
    #expect(mask.masked("invalid token \(echo)!") == "invalid token ***!")
  }

  // MARK: - What is a secret in a setting

  @Test(arguments: [
    (
      "HTTP:7103/health?api_key=SECRETKEY&token=TOK12345678&v=1",
      "HTTP:7103/health?api_key=***&token=***&v=1"
    ),
    ("http://TOKEN@h:1", "http://***@h:1"),
    ("http://user:pa/ss@h", "http://user:***@h"),
    ("http://host:80/@x:y", "http://host:80/@x:y"),
    ("http://[::1]:80/@x", "http://[::1]:80/@x"),
    (
      "http://u:p@h/x?client%5Fsecret=ab?c&X-Amz-Signature=9",
      "http://u:***@h/x?client%5Fsecret=***&X-Amz-Signature=***"
    ),
    ("user:hunter2@h:1", "user:hunter2@h:1"),
    ("curl -s 'https://a:b@c/d?sig=1#x' | jq .", "curl -s 'https://a:***@c/d?sig=***#x' | jq ."),
    ("10.0.1.5,web-3=10.0.1.7", "10.0.1.5,web-3=10.0.1.7"),
    ("HTTP:80/status?country=code&monkey=2&page=3", "HTTP:80/status?country=code&monkey=2&page=3"),
    ("app@sha256:0123", "app@sha256:0123"),
  ])
  func secretsOfURLsAreMaskedAndNothingElse(_ text: String, _ shown: String) {
    #expect(SecretPlaces.masked(text) == shown)
  }

  @Test func aTokenAtAPlaceWithoutASchemeIsASecret() {
    #expect(SecretPlaces.masked("TOKEN@h:1", isPlace: true) == "***@h:1")
    #expect(SecretPlaces.masked("user:hunter2@h:1", isPlace: true) == "user:***@h:1")
    #expect("user:hunter2@h:1".shown == "'user:***@h:1'")
    #expect(SecretPlaces.secrets(in: "http://me:pw@h", isPlace: true) == ["pw"])
  }

  @Test(arguments: ["Authorization", "X-Api-Key", "Cookie", "X-Debug"])
  func aHeaderIsASecretUnlessItIsKnownToBeNone(_ name: String) {
    #expect(SecretPlaces.isSecret(header: name))
    #expect(!SecretPlaces.isSecret(header: "Content-Type"))
    #expect(!SecretPlaces.isSecret(header: "x-forwarded-proto"))
  }
}

extension Array {
  fileprivate func picked(_ random: inout SplitMix64) -> Element {
    self[Int.random(in: 0..<count, using: &random)]
  }
}

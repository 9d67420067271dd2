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

  private func secret(of length: ClosedRange<Int>, _ random: inout SplitMix64) -> String {
    var secret = ""
    for _ in 0..<Int.random(in: length, using: &random) {
      secret.unicodeScalars.append(Self.letters.picked(&random))
    }
    return secret
  }

  @Test func nothingOfASecretIsLeftAndNothingElseIsTaken() {
    for seed in 1...1500 {
      var random = SplitMix64(seed: UInt64(seed))
      let secret = secret(of: 12...40, &random)
      let mask = SecretMask(["Bearer \(secret)"])
      let shown = disguised(secret, &random)
      let before = ["", "invalid token ", "{\"error\":\"", "q="].picked(&random)
      let after = ["", " was refused", "\"}", ", says it"].picked(&random)
      let masked = mask.masked(before + shown + after)
      #expect(masked == before + "***" + after, "seed \(seed): \(secret) as \(shown)")

      let length = Int.random(in: 0..<shown.unicodeScalars.count, using: &random)
      let cut = before + String(String.UnicodeScalarView(shown.unicodeScalars.prefix(length)))
      let maskedCut = String(decoding: mask.masked(Array(cut.utf8), .cut), as: UTF8.self)
      #expect(
        maskedCut.unicodeScalars.count <= before.unicodeScalars.count || maskedCut.hasSuffix("***"),
        "seed \(seed): \(secret) cut in \(cut)")
    }
  }

  /// With a control sequence somewhere, or what only begins as one.
  private func colored(_ text: String, _ random: inout SplitMix64) -> String {
    var scalars = Array(text.unicodeScalars)
    let sequence = ["", "\u{1B}[01;31m", "\u{1B}[0;", "\u{1B}[", "\u{1B}"].picked(&random)
    let place = Int.random(in: 0...scalars.count, using: &random)
    scalars.insert(contentsOf: sequence.unicodeScalars, at: place)
    var colored = String.UnicodeScalarView()
    colored.append(contentsOf: scalars)
    return String(colored)
  }

  /// The longest piece of a secret that stands in a text, in its own case or not.
  private func longestPiece(of secret: String, in text: String) -> Int {
    let (secret, text) = (Array(secret.lowercased().utf8), Array(text.lowercased().utf8))
    var longest = 0
    for start in text.indices {
      for other in secret.indices {
        let length = zip(text[start...], secret[other...]).prefix { $0 == $1 }.count
        longest = max(longest, length)
      }
    }
    return longest
  }

  @Test func aSecretThatWasCutOrTornByOthersIsMaskedToo() {
    for seed in 1...300 {
      var random = SplitMix64(seed: UInt64(seed))
      let secret = secret(of: 8...40, &random)
      let mask = SecretMask(["Bearer \(secret)"])
      let shown = Array(colored(disguised(secret, &random), &random).utf8)
      let from = Int.random(in: 0..<shown.count, using: &random)
      let part = Array(shown[from...].prefix(Int.random(in: 0...shown.count, using: &random)))
      let text = Array("x=".utf8) + part + Array(",".utf8) + shown + Array(" end\n".utf8)
      let whole = String(decoding: mask.masked(text, .whole), as: UTF8.self)
      #expect(longestPiece(of: secret, in: whole) < 8, "seed \(seed): \(secret) in \(whole)")

      var stream = SecretStream(mask)
      var streamed: [UInt8] = []
      var rest = text[...]
      while !rest.isEmpty {
        let size = Int.random(in: 1...12, using: &random)
        streamed += stream.take(Array(rest.prefix(size)))
        rest = rest.dropFirst(size)
      }
      #expect(stream.finish().isEmpty, "seed \(seed): a whole line is held back")
      #expect(
        String(decoding: streamed, as: UTF8.self) == whole, "seed \(seed): \(secret) torn")
    }
  }

  /// The backslash is the secret's own, and escapes nothing of the page.
  @Test func aSecretEscapedForAPageAndThenForAURLIsMasked() {
    let echo = "%5C%26%23%31%308%3B%28m%2A%4F%6E%26%23x%339%3B"
    #expect(SecretMask(["viO\\l(m*On9"]).masked("x\(echo)y") == "x***y")
  }

  @Test func whatCannotBeASecretIsNotHeldBack() {
    var stream = SecretStream(["hush-hush-token"])
    #expect(stream.take(Array("Continue? ".utf8)) == Array("Continue? ".utf8))
    #expect(stream.take(Array("progress: 10".utf8)) == Array("progress: ".utf8))
    #expect(stream.finish() == Array("10".utf8))
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

  @Test(arguments: [
    ("TOKEN=abc ./deploy --password=x --to y", "TOKEN=*** ./deploy --password=*** --to y"),
    ("API_KEY='a b' ./x \"y\"", "API_KEY='***' ./x \"y\""),
    (
      "./x --token abc --token \"$T\" --password-file f",
      "./x --token *** --token \"$T\" --password-file f"
    ),
    (
      "curl -H 'Authorization: Bearer abc' -H 'Accept: a/b' -d x http://h",
      "curl -H 'Authorization: ***' -H 'Accept: a/b' -d x http://h"
    ),
    ("TOKEN=$T ./x; jq '{key: .x}'", "TOKEN=$T ./x; jq '{key: .x}'"),
  ])
  func secretsOfCommandsAreMaskedAndNothingElse(_ text: String, _ shown: String) {
    #expect(SecretPlaces.masked(text, .command) == shown)
  }

  @Test func secretsOfTheEnvironmentAreThoseNamedForThemAndThoseOfURLs() {
    let variables = [
      "AWS_SECRET_ACCESS_KEY": "k1", "GITHUB_TOKEN": "t1", "DB_PASSWORD": "p1",
      "DATABASE_URL": "postgres://u:p2@db/x", "PATH": "/usr/bin", "PWD": "/srv/web",
    ]
    #expect(Set(SecretPlaces.secrets(ofEnvironment: variables)) == ["k1", "t1", "p1", "p2"])
  }

  @Test func aTokenAtAPlaceWithoutASchemeIsASecret() {
    #expect(SecretPlaces.masked("TOKEN@h:1", .place) == "***@h:1")
    #expect(SecretPlaces.masked("user:hunter2@h:1", .place) == "user:***@h:1")
    #expect("user:hunter2@h:1".shown == "'user:***@h:1'")
    #expect(SecretPlaces.secrets(in: "http://me:pw@h", .place) == ["pw"])
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

/// Which parts of a setting are secrets: the one rule by which they are shown as `***`, and by which
/// `SecretMask` knows what to look for elsewhere.
package enum SecretPlaces {
  /// Header fields whose values are no secrets, in lower case.
  package static let openHeaders: Set<String> = [
    "accept", "accept-charset", "accept-encoding", "accept-language", "cache-control",
    "connection", "content-length", "content-type", "host", "pragma", "te", "user-agent",
    "x-forwarded-for", "x-forwarded-host", "x-forwarded-port", "x-forwarded-prefix",
    "x-forwarded-proto", "x-forwarded-ssl",
  ]

  package static func isSecret(header name: some StringProtocol) -> Bool {
    !openHeaders.contains(name.lowercased())
  }

  /// Names of parameters that hold secrets, without their separators.
  private static let names: Set<String> = [
    "accesskey", "apikey", "auth", "authorization", "awsaccesskeyid", "bearer", "code",
    "credential", "credentials", "hmac", "jwt", "key", "pass", "passphrase", "passwd", "password",
    "pat", "pwd", "sas", "secret", "session", "sessionid", "sid", "sig", "signature", "ticket",
    "token", "xamzcredential",
  ]

  /// A name that ends so is one too: `client_secret`, `X-Amz-Signature`, `privateToken`.
  private static let endings = [
    "accesskey", "apikey", "passphrase", "passwd", "password", "secret", "secretkey", "signature",
    "subscriptionkey", "token",
  ]

  package static func isSecret(parameter name: some StringProtocol) -> Bool {
    let decoded = EscapedText(Array(name.utf8)).decoded(.percent, .whole).bytes
    let plain = String(decoding: decoded, as: UTF8.self).lowercased().filter {
      !"-_.[]$".contains($0)
    }
    return names.contains(plain) || endings.contains { plain.hasSuffix($0) }
  }

  /// The secrets in text that may hold URLs.
  package static func secrets(in text: String, isPlace: Bool = false) -> [String] {
    ranges(in: text, isPlace: isPlace).map { String(text[$0]) }
  }

  /// Where text that may hold URLs has secrets: users with passwords, and parameters named for them.
  ///
  /// Of a place, which can be a host without a scheme, all before an `@` is one.
  private static func ranges(in text: String, isPlace: Bool) -> [Range<String.Index>] {
    var ranges: [Range<String.Index>] = []
    var place = text.startIndex
    while place < text.endIndex {
      guard !isEdge(text[place]) else {
        place = text.index(after: place)
        continue
      }
      let word = text[place...].prefix { !isEdge($0) }
      ranges += credentials(in: word, isPlace: isPlace) + parameters(in: word)
      place = word.endIndex
    }
    return ranges.sorted { $0.lowerBound < $1.lowerBound }
  }

  package static func masked(_ text: String, isPlace: Bool = false) -> String {
    var shown = ""
    var place = text.startIndex
    for range in ranges(in: text, isPlace: isPlace) where range.upperBound > place {
      if range.lowerBound >= place { shown += text[place..<range.lowerBound] + SecretMask.mask }
      place = range.upperBound
    }
    return shown + text[place...]
  }

  /// What ends a URL in a sentence or a command.
  private static func isEdge(_ character: Character) -> Bool {
    character.isWhitespace || "'\"`<>".contains(character)
  }

  /// The password before an `@`, or all of it where there is none.
  private static func credentials(
    in word: Substring, isPlace: Bool
  ) -> [Range<String.Index>] {
    let scheme = word.firstRange(of: "://")
    let start = scheme?.upperBound ?? word.startIndex
    guard let at = endOfCredentials(in: word[start...]) else { return [] }
    let user = word[start..<at]
    // Without a scheme nothing tells whether it is one: the digest of an image stands behind an `@`
    // too.
    guard scheme != nil || isPlace, !user.isEmpty else { return [] }
    guard let colon = user.firstIndex(of: ":") else { return [start..<at] }
    let password = word.index(after: colon)..<at
    return password.isEmpty ? [start..<at] : [password]
  }

  private static func endOfCredentials(in place: Substring) -> String.Index? {
    let authority = place.prefix { !"/?#".contains($0) }
    if let at = authority.lastIndex(of: "@") { return at }
    // What is no port is a password with a slash, or another sign, that was not escaped.
    guard let colon = authority.lastIndex(of: ":"),
      !authority.hasPrefix("["),
      authority[authority.index(after: colon)...].asWholeNumber == nil
    else { return nil }
    return place.prefix { $0 != "?" }.lastIndex(of: "@")
  }

  private static func parameters(in word: Substring) -> [Range<String.Index>] {
    var ranges: [Range<String.Index>] = []
    var rest = word[...]
    while let separator = rest.firstIndex(where: { "?&;#".contains($0) }) {
      rest = rest[rest.index(after: separator)...]
      let pair = rest.prefix { !"?&;#".contains($0) }
      guard let sign = pair.firstIndex(of: "=") else { continue }
      // A value may have a question mark.
      let value = rest[rest.index(after: sign)...].prefix { !"&;#".contains($0) }
      if !value.isEmpty, isSecret(parameter: pair[..<sign]) {
        ranges.append(value.startIndex..<value.endIndex)
      }
    }
    return ranges
  }
}

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

  /// What a text is, as far as it tells where secrets are.
  package enum Kind: Sendable {
    /// It may hold URLs.
    case text
    /// It can be a host without a scheme, and all before an `@` is a secret.
    case place
    /// A line for a shell: `TOKEN=… ./deploy --password … -H 'Authorization: …'`.
    case command
  }

  /// The secrets in a text.
  package static func secrets(in text: String, _ kind: Kind = .text) -> [String] {
    ranges(in: text, kind).map { String(text[$0]) }
  }

  /// Users with their passwords in URLs, as they are sent: `USER:PASSWORD`.
  package static func users(in text: String, _ kind: Kind) -> [[UInt8]] {
    text.split(whereSeparator: isEdge).compactMap { word in
      let start = word.firstRange(of: "://")?.upperBound ?? word.startIndex
      guard !credentials(in: word, kind).isEmpty, let at = endOfCredentials(in: word[start...]),
        word[start..<at].contains(":")
      else { return nil }
      return EscapedText(Array(word[start..<at].utf8)).decoded(.percent, .whole).bytes
    }
  }

  /// The secrets in the environment that a command gets, and may print: of variables named for
  /// them, and of URLs.
  package static func secrets(ofEnvironment variables: [String: String]) -> [String] {
    variables.flatMap { isSecret(variable: $0.key) ? [$0.value] : secrets(in: $0.value) }
  }

  /// As of a parameter, but for the shell's own working directory.
  private static func isSecret(variable name: some StringProtocol) -> Bool {
    !["PWD", "OLDPWD"].contains(String(name)) && isSecret(parameter: name)
  }

  package static func masked(_ text: String, _ kind: Kind = .text) -> String {
    var shown = ""
    var place = text.startIndex
    for range in ranges(in: text, kind) where range.upperBound > place {
      if range.lowerBound >= place { shown += text[place..<range.lowerBound] + SecretMask.mask }
      place = range.upperBound
    }
    return shown + text[place...]
  }

  /// Where a text has secrets: users with passwords, and what is named for one.
  private static func ranges(in text: String, _ kind: Kind) -> [Range<String.Index>] {
    var ranges: [Range<String.Index>] = []
    var before: Substring = ""
    var place = text.startIndex
    while place < text.endIndex {
      guard !isEdge(text[place]) else {
        place = text.index(after: place)
        continue
      }
      let word = text[place...].prefix { !isEdge($0) }
      ranges += credentials(in: word, kind) + parameters(in: word, kind)
      if kind == .command, let argument = argument(word, after: before, in: text) {
        ranges.append(argument)
      }
      (before, place) = (word, word.endIndex)
    }
    return ranges.sorted { $0.lowerBound < $1.lowerBound }
  }

  /// What is given to a variable or an option that is named for a secret, or to a header, in a
  /// command; a variable of the shell's own shows nothing.
  private static func argument(
    _ word: Substring, after name: Substring, in text: String
  ) -> Range<String.Index>? {
    guard !word.hasPrefix("$"), !word.hasPrefix("-") else { return nil }
    if name.hasSuffix("=") ? name.endIndex < word.startIndex : name.hasPrefix("--"),
      !text[name.endIndex..<word.startIndex].contains(where: \.isNewline),
      isSecret(variable: name.prefix { $0 != "=" })
    {
      return word.startIndex..<endOfQuoted(word, in: text)
    }
    guard ["-H", "--header"].contains(name), let colon = word.firstIndex(of: ":"),
      isSecret(header: word[..<colon])
    else { return nil }
    let value = text[text.index(after: colon)..<endOfQuoted(word, in: text)]
    let first = value.firstIndex { !$0.isWhitespace } ?? value.endIndex
    return first < value.endIndex && text[first] != "$" ? first..<value.endIndex : nil
  }

  /// The end of what a word begins: that of the quotes that it stands in.
  private static func endOfQuoted(_ word: Substring, in text: String) -> String.Index {
    guard word.startIndex > text.startIndex else { return word.endIndex }
    let quote = text[text.index(before: word.startIndex)]
    guard "'\"".contains(quote) else { return word.endIndex }
    return text[word.startIndex...].firstIndex(of: quote) ?? text.endIndex
  }

  /// What ends a URL in a sentence or a command.
  private static func isEdge(_ character: Character) -> Bool {
    character.isWhitespace || "'\"`<>".contains(character)
  }

  /// The password before an `@`, or all of it where there is none.
  private static func credentials(
    in word: Substring, _ kind: Kind
  ) -> [Range<String.Index>] {
    let scheme = word.firstRange(of: "://")
    let start = scheme?.upperBound ?? word.startIndex
    guard let at = endOfCredentials(in: word[start...]) else { return [] }
    let user = word[start..<at]
    // Without a scheme nothing tells whether it is one: the digest of an image stands behind an `@`
    // too.
    guard scheme != nil || kind == .place, !user.isEmpty else { return [] }
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

  private static func parameters(in word: Substring, _ kind: Kind) -> [Range<String.Index>] {
    // Of a command a word may be a pair itself: `TOKEN=…`, `--token=…`.
    var starts = kind == .command ? [word.startIndex] : []
    starts += word.indices.filter { "?&;#".contains(word[$0]) }.map { word.index(after: $0) }
    return starts.compactMap { start in
      let pair = word[start...].prefix { !"?&;#".contains($0) }
      guard let sign = pair.firstIndex(of: "=") else { return nil }
      // A value may have a question mark.
      let value = word[word.index(after: sign)...].prefix { !"&;#".contains($0) }
      let isOpen = value.isEmpty || kind == .command && value.hasPrefix("$")
      let name = pair[..<sign]
      let isNamed = kind == .command ? isSecret(variable: name) : isSecret(parameter: name)
      return !isOpen && isNamed ? value.startIndex..<value.endIndex : nil
    }
  }
}

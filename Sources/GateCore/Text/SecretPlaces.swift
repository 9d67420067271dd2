/// The parts of a setting that are secrets.
///
/// By this single rule they are shown as `***`, and `SecretMask` knows what to look for elsewhere.
package enum SecretPlaces {
  /// Header fields whose values are not secret, in lower case.
  package static let openHeaders: Set<String> = [
    "accept", "accept-charset", "accept-encoding", "accept-language", "cache-control",
    "connection", "content-length", "content-type", "host", "pragma", "te", "user-agent",
    "x-forwarded-for", "x-forwarded-host", "x-forwarded-port", "x-forwarded-prefix",
    "x-forwarded-proto", "x-forwarded-ssl",
  ]

  package static func isSecret(header name: some StringProtocol) -> Bool {
    !openHeaders.contains(name.lowercased())
  }

  /// Names of parameters with secrets, without separators.
  private static let names: Set<String> = [
    "accesskey", "apikey", "auth", "authorization", "awsaccesskeyid", "bearer", "code",
    "credential", "credentials", "hmac", "jwt", "key", "pass", "passphrase", "passwd", "password",
    "pat", "pwd", "sas", "secret", "session", "sessionid", "sid", "sig", "signature", "ticket",
    "token", "xamzcredential",
  ]

  /// Endings of further such names: `client_secret`, `X-Amz-Signature`, `privateToken`.
  private static let endings = [
    "accesskey", "apikey", "passphrase", "passwd", "password", "secret", "secretkey", "signature",
    "subscriptionkey", "token",
  ]

  package static func isSecret(parameter name: some StringProtocol) -> Bool {
    isSecret(parameter: Array(name.utf8)[...])
  }

  private static func isSecret(parameter name: Bytes) -> Bool {
    // The longest name in the list is shorter, whatever precedes it.
    let decoded = EscapedText(Array(name.suffix(256))).decoded(.percent, .whole).bytes
    let plain = String(decoding: decoded, as: UTF8.self).lowercased().filter {
      !"-_.[]$".contains($0)
    }
    return names.contains(plain) || endings.contains { plain.hasSuffix($0) }
  }

  /// The kind of a text, which determines where secrets can be.
  package enum Kind: Sendable {
    /// Text that may contain URLs.
    case text
    /// An address, possibly a host without a scheme; everything before an `@` is secret.
    case place
    /// A line for a shell: `TOKEN=… ./deploy --password … -H 'Authorization: …'`.
    case command
  }

  /// The secrets in a text.
  package static func secrets(in text: String, _ kind: Kind = .text) -> [String] {
    let bytes = Array(text.utf8)
    return ranges(in: bytes[...], kind).map { String(decoding: bytes[$0], as: UTF8.self) }
  }

  /// Users with their passwords in URLs, in the form `USER:PASSWORD` in which they are sent.
  package static func users(in text: String, _ kind: Kind) -> [[UInt8]] {
    let bytes = Array(text.utf8)
    return words(of: bytes[...]).compactMap { word in
      guard let user = user(in: bytes[word], kind), bytes[user].contains(colon) else { return nil }
      return EscapedText(Array(bytes[user])).decoded(.percent, .whole).bytes
    }
  }

  /// The secrets in the environment of a command, which it may print.
  ///
  /// They are values of variables with the name of a secret, and of URLs.
  package static func secrets(ofEnvironment variables: [String: String]) -> [String] {
    variables.flatMap {
      isSecret(variable: Array($0.key.utf8)[...]) ? [$0.value] : secrets(in: $0.value)
    }
  }

  /// Whether the variable has the name of a secret, except for the shell's own working directory.
  private static func isSecret(variable name: Bytes) -> Bool {
    !name.elementsEqual("PWD".utf8) && !name.elementsEqual("OLDPWD".utf8)
      && isSecret(parameter: name)
  }

  package static func masked(_ text: String, _ kind: Kind = .text) -> String {
    let bytes = Array(text.utf8)
    let found = SecretMask.merged(ranges(in: bytes[...], kind))
    guard !found.isEmpty else { return text }
    let masked = SecretMask.masking(found, in: bytes, upTo: bytes.count)
    return String(decoding: masked, as: UTF8.self)
  }

  /// A message of this program without these secrets.
  ///
  /// Only whole words are masked: a short secret may be part of another word.
  static func masked(_ message: String, words secrets: [String]) -> String {
    let bytes = Array(message.utf8)
    let found = secrets.flatMap { secret in
      let secret = Array(secret.utf8)
      return bytes.indices.filter { start in
        let end = start + secret.count
        return bytes[start...].starts(with: secret)
          && (start == 0 || !isOfWord(bytes[start - 1]))
          && (end == bytes.count || !isOfWord(bytes[end]))
      }.map { $0..<$0 + secret.count }
    }
    guard !found.isEmpty else { return message }
    let masked = SecretMask.masking(SecretMask.merged(found), in: bytes, upTo: bytes.count)
    return String(decoding: masked, as: UTF8.self)
  }

  private static func isOfWord(_ byte: UInt8) -> Bool { byte.isAlphanumeric || byte >= 0x80 }

  // MARK: - Ranges

  typealias Bytes = ArraySlice<UInt8>

  private static let colon = UInt8(ascii: ":")
  private static let question = UInt8(ascii: "?")
  private static let dollar = UInt8(ascii: "$")
  private static let afterScheme = Array("//".utf8)

  /// The ranges of secrets in a text: users with passwords, and values with the name of a secret.
  static func ranges(in bytes: Bytes, _ kind: Kind) -> [Range<Int>] {
    var ranges: [Range<Int>] = []
    var before = bytes.startIndex..<bytes.startIndex
    for word in words(of: bytes) {
      ranges += self.ranges(inWord: bytes[word], kind)
      if kind == .command {
        ranges += argument(word, after: before, in: bytes).map { [$0] } ?? []
      }
      before = word
    }
    return ranges
  }

  private static func ranges(inWord word: Bytes, _ kind: Kind) -> [Range<Int>] {
    credentials(in: word, kind) + parameters(in: word, kind)
  }

  /// The secrets of the URLs in a text, each with the start of the word that it is in.
  static func secretsOfURLs(in bytes: Bytes) -> [(word: Int, secret: Range<Int>)] {
    words(of: bytes).flatMap { word in
      ranges(inWord: bytes[word], .text).map { (word.lowerBound, $0) }
    }
  }

  /// The words that can contain a URL in a sentence or a command.
  private static func words(of bytes: Bytes) -> [Range<Int>] {
    var words: [Range<Int>] = []
    var place = bytes.startIndex
    while let start = bytes[place...].firstIndex(where: { !isEdge($0) }) {
      place = bytes[start...].firstIndex(where: isEdge) ?? bytes.endIndex
      words.append(start..<place)
    }
    return words
  }

  /// Whether the byte ends a URL in a sentence or a command.
  static func isEdge(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x20, 0x09...0x0D, UInt8(ascii: "'"), UInt8(ascii: "\""), UInt8(ascii: "`"),
      UInt8(ascii: "<"), UInt8(ascii: ">"):
      true
    default: false
    }
  }

  /// Whether the byte separates the parts of a query.
  private static func isDivider(_ byte: UInt8) -> Bool {
    byte == question || endsValue(byte)
  }

  /// Whether the byte ends a value, which may contain a question mark.
  private static func endsValue(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "&") || byte == UInt8(ascii: ";") || byte == UInt8(ascii: "#")
  }

  /// The value of a variable, option or header in a command, if its name is that of a secret.
  ///
  /// A reference to a shell variable is not secret.
  private static func argument(
    _ word: Range<Int>, after before: Range<Int>, in bytes: Bytes
  ) -> Range<Int>? {
    let (text, name) = (bytes[word], bytes[before])
    guard text.first != dollar, text.first != UInt8(ascii: "-") else { return nil }
    let isGiven =
      name.last == UInt8(ascii: "=")
      ? name.endIndex < text.startIndex : name.starts(with: "--".utf8)
    let isOneLine = !bytes[before.upperBound..<word.lowerBound].contains { 0x0A...0x0D ~= $0 }
    if isGiven, isOneLine, isSecret(variable: name.prefix { $0 != UInt8(ascii: "=") }) {
      return word.lowerBound..<endOfQuoted(word, in: bytes)
    }
    guard name.elementsEqual("-H".utf8) || name.elementsEqual("--header".utf8),
      let colon = text.firstIndex(of: colon),
      isSecret(header: String(decoding: text[..<colon], as: UTF8.self))
    else { return nil }
    let value = bytes[colon + 1..<endOfQuoted(word, in: bytes)]
    let first = value.firstIndex { $0 != 0x20 && !(0x09...0x0D ~= $0) } ?? value.endIndex
    return first < value.endIndex && value[first] != dollar ? first..<value.endIndex : nil
  }

  /// The end of what a word begins: that of the quotes around it, if there are any.
  private static func endOfQuoted(_ word: Range<Int>, in bytes: Bytes) -> Int {
    guard word.lowerBound > bytes.startIndex else { return word.upperBound }
    let quote = bytes[word.lowerBound - 1]
    guard quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") else {
      return word.upperBound
    }
    return bytes[word.lowerBound...].firstIndex(of: quote) ?? bytes.endIndex
  }

  /// The index after the scheme and `://`; nil if there is none.
  private static func authorityStart(in word: Bytes) -> Int? {
    var place = word.startIndex
    while let sign = word[place...].firstIndex(of: colon) {
      if word[(sign + 1)...].starts(with: afterScheme) { return sign + 3 }
      place = sign + 1
    }
    return nil
  }

  /// The password before an `@`, or the whole user if there is none.
  private static func credentials(in word: Bytes, _ kind: Kind) -> [Range<Int>] {
    guard let user = user(in: word, kind) else { return [] }
    guard let colon = word[user].firstIndex(of: colon) else { return [user] }
    let password = colon + 1..<user.upperBound
    return password.isEmpty ? [user] : [password]
  }

  /// The part before an `@`.
  private static func user(in word: Bytes, _ kind: Kind) -> Range<Int>? {
    let scheme = authorityStart(in: word)
    // Without a scheme it may be something else: the digest of an image also follows an `@`.
    guard scheme != nil || kind == .place else { return nil }
    let start = scheme ?? word.startIndex
    guard let at = endOfCredentials(in: word[start...]), at > start else { return nil }
    return start..<at
  }

  private static func endOfCredentials(in place: Bytes) -> Int? {
    let at = UInt8(ascii: "@")
    let authority = authority(of: place)
    if let end = authority.lastIndex(of: at) { return end }
    // What is not a port is a password with an unescaped slash or another sign.
    guard let colon = authority.lastIndex(of: colon), authority.first != UInt8(ascii: "["),
      !isNumber(authority[(colon + 1)...])
    else { return nil }
    return place.prefix { $0 != question }.lastIndex(of: at)
  }

  private static func authority(of place: Bytes) -> Bytes {
    place.prefix { $0 != UInt8(ascii: "/") && $0 != question && $0 != UInt8(ascii: "#") }
  }

  private static func isNumber(_ bytes: Bytes) -> Bool {
    !bytes.isEmpty && bytes.allSatisfy { 0x30...0x39 ~= $0 }
  }

  private static func parameters(in word: Bytes, _ kind: Kind) -> [Range<Int>] {
    var ranges: [Range<Int>] = []
    // In a command, a word may be a pair itself: `TOKEN=…`, `--token=…`.
    var next = kind == .command ? word.startIndex : pairStart(in: word)
    while let start = next {
      let pair = word[start...]
      next = pairStart(in: pair)
      let sign = pair.firstIndex { $0 == UInt8(ascii: "=") || isDivider($0) }
      guard let sign, word[sign] == UInt8(ascii: "=") else { continue }
      let value = word[(sign + 1)...].prefix { !endsValue($0) }
      let isOpen = value.isEmpty || kind == .command && value.first == dollar
      let isNamed =
        kind == .command
        ? isSecret(variable: pair[..<sign]) : isSecret(parameter: pair[..<sign])
      if !isOpen, isNamed { ranges.append(value.startIndex..<value.endIndex) }
    }
    return ranges
  }

  private static func pairStart(in word: Bytes) -> Int? {
    word.firstIndex(where: isDivider).map { $0 + 1 }
  }

  // MARK: - Ends of text

  /// The start of a URL at the end of a text, of which more may turn out to be a secret; else nil.
  static func openURL(in bytes: Bytes) -> Int? {
    let word = lastWord(of: bytes)
    return word.indices.first { index in
      guard word[index] == colon else { return isDivider(word[index]) }
      let rest = word[(index + 1)...].prefix(2)
      return rest.elementsEqual(afterScheme.prefix(rest.count))
    }
  }

  /// The part at the end of a text that was cut which may be before an `@`; nil if there is none.
  static func cutCredentials(in bytes: Bytes) -> Range<Int>? {
    let word = lastWord(of: bytes)
    guard let start = authorityStart(in: word), start < word.endIndex,
      authority(of: word[start...]).endIndex == word.endIndex
    else { return nil }
    return start..<word.endIndex
  }

  private static func lastWord(of bytes: Bytes) -> Bytes {
    bytes[(bytes.lastIndex(where: isEdge).map { $0 + 1 } ?? bytes.startIndex)...]
  }
}

extension UInt8 {
  /// Whether it is a letter or a digit of ASCII.
  package var isAlphanumeric: Bool {
    (0x30...0x39).contains(self) || (0x41...0x5A).contains(self) || (0x61...0x7A).contains(self)
  }
}

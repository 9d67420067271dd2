package import GateCore
internal import GateText

extension SettingKey {
  /// A value of the setting in a form that is safe to show.
  package func masked(_ text: String) -> String {
    switch secrecy(of: text) {
    case .open: return text
    case .whole: return SecretMask.mask
    case .places(let kind): return SecretPlaces.masked(text, kind)
    case .from(let start): return text[..<start] + SecretMask.mask
    case .webhook: return Webhook.masked(text)
    case .mapping: return StructuredMasking.masked(text)
    }
  }

  /// The same, with the secrets of other settings masked too; instances keep their names.
  package func masked(_ text: String, without secrets: SecretMask) -> String {
    self == .instances ? masked(text) : secrets.masked(masked(text))
  }

  /// The parts of a value that no output may show, in each form in which they are sent.
  func secrets(in text: String) -> [String] {
    switch secrecy(of: text) {
    case .open: []
    case .whole: [text]
    case .places(let kind): SecretPlaces.sentSecrets(in: text, kind)
    case .from(let start): [String(text[start...])] + Self.basicPasswords(in: text[start...])
    case .webhook: Webhook.secrets(in: text)
    case .mapping: StructuredMasking.secrets(in: text)
    }
  }

  /// The password of `Basic dXNlcjpwYXNzd29yZA==`, which a server may repeat decoded.
  ///
  /// Source: RFC 7617, section 2.
  private static func basicPasswords(in credentials: Substring) -> [String] {
    let words = credentials.split(whereSeparator: \.isWhitespace)
    guard words.count == 2, words[0].lowercased() == "basic",
      let user = Base64.bytes(of: String(words[1])),
      let colon = user.firstIndex(of: UInt8(ascii: ":"))
    else { return [] }
    return [String(decoding: user[(colon + 1)...], as: UTF8.self)]
  }

  /// The secret part of a value: the single rule for what is shown and what is masked elsewhere.
  private enum Secrecy {
    case open
    case whole
    case places(SecretPlaces.Kind)
    /// Everything from this index on.
    case from(String.Index)
    /// Everything except for the host.
    case webhook
    /// Each of its texts, by its own rule.
    case mapping
  }

  private func secrecy(of text: String) -> Secrecy {
    switch setting.confidentiality {
    case .open: .open
    case .header: Self.secrecy(ofHeader: text)
    case .place: .places(.place)
    case .webhook: text == "-" ? .open : .webhook
    case .ofKind where setting.kind == .mapping: .mapping
    case .ofKind: secrecy(ofNamed: text)
    }
  }

  /// The secret part of a value that refers to something.
  private func secrecy(ofNamed text: String) -> Secrecy {
    switch setting.naming {
    case .question: text.hasPrefix("{") ? .mapping : Self.secrecy(ofGuard: text)
    case .command: .places(.command)
    case .group, .key: .places(text.hasPrefix("exec:") ? .command : .text)
    case .nothing, .input, .output, .folder, .journal, .report, .url, .stream, .origin:
      .places(.text)
    }
  }

  /// The secret part of a header: its value, unless that is known to be harmless.
  private static func secrecy(ofHeader text: String) -> Secrecy {
    // Without a colon it is not a header, and any part of it may be the secret.
    guard let colon = text.firstIndex(of: ":"), Answer.Field.isName(text[..<colon]) else {
      return text.hasSuffix(";") && Answer.Field.isName(text.dropLast()) ? .open : .whole
    }
    guard SecretPlaces.isSecret(header: text[..<colon]) else { return .open }
    let value = text[text.index(after: colon)...]
    return .from(value.firstIndex { !$0.isWhitespace } ?? text.endIndex)
  }

  /// The secret part of a guard: everything after the first word if it cannot be parsed.
  private static func secrecy(ofGuard text: String) -> Secrecy {
    guard let colon = text.firstIndex(of: ":") else { return .whole }
    return switch text[..<colon].trimmed {
    case "prometheus", "prometheus-test", "json", "http", "https":
      .places(text.contains("://") ? .text : .place)
    case "cloudwatch-alarm", "cloudwatch-metric", "cloudwatch-math": .open
    case "exec": .places(.command)
    // A password may be anywhere.
    default: .from(text.index(after: colon))
    }
  }
}

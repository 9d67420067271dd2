internal import FoundationEssentials
package import GateCore
internal import GateText

extension SettingKey {
  /// A value of the setting as it may be shown anywhere.
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

  /// The same, without what other settings have as a secret; instances keep their names.
  package func masked(_ text: String, without secrets: SecretMask) -> String {
    self == .instances ? masked(text) : secrets.masked(masked(text))
  }

  /// What of a value must appear in no output, in each form in which it is sent.
  func secrets(in text: String) -> [String] {
    switch secrecy(of: text) {
    case .open: []
    case .whole: [text]
    case .places(let kind):
      SecretPlaces.secrets(in: text, kind)
        + SecretPlaces.users(in: text, kind).map { Data($0).base64EncodedString() }
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
      let user = Data(base64Encoded: String(words[1])),
      let colon = user.firstIndex(of: UInt8(ascii: ":"))
    else { return [] }
    return [String(decoding: user[(colon + 1)...], as: UTF8.self)]
  }

  /// What of a value is a secret: the one rule for what is shown of it and what is looked for.
  private enum Secrecy {
    case open
    case whole
    case places(SecretPlaces.Kind)
    /// All from here on.
    case from(String.Index)
    /// All but the host.
    case webhook
    /// Each of its texts by what it is.
    case mapping
  }

  private func secrecy(of text: String) -> Secrecy {
    switch self {
    case .header: Self.secrecy(ofHeader: text)
    case .notify, .events: text == "-" ? .open : .webhook
    case .guard where text.hasPrefix("{"), .steps, .healthChecks: .mapping
    case .guard: Self.secrecy(ofGuard: text)
    case .proxy, .connectTo: .places(.place)
    case .exec, .onPromote, .onRollback, .onInconclusive, .shift, .undo: .places(.command)
    case .baseline, .signKey: .places(text.hasPrefix("exec:") ? .command : .text)
    // The digest of an image stands behind an `@`.
    case .subject: .open
    default: setting.confidentiality == .secret ? .whole : .places(.text)
    }
  }

  /// A header is shown without its value, unless that is no secret: `Authorization: ***`.
  private static func secrecy(ofHeader text: String) -> Secrecy {
    // Without a colon it is no header, and any of it may be the secret.
    guard let colon = text.firstIndex(of: ":"), Answer.Field.isName(text[..<colon]) else {
      return text.hasSuffix(";") && Answer.Field.isName(text.dropLast()) ? .open : .whole
    }
    guard SecretPlaces.isSecret(header: text[..<colon]) else { return .open }
    let value = text[text.index(after: colon)...]
    return .from(value.firstIndex { !$0.isWhitespace } ?? text.endIndex)
  }

  /// Of a guard that is not understood, only its first word is shown.
  private static func secrecy(ofGuard text: String) -> Secrecy {
    guard let colon = text.firstIndex(of: ":") else { return .whole }
    return switch text[..<colon].trimmed {
    case "prometheus", "prometheus-test", "json", "http", "https":
      .places(text.contains("://") ? .text : .place)
    case "cloudwatch-alarm", "cloudwatch-metric", "cloudwatch-math": .open
    case "exec": .places(.command)
    // A password may stand anywhere.
    default: .from(text.index(after: colon))
    }
  }
}

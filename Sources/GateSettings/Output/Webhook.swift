package import GateCore
internal import GateText

/// The URL to post something to, and the format.
package struct Webhook: Hashable, Sendable {
  /// The URL with `http` or `https`; its path is usually a secret.
  package var url: String
  package var form: Form

  package enum Form: Hashable, Sendable {
    /// The document or the lines without changes.
    case json
    /// A message for Slack's or Mattermost's incoming webhooks.
    case slack
  }

  /// The prefix of a URL that requests such a message.
  static let slackPrefix = "slack:"

  /// Reads `https://HOST/PATH`, or `slack:https://HOST/PATH`.
  ///
  /// - Throws: `GrammarError`, which shows at most the host.
  package init(parsing text: String) throws(GrammarError) {
    guard let (form, url) = Self.parts(of: text) else {
      // Any part of it may be the secret.
      throw GrammarError("not a URL that begins with https:// or http://")
    }
    guard text.unicodeScalars.allSatisfy({ !$0.isShownByNumber && !$0.properties.isWhitespace }),
      (try? InstanceSpec(parsing: String(url.place))) != nil, !url.place.contains("=")
    else {
      throw GrammarError("\(Self.masked(text).shown) is not a URL: https://HOST/PATH")
    }
    self.url = String(text.dropFirst(form.count))
    let isSlack = url.place.lowercased().hasPrefix("hooks.slack.com")
    self.form = !form.isEmpty || isSlack ? .slack : .json
  }

  /// The prefix and the URL; nil if it is not one with `http` or `https`.
  private static func parts(of text: String) -> (form: String, url: URLParts)? {
    let form = text.hasPrefix(slackPrefix) ? slackPrefix : ""
    let url = URLParts(text.dropFirst(form.count))
    guard let url, ["http", "https"].contains(url.scheme.lowercased()) else { return nil }
    return (form, url)
  }

  /// The URL in a form that is safe to show: only its host.
  package var shown: String { Self.masked(url) }

  /// Masks a URL except for its host, because the path is the secret.
  static func masked(_ text: String) -> String {
    guard let (form, url) = parts(of: text) else { return SecretMask.mask }
    let path = url.rest.isEmpty || url.rest == "/" ? url.rest : "/\(SecretMask.mask)"
    return "\(form)\(url.scheme)://\(url.hasUser ? "\(SecretMask.mask)@" : "")\(url.place)\(path)"
  }

  /// The texts that no output may show: the parts after the host, and a password.
  static func secrets(in text: String) -> [String] {
    guard let path = URLParts(text[...])?.rest else { return [text] }
    // A part in lower case is a word such as `services` or `webhooks`, which responses contain too.
    let parts = path.split { "/?&=#".contains($0) }.filter { part in
      part.utf8.count >= 16 || part.contains { $0.isNumber || $0.isUppercase }
    }
    let place = String(text[..<path.startIndex])
    return SecretPlaces.sentSecrets(in: place, .place) + parts.map(String.init)
  }
}

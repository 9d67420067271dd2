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
    let url = text.hasPrefix(Self.slackPrefix) ? text.dropFirst(Self.slackPrefix.count) : text[...]
    guard let separator = url.firstRange(of: "://"),
      ["http", "https"].contains(url[..<separator.lowerBound].lowercased())
    else {
      // Any part of it may be the secret.
      throw GrammarError("not a URL that begins with https:// or http://")
    }
    let shown = Self.masked(text).shown
    let authority = url[separator.upperBound...].prefix { !"/?#".contains($0) }
    let host = authority.lastIndex(of: "@").map { authority[authority.index(after: $0)...] }
    guard text.unicodeScalars.allSatisfy({ !$0.isShownByNumber && !$0.properties.isWhitespace }),
      (try? InstanceSpec(parsing: String(host ?? authority))) != nil,
      !(host ?? authority).contains("=")
    else {
      throw GrammarError("\(shown) is not a URL: https://HOST/PATH")
    }
    self.url = String(url)
    let isSlack = (host ?? authority).lowercased().hasPrefix("hooks.slack.com")
    form = url.count < text.count || isSlack ? .slack : .json
  }

  /// The URL in a form that is safe to show: only its host.
  package var shown: String { Self.masked(url) }

  /// Masks a URL except for its host, because the path is the secret.
  static func masked(_ text: String) -> String {
    let form = text.hasPrefix(slackPrefix) ? slackPrefix : ""
    let url = text.dropFirst(form.count)
    guard let separator = url.firstRange(of: "://"),
      ["http", "https"].contains(url[..<separator.lowerBound].lowercased())
    else { return SecretMask.mask }
    let rest = url[separator.upperBound...]
    let authority = rest.prefix { !"/?#".contains($0) }
    let host = authority.lastIndex(of: "@").map { authority[authority.index(after: $0)...] }
    let path = rest.dropFirst(authority.count)
    return form + url[..<separator.upperBound]
      + (host.map { "\(SecretMask.mask)@\($0)" } ?? authority)
      + (path.isEmpty || path == "/" ? path : "/\(SecretMask.mask)")
  }

  /// The texts that no output may show: the parts after the host, and a password.
  static func secrets(in text: String) -> [String] {
    guard let separator = text.firstRange(of: "://") else { return [text] }
    let path = text[separator.upperBound...].drop { !"/?#".contains($0) }
    // A part in lower case is a word such as `services` or `webhooks`, which responses contain too.
    let parts = path.split { "/?&=#".contains($0) }.filter { part in
      part.utf8.count >= 16 || part.contains { $0.isNumber || $0.isUppercase }
    }
    let place = String(text[..<path.startIndex])
    return SecretPlaces.secrets(in: place, .place) + parts.map(String.init)
  }
}

package import GateCore

/// Where something is posted to, and in which form.
package struct Webhook: Hashable, Sendable {
  /// `http` or `https`; its path is a secret as often as not.
  package var url: String
  package var form: Form

  package enum Form: Hashable, Sendable {
    /// The document or the lines as they are.
    case json
    /// A message that Slack's incoming webhooks take, and Mattermost's.
    case slack
  }

  /// What may stand before a URL to ask for a message.
  static let slackPrefix = "slack:"

  /// Reads `https://HOST/PATH`, or `slack:https://HOST/PATH`.
  ///
  /// - Throws: `GrammarError`; its words show no more than the host.
  package init(parsing text: String) throws(GrammarError) {
    let url = text.hasPrefix(Self.slackPrefix) ? text.dropFirst(Self.slackPrefix.count) : text[...]
    guard let separator = url.firstRange(of: "://"),
      ["http", "https"].contains(url[..<separator.lowerBound].lowercased())
    else {
      // Anything of it may be the secret.
      throw GrammarError("it is not a URL that begins with https:// or http://")
    }
    let shown = maskedWebhook(text).shown
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

  /// The URL as it may be shown anywhere: its host.
  package var shown: String { maskedWebhook(url) }

  /// What must not appear in any output: all that follows the host, and what stands before it.
  var secrets: [String] {
    guard let separator = url.firstRange(of: "://") else { return [url] }
    let rest = url[separator.upperBound...]
    let authority = rest.prefix { !"/?#".contains($0) }
    var secrets: [String] = []
    if let at = authority.lastIndex(of: "@") {
      let user = authority[..<at]
      secrets.append(
        String(user.firstIndex(of: ":").map { user[user.index(after: $0)...] } ?? user))
    }
    // An error may name the parts alone. Short ones are words, which answers have too: v1, hook.
    let path = String(rest.dropFirst(authority.count))
    let parts = path.split { "/?&=#".contains($0) }.map(String.init)
    return secrets.filter { $0.utf8.count > 1 } + ([path] + parts).filter { $0.utf8.count >= 16 }
  }
}

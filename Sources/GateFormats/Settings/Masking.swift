import GateCore

/// What stands in the place of a secret.
package let secretMask = "***"

extension SettingKey {
  /// A value of the setting as it may be shown anywhere.
  package func masked(_ text: String) -> String {
    switch setting.confidentiality {
    case .open: text
    case .secret:
      switch self {
      case .proxy: maskedProxy(text)
      case .notify, .events: maskedWebhook(text)
      case .guard: maskedGuard(text)
      default: maskedHeader(text)
      }
    }
  }
}

/// A header without its value: `Authorization: ***`.
package func maskedHeader(_ text: String) -> String {
  // Without a colon it is no header, and any of it may be the secret.
  guard let colon = text.firstIndex(of: ":"), Answer.Field.isName(text[..<colon]) else {
    return text.hasSuffix(";") && Answer.Field.isName(text.dropLast()) ? text : secretMask
  }
  return "\(text[..<colon]): \(secretMask)"
}

/// A URL without its password: `http://user:***@bastion:3128`.
package func maskedProxy(_ text: String) -> String {
  guard let credentials = credentials(of: text),
    let colon = text[credentials].firstIndex(of: ":")
  else { return text }
  return "\(text[...colon])\(secretMask)\(text[credentials.upperBound...])"
}

/// A URL of which only the host is shown: of a webhook, the path is the secret.
package func maskedWebhook(_ text: String) -> String {
  let form = text.hasPrefix(Webhook.slackPrefix) ? Webhook.slackPrefix : ""
  let url = text.dropFirst(form.count)
  guard text != "-" else { return text }
  guard let separator = url.firstRange(of: "://"),
    ["http", "https"].contains(url[..<separator.lowerBound].lowercased())
  else { return secretMask }
  let rest = url[separator.upperBound...]
  let authority = rest.prefix { !"/?#".contains($0) }
  let host = authority.lastIndex(of: "@").map { authority[authority.index(after: $0)...] }
  let path = rest.dropFirst(authority.count)
  return form + url[..<separator.upperBound] + (host.map { "\(secretMask)@\($0)" } ?? authority)
    + (path.isEmpty || path == "/" ? path : "/\(secretMask)")
}

/// The password in the URL of a proxy.
func password(ofProxy text: String) -> String? {
  guard let credentials = credentials(of: text),
    let colon = text[credentials].firstIndex(of: ":")
  else { return nil }
  return String(text[credentials][text.index(after: colon)...])
}

/// What is before the last `@`, which a password may have too.
private func credentials(of text: String) -> Range<String.Index>? {
  guard let at = text.lastIndex(of: "@") else { return nil }
  let start = text.firstRange(of: "://")?.upperBound ?? text.startIndex
  return start <= at ? start..<at : nil
}

extension String {
  /// The text without these secrets, and without passwords in URLs.
  package func masking(_ secrets: [String]) -> String {
    // The longest first: one may be a part of another.
    let masked = secrets.sorted { $0.utf8.count > $1.utf8.count }
      .reduce(self) { $0.replacing($1, with: secretMask) }
    var shown = ""
    var rest = masked[...]
    while let separator = rest.firstRange(of: "://") {
      shown += rest[..<separator.upperBound]
      rest = rest[separator.upperBound...]
      let authority = rest.prefix { !$0.isWhitespace && !"/?#'\"".contains($0) }
      guard let at = authority.lastIndex(of: "@") else { continue }
      if let colon = authority[..<at].firstIndex(of: ":") {
        shown += authority[...colon] + secretMask
      } else {
        shown += authority[..<at]
      }
      rest = rest[at...]
    }
    return shown + rest
  }
}

package import GateCore

/// What stands in the place of a secret.
package let secretMask = SecretMask.mask

extension SettingKey {
  /// A value of the setting as it may be shown anywhere.
  package func masked(_ text: String) -> String {
    switch self {
    case .header: maskedHeader(text)
    case .notify, .events: maskedWebhook(text)
    case .guard: maskedGuard(text)
    case .proxy, .connectTo: maskedProxy(text)
    // The digest of an image stands behind an `@`.
    case .subject: text
    default: setting.confidentiality == .secret ? secretMask : SecretPlaces.masked(text)
    }
  }
}

/// A header without its value, unless that is no secret: `Authorization: ***`.
package func maskedHeader(_ text: String) -> String {
  // Without a colon it is no header, and any of it may be the secret.
  guard let colon = text.firstIndex(of: ":"), Answer.Field.isName(text[..<colon]) else {
    return text.hasSuffix(";") && Answer.Field.isName(text.dropLast()) ? text : secretMask
  }
  guard SecretPlaces.isSecret(header: text[..<colon]) else { return text }
  return "\(text[..<colon]): \(secretMask)"
}

/// A URL without its password: `http://user:***@bastion:3128`.
package func maskedProxy(_ text: String) -> String { SecretPlaces.masked(text, isPlace: true) }

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

extension String {
  /// The text without these secrets, and without passwords in URLs.
  package func masking(_ secrets: SecretMask) -> String {
    var shown = ""
    var rest = secrets.masked(self)[...]
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

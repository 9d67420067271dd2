import GateCore

/// What stands in the place of a secret.
package let secretMask = "***"

extension SettingKey {
  /// A value of the setting as it may be shown anywhere.
  package func masked(_ text: String) -> String {
    switch setting.confidentiality {
    case .open: text
    case .secret: self == .proxy ? maskedProxy(text) : maskedHeader(text)
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

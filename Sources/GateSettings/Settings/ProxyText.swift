import GateCore

/// Checks the URL of a proxy, `http://user:password@bastion:3128`.
///
/// - Throws: `GrammarError`; the message never shows the password.
func checkedProxy(_ text: String) throws(GrammarError) -> String {
  let shown = SettingKey.proxy.masked(text).shown
  guard let separator = text.firstRange(of: "://") else {
    throw GrammarError("\(shown) is not a URL, such as http://bastion:3128")
  }
  let scheme = text[..<separator.lowerBound].lowercased()
  guard ["http", "https", "socks5", "socks5h"].contains(scheme) else {
    throw GrammarError("\(shown) does not begin with http://, https://, socks5:// or socks5h://")
  }
  var authority = text[separator.upperBound...]
  if authority.hasSuffix("/") { authority.removeLast() }
  if let at = authority.lastIndex(of: "@") { authority = authority[authority.index(after: at)...] }
  guard text.unicodeScalars.allSatisfy({ !$0.isShownByNumber && !$0.properties.isWhitespace }),
    !authority.contains("="), (try? InstanceSpec(parsing: String(authority))) != nil
  else {
    throw GrammarError("\(shown) is not a proxy's URL: SCHEME://HOST:PORT")
  }
  return text
}

/// Checks a mapping for curl's `CURLOPT_CONNECT_TO`: `HOST1:PORT1:HOST2:PORT2`, any part empty.
///
/// - Throws: `GrammarError`, which says what was expected instead.
func checkedConnectTo(_ text: String) throws(GrammarError) -> String {
  let parts = text.partsBetweenColons
  guard parts.count == 4 else {
    throw GrammarError("\(text.shown) is not HOST1:PORT1:HOST2:PORT2")
  }
  for host in [parts[0], parts[2]] where !host.isEmpty {
    _ = try NetworkAddress(parsing: host)
  }
  for port in [parts[1], parts[3]] where !port.isEmpty {
    guard let number = port.asWholeNumber, (1...65_535).contains(number) else {
      throw GrammarError("\(String(port).shown) in \(text.shown) is not a port: 1 to 65535")
    }
  }
  return text
}

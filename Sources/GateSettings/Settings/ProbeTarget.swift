package import GateCore

/// An argument of `probe`: a target, an instance, or a URL with both.
package enum ProbeTarget: Hashable, Sendable {
  /// A target such as `HTTP:80/health`, for each instance of the group.
  case check(HealthCheckTarget)
  /// An instance such as `10.0.1.5:80` or `web-3=10.0.1.7`, checked with the setting `target`.
  case instance(InstanceSpec)
  /// A URL such as `http://10.0.1.5:8080/health`: one instance with its own target.
  case url(Instance, HealthCheckTarget)
}

extension ProbeTarget {
  /// Reads an argument.
  ///
  /// With `://` it is a URL, with a protocol before its first colon a target, otherwise an
  /// instance.
  ///
  /// - Throws: `GrammarError`, which says what was expected instead.
  package init(parsing text: String) throws(GrammarError) {
    if let url = URLParts(text[...]) {
      self = try Self.url(text, url)
    } else if let colon = text.firstIndex(of: ":"), Self.scheme(text[..<colon]) != nil {
      self = .check(try HealthCheckTarget(parsing: text))
    } else if !text.hasPrefix("["), text.contains("/") {
      throw GrammarError(
        "\(text.shown) is neither PROTOCOL:PORT/PATH (HTTP:80/health), nor a URL "
          + "(http://10.0.1.5/health), nor an instance (10.0.1.5:80)",
        hint: text.hintAtURL)
    } else {
      self = .instance(try InstanceSpec(parsing: text))
    }
  }

  private static func scheme(_ name: Substring) -> HealthCheckTarget.Scheme? {
    guard name.utf8.allSatisfy({ $0 < 0x80 }) else { return nil }
    return HealthCheckTarget.Scheme(rawValue: name.uppercased())
  }

  private static func url(_ text: String, _ url: URLParts) throws(GrammarError) -> ProbeTarget {
    guard let scheme = scheme(url.scheme) else {
      let names = HealthCheckTarget.Scheme.allCases.map { $0.rawValue.lowercased() }
      throw GrammarError(
        "\(String(url.scheme).shown) in \(url.shownWithoutUser) is not a protocol: it is one of "
          + names.joined(separator: ", "))
    }
    guard !url.hasUser else {
      throw GrammarError(
        "\(url.shownWithoutUser) has a user name in it: send credentials with "
          + "\(SettingKey.header.flag) 'Authorization: Basic …'")
    }
    guard !url.authority.isEmpty else { throw GrammarError("\(text.shown) has no host") }
    // The zone of an IPv6 address (RFC 6874).
    let spec = try InstanceSpec(parsing: String(url.authority).replacing("%25", with: "%"))
    guard spec.id == nil else { throw GrammarError("\(text.shown) has an '=' in its host") }
    guard let port = spec.port ?? scheme.standardPort else {
      throw GrammarError("\(text.shown) has no port, and \(url.scheme) has no default port")
    }
    let target = try HealthCheckTarget(
      parsing: "\(scheme.rawValue):\(port)\(path(url.rest, of: scheme))")
    let instance = Instance(
      id: SecretPlaces.masked(text), address: spec.address.text, port: port)
    return .url(instance, target)
  }

  /// The path as curl sends it: that of the root if there is none.
  private static func path(_ text: Substring, of scheme: HealthCheckTarget.Scheme) -> String {
    if !scheme.hasPath || scheme.isGRPC { return text == "/" ? "" : String(text) }
    return text.hasPrefix("/") ? String(text) : "/\(text)"
  }
}

extension HealthCheckTarget.Scheme {
  /// The scheme's default port; nil if it has none.
  fileprivate var standardPort: Int? {
    switch self {
    case .http: 80
    case .https: 443
    case .tcp, .ssl, .grpc, .grpcs: nil
    }
  }
}

extension URLParts {
  /// The URL in quotes, without what precedes an `@` in the host, which may be a token.
  fileprivate var shownWithoutUser: String {
    "\(scheme)://\(hasUser ? "\(SecretMask.mask)@" : "")\(place)\(rest)".shown
  }
}

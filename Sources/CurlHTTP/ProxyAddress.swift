internal import GateCore

/// The protocol of a proxy.
enum ProxyKind: Hashable {
  /// CONNECT (RFC 9110, section 9.3.6), in clear text or over TLS.
  case http
  /// SOCKS5 (RFC 1928).
  case socks
}

/// The address and protocol of a proxy.
struct ProxyAddress: Hashable {
  var kind: ProxyKind
  var host: String
  var port: Int
  /// Whether the proxy gets the instance's name, and looks it up itself.
  var looksUpNames: Bool

  /// Reads a valid setting of the form `SCHEME://[USER[:PASSWORD]@]HOST[:PORT]`.
  ///
  /// Source: CURLOPT_PROXY(3), also for the default ports.
  init(_ text: String) {
    let parts = text.split(separator: "://", maxSplits: 1)
    let scheme = parts.count == 2 ? parts[0].lowercased() : "http"
    var authority = parts.last.map { $0.prefix { $0 != "/" } } ?? ""
    if let at = authority.lastIndex(of: "@") {
      authority = authority[authority.index(after: at)...]
    }
    kind = scheme.hasPrefix("socks") ? .socks : .http
    looksUpNames = scheme != "socks5"
    (host, port) = Self.place(authority, or: scheme == "https" ? 443 : 1080)
  }

  private static func place(_ authority: Substring, or port: Int) -> (String, Int) {
    if authority.hasPrefix("["), let end = authority.firstIndex(of: "]") {
      let host = authority[authority.index(after: authority.startIndex)..<end]
      let rest = authority[authority.index(after: end)...].dropFirst()
      return (String(host), rest.asWholeNumber ?? port)
    }
    let parts = authority.split(separator: ":", maxSplits: 1)
    return (String(parts.first ?? ""), parts.dropFirst().first?.asWholeNumber ?? port)
  }
}

/// A name that must be looked up before a check can begin, with the port that libcurl will use.
struct Destination: Hashable {
  var host: String
  var port: Int

  /// Whether the host is an address rather than a name.
  var isAddress: Bool { Self.isAddress(host) }

  static func isAddress(_ host: String) -> Bool {
    // The last part of an address is a number; that of a name never is (RFC 3696, section 2).
    host.contains(":") || host.split(separator: ".").last?.asWholeNumber != nil
  }
}

extension RequestTemplate {
  var proxyAddress: ProxyAddress? { proxy.map(ProxyAddress.init) }

  /// The names that are looked up here for a check of the instance: its own, and that of a proxy.
  func names(of instance: Instance) -> [Destination] {
    var places: [Destination] = []
    let proxy = proxyAddress
    if let proxy { places.append(Destination(host: proxy.host, port: proxy.port)) }
    if proxy?.looksUpNames != true { places.append(destination(of: instance)) }
    return places.filter { !$0.isAddress }
  }

  /// The host and port that libcurl connects to, or tells the proxy to connect to.
  ///
  /// Source: CURLOPT_CONNECT_TO(3): the first mapping that matches and is not empty.
  private func destination(of instance: Instance) -> Destination {
    let own = Destination(host: instance.address, port: instance.port)
    let asked = check.target.scheme.isTLS ? serverName ?? instance.address : instance.address
    for mapping in connectMappings(for: instance) {
      let parts = mapping.partsBetweenColons
      guard parts.count == 4,
        parts[0].isEmpty || parts[0].lowercased() == Self.bracketed(asked).lowercased()
          || parts[0] == asked,
        parts[1].isEmpty || parts[1].asWholeNumber == instance.port,
        !(parts[2].isEmpty && parts[3].isEmpty)
      else { continue }
      let host = parts[2].isEmpty ? Substring(asked) : parts[2]
      return Destination(
        host: String(host.hasPrefix("[") ? host.dropFirst().dropLast() : host),
        port: parts[3].asWholeNumber ?? instance.port)
    }
    return own
  }
}

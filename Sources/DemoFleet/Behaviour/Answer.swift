extension Reply {
  /// A response that may depend on the request.
  package enum Answer: Hashable, Sendable {
    case always(Response)
    /// Django's `ALLOWED_HOSTS`: 400 if the Host is an address, else the given response.
    case ifHostIsNamed(Response)
    /// A web server's redirect to https, for requests without `X-Forwarded-Proto: https`.
    case redirectToTLS
    /// Django's `APPEND_SLASH`: a redirect to the same path with a trailing slash.
    case redirectToSlash

    func response(to request: RequestHead) -> Response {
      let host = Self.withoutPort(request.values(of: "Host").first ?? "")
      switch self {
      case .always(let response): return response
      case .ifHostIsNamed(let response):
        return Self.isAddress(host) ? .disallowedHost : response
      case .redirectToTLS: return .movedPermanently(to: "https://\(host)\(request.target)")
      case .redirectToSlash:
        let path = request.target.prefix { $0 != "?" }
        return .slashAppended(to: "\(path)/\(request.target.dropFirst(path.count))")
      }
    }

    /// The host without its port, as in nginx's `$host`.
    private static func withoutPort(_ host: String) -> String {
      if let bracket = host.lastIndex(of: "]") { return String(host[...bracket]) }
      return String(host.prefix { $0 != ":" })
    }

    private static func isAddress(_ host: String) -> Bool {
      host.hasPrefix("[") || host.allSatisfy { $0 == "." || ("0"..."9").contains($0) }
    }
  }
}

extension Reply {
  /// An answer that may depend on the request.
  package enum Answer: Hashable, Sendable {
    case always(Response)
    /// Django's `ALLOWED_HOSTS`: 400 for a Host that is an address, else the answer of the rest.
    case ifHostIsNamed(Response)
    /// A web server's "redirect to https", which catches what comes without `X-Forwarded-Proto`.
    case redirectToTLS
    /// Django's `APPEND_SLASH`: to the same path with a slash at its end.
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

    /// As nginx's `$host`.
    private static func withoutPort(_ host: String) -> String {
      if let bracket = host.lastIndex(of: "]") { return String(host[...bracket]) }
      return String(host.prefix { $0 != ":" })
    }

    private static func isAddress(_ host: String) -> Bool {
      host.hasPrefix("[") || host.allSatisfy { $0 == "." || ("0"..."9").contains($0) }
    }
  }
}

/// A health check target: `HTTP:80/health`, `TCP:5432`, `GRPC:50051/pkg.Service/Method`.
///
/// The grammar is the Classic Load Balancer's (`HealthCheck.Target`, API 2012-06-01) with
/// `traffic-port` and gRPC from target groups.
package struct HealthCheckTarget: Hashable, Sendable, CustomStringConvertible {
  package enum Scheme: String, Hashable, Sendable, CaseIterable {
    case http = "HTTP"
    case https = "HTTPS"
    case tcp = "TCP"
    case ssl = "SSL"
    case grpc = "GRPC"
    case grpcs = "GRPCS"
  }

  package enum Port: Hashable, Sendable {
    case number(Int)
    /// Each instance's own port, as a target group registers it.
    case trafficPort
  }

  package var scheme: Scheme
  package var port: Port
  /// The path with its leading slash and its query, as in the request line; empty for TCP and SSL.
  package var path: String

  package init(scheme: Scheme, port: Port, path: String = "") {
    self.scheme = scheme
    self.port = port
    self.path = path
  }

  /// The target in AWS's notation, with secret parameters masked; `path` has them.
  package var description: String { SecretPlaces.masked(written) }

  /// The target in AWS's notation, which can be parsed again.
  package var written: String {
    switch port {
    case .number(let number): "\(scheme.rawValue):\(number)\(path)"
    case .trafficPort: "\(scheme.rawValue):traffic-port\(path)"
    }
  }

  /// The method that an Application Load Balancer calls by default.
  package static let albGRPCPath = "/AWS.ALB/healthcheck"

  /// The standard health-checking method, `grpc.health.v1`.
  package static let standardGRPCPath = "/grpc.health.v1.Health/Check"
}

extension HealthCheckTarget.Scheme {
  package var isGRPC: Bool { self == .grpc || self == .grpcs }

  /// Whether a TLS handshake comes before anything else.
  package var isTLS: Bool { self == .https || self == .ssl || self == .grpcs }

  /// Whether a request is sent and a status is received.
  package var hasPath: Bool {
    switch self {
    case .http, .https, .grpc, .grpcs: true
    case .tcp, .ssl: false
    }
  }
}

extension HealthCheckTarget {
  /// Reads a target.
  ///
  /// - Throws: `GrammarError`, which says what was expected instead.
  package init(parsing text: String) throws(GrammarError) {
    if let url = URLParts(text[...]) { throw Self.isURL(text, url) }
    guard let colon = text.firstIndex(of: ":") else {
      throw GrammarError("\(text.shown) is not PROTOCOL:PORT/PATH, such as HTTP:80/health")
    }
    let name = text[..<colon]
    // `uppercased()` alone would also turn other characters into the letters of a scheme.
    guard name.utf8.allSatisfy({ $0 < 0x80 }), let scheme = Scheme(rawValue: name.uppercased())
    else {
      throw GrammarError(
        "'\(name)' is not a protocol: it is one of "
          + Scheme.allCases.map(\.rawValue).joined(separator: ", "),
        hint: Self.hint(atInstance: String(name), text[text.index(after: colon)...]))
    }
    let rest = text[text.index(after: colon)...]
    let slash = rest.firstIndex(of: "/") ?? rest.endIndex
    self.init(
      scheme: scheme,
      port: try Self.port(rest[..<slash], of: text),
      path: try Self.path(rest[slash...], scheme: scheme, of: text))
  }

  /// The error for a URL, which also names an instance, unlike a target.
  private static func isURL(_ text: String, _ url: URLParts) -> GrammarError {
    // A target and an instance have no user.
    let place = url.place
    let path = url.rest.hasPrefix("/") ? url.rest : "/\(url.rest)"
    let host =
      place.hasSuffix("]") ? place : place.prefix(upTo: place.lastIndex(of: ":") ?? place.endIndex)
    let name = url.scheme.uppercased()
    let usual = name == "HTTPS" ? "443" : "80"
    let port = place.count > host.count ? String(place.dropFirst(host.count + 1)) : usual
    let target = "\(name):\(port)\(path)"
    return GrammarError(
      "\(text.shown) is a URL, not PROTOCOL:PORT/PATH",
      hint:
        "give it by itself, healthgate \(url.scheme)://\(place)\(url.rest), or as --target \(target) "
        + "--instances \(host)")
  }

  /// The hint for an instance in place of the protocol, such as `10.0.1.5:8080/health`; else nil.
  private static func hint(atInstance name: String, _ rest: Substring) -> String? {
    let port = rest.prefix { $0 != "/" }
    guard port.asWholeNumber != nil, name.contains(".") || name == "localhost",
      (try? NetworkAddress(parsing: name)) != nil
    else { return nil }
    let path = rest.count > port.count ? rest.dropFirst(port.count) : "/"
    let target = "\(port)\(path)"
    return "give a URL by itself, healthgate http://\(name):\(target), or --target HTTP:\(target) "
      + "--instances \(name)"
  }

  private static func port(_ text: Substring, of whole: String) throws(GrammarError) -> Port {
    guard text != "traffic-port" else { return .trafficPort }
    guard let number = text.asWholeNumber, (1...65_535).contains(number) else {
      throw GrammarError("'\(text)' in \(whole.shown) is not a port: 1 to 65535, or traffic-port")
    }
    return .number(number)
  }

  private static func path(
    _ text: Substring, scheme: Scheme, of whole: String
  ) throws(GrammarError) -> String {
    guard scheme.hasPath else {
      guard text.isEmpty else {
        throw GrammarError(
          "\(whole.shown) has a path, but a \(scheme.rawValue) check has none")
      }
      return ""
    }
    guard !text.isEmpty else {
      guard scheme.isGRPC else {
        throw GrammarError("\(whole.shown) has no path: write '\(whole)/' for the root")
      }
      return albGRPCPath
    }
    // The bytes are sent as they are written (RFC 9112, section 3.2), and are shown.
    guard text.unicodeScalars.allSatisfy({ !$0.isShownByNumber && $0 != " " && $0 != "#" }) else {
      throw GrammarError(
        "the path of \(whole.shown) has a blank, a '#', or a control or invisible character")
    }
    guard text.utf16.count <= 1024 else {
      throw GrammarError("the path of the target is longer than 1024 characters")
    }
    return String(text)
  }
}

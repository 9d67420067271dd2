package import GateCore

/// One request that lint sends to an instance, and its purpose.
///
/// It is the health check's request, except for the values here. Over HTTP it is a GET or a HEAD;
/// gRPC has only POST, and only calls that read are made.
package struct LintRequest: Hashable, Sendable {
  package var purpose: Purpose
  package var method: Method
  /// The path with its query, as in the request line; empty for TCP and SSL.
  package var path: String
  /// The `Host` that replaces the check's own; nil for the check's.
  package var host: String?
  /// Header fields in addition to the check's; they replace fields of the same name.
  package var fields: [Answer.Field]
  /// The connection on which it is sent.
  package var connection: Connection
  /// The message of a gRPC call; nil for an empty one.
  package var message: [UInt8]?

  package enum Method: String, Hashable, Sendable {
    case get = "GET"
    case head = "HEAD"
    /// A gRPC call.
    case call = "POST"
    /// No request: TCP and SSL only connect.
    case connect = "CONNECT"
  }

  package enum Connection: Hashable, Sendable {
    /// A new connection, closed after the request.
    case own
    /// A new connection, kept open for the next request.
    case opened
    /// The connection of the previous request, if the instance kept it.
    case kept
  }

  package enum Purpose: String, Hashable, Sendable, CaseIterable {
    case check
    case first = "first_on_connection"
    case second = "second_on_connection"
    case asLoadBalancer = "as_load_balancer"
    case query
    case missingPath = "missing_path"
    case missingBelow = "missing_below"
    case missingForwarded = "missing_forwarded"
    case otherHost = "other_host"
    case forwarded
    case range
    case head
    case unknownService = "unknown_service"
    case unknownMethod = "unknown_method"
    case reflection
  }

  init(
    _ purpose: Purpose, _ method: Method, _ path: String, host: String? = nil,
    fields: [Answer.Field] = [], on connection: Connection = .own, message: [UInt8]? = nil
  ) {
    self.purpose = purpose
    self.method = method
    self.path = path
    self.host = host
    self.fields = fields
    self.connection = connection
    self.message = message
  }
}

extension LintRequest {
  /// The request in words, as far as it differs from others, such as `GET /health, Host:
  /// x.invalid`.
  package var words: String {
    guard method != .connect else { return "a connection" }
    let extras = (host.map { ["Host: \($0)"] } ?? []) + fields.map { "\($0.name): \($0.value)" }
    let request = "\(method.rawValue) \(SecretPlaces.masked(path))"
    return ([request] + extras).joined(separator: ", ").cleaned(to: 300)
  }

  /// The purpose of the request, in words.
  package var why: String {
    switch purpose {
    case .check: "the health check: whether it passes, how fast, and always with the same result"
    case .first: "the health check, on a connection to be kept alive"
    case .second: "the same again on that connection: whether it is kept alive as announced"
    case .asLoadBalancer: "without what these settings add, which the load balancer cannot send"
    case .query: "with a new query: whether a cache or a file answers"
    case .missingPath: "a path that cannot exist: whether every path is answered the same"
    case .missingBelow: "a path that cannot exist, below the health check's"
    case .missingForwarded: "the same behind the redirect to https"
    case .otherHost: "another Host: whether another site answers"
    case .forwarded: "as if it had come over https: whether that is what makes it pass"
    case .range: "one byte of the response: only a file, or a cached response, supports ranges"
    case .head: "only the header: whether others that look at it see the same"
    case .unknownService: "the health of a service that cannot exist: whether everything is SERVING"
    case .unknownMethod: "a method that cannot exist: whether every call is answered"
    case .reflection: "whether it lists its services for anyone"
    }
  }
}

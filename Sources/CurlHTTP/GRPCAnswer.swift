internal import GateCore

/// What a gRPC call ended with, from its headers and trailers.
///
/// Source: gRPC over HTTP/2, "Responses"; grpc.health.v1 for the message.
struct GRPCAnswer {
  /// The `grpc-status`; nil when the peer sent none.
  var status: Int?
  var message: String?
  /// `HealthCheckResponse.status` of `grpc.health.v1`; nil when there was no such message.
  var serving: ServingStatus?

  enum ServingStatus: Int {
    case unknown = 0
    case serving = 1
    case notServing = 2
    case serviceUnknown = 3

    var name: String {
      switch self {
      case .unknown: "UNKNOWN"
      case .serving: "SERVING"
      case .notServing: "NOT_SERVING"
      case .serviceUnknown: "SERVICE_UNKNOWN"
      }
    }
  }

  /// A frame, not compressed, of an empty message: a request without fields, whatever its type.
  static let emptyRequest: [UInt8] = [0, 0, 0, 0, 0]

  init(_ answer: Answer) {
    status = answer.values(of: "grpc-status").last.flatMap { $0.trimmed.asWholeNumber }
    message = answer.values(of: "grpc-message").last
    serving = Self.servingStatus(in: answer.body)
  }

  /// Reads field 1, a varint, of the first message; a message without it says UNKNOWN.
  private static func servingStatus(in body: [UInt8]) -> ServingStatus? {
    guard body.count >= 5, body[0] == 0 else { return nil }
    let length = body[1..<5].reduce(0) { $0 << 8 | Int($1) }
    guard body.count >= 5 + length else { return nil }
    guard length >= 2 else { return length == 0 ? .unknown : nil }
    guard body[5] == 0x08 else { return nil }
    return ServingStatus(rawValue: Int(body[6]))
  }
}

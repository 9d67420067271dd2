internal import GateCore

/// The outcome of a gRPC call, from its headers and trailers.
///
/// Source: gRPC over HTTP/2, "Responses"; grpc.health.v1 for the message.
struct GRPCAnswer {
  /// The `grpc-status` of the trailers, or of a header that ended the response; nil if there is
  /// none.
  var status: Int?
  var message: String?
  /// Whether the content type is gRPC's: otherwise the response is a web server's page.
  var isGRPC: Bool
  var serving: ServingStatus

  /// The serving status in a message of `grpc.health.v1`.
  enum ServingStatus: Equatable {
    /// The response has no message.
    case nothing
    /// The message is not of this type, for this reason.
    case unreadable(String)
    /// `HealthCheckResponse.status`.
    case status(Int32)

    static let serving = ServingStatus.status(1)

    var isMessage: Bool {
      if case .status = self { true } else { false }
    }

    var name: String {
      switch self {
      case .nothing: "nothing"
      case .unreadable(let why): "nothing that can be read (\(why))"
      case .status(0): "UNKNOWN"
      case .status(1): "SERVING"
      case .status(2): "NOT_SERVING"
      case .status(3): "SERVICE_UNKNOWN"
      case .status(let number): "status \(number)"
      }
    }
  }

  /// The bytes of a body that are read; a health service's message has two.
  static let bytesRead = 64 * 1024

  /// Reads a response; `trailers` are the fields that may contain the status.
  init(_ answer: Answer, trailers: [Answer.Field]) {
    func last(_ name: String) -> String? {
      trailers.last { $0.name.lowercased() == name }?.value
    }
    status = last("grpc-status").flatMap { $0.trimmed.asWholeNumber }
    message = last("grpc-message")
    isGRPC = Self.isGRPC(answer.values(of: "content-type").last)
    serving = Self.servingStatus(in: answer)
  }

  /// `application/grpc`, with a format or parameters; not `application/grpc-web`.
  private static func isGRPC(_ type: String?) -> Bool {
    guard let type = type?.lowercased(), type.hasPrefix("application/grpc") else { return false }
    let rest = type.dropFirst("application/grpc".count)
    return rest.isEmpty || ["+", ";", " ", "\t"].contains(rest.first)
  }

  private static func servingStatus(in answer: Answer) -> ServingStatus {
    guard !answer.body.isEmpty else { return .nothing }
    guard answer.isBodyWhole else { return .unreadable("more than \(bytesRead / 1024) KiB") }
    do throws(WireFormatError) {
      return .status(try servingStatus(ofMessage: message(in: answer.body)))
    } catch {
      return .unreadable(error.words)
    }
  }

  /// The one message of the body (gRPC over HTTP/2, "Length-Prefixed-Message").
  private static func message(in body: [UInt8]) throws(WireFormatError) -> ArraySlice<UInt8> {
    guard body.count >= 5 else { throw WireFormatError("a message that is cut off") }
    guard body[0] == 0 else {
      throw WireFormatError(
        body[0] == 1 ? "a compressed message, which nobody asked for" : "no message of gRPC's")
    }
    let length = body[1..<5].reduce(0) { $0 << 8 | Int($1) }
    guard body.count >= 5 + length else { throw WireFormatError("a message that is cut off") }
    guard body.count == 5 + length else { throw WireFormatError("more than one message") }
    return body[5...]
  }

  /// Field 1; its last occurrence counts, and a missing field is 0.
  private static func servingStatus(
    ofMessage bytes: ArraySlice<UInt8>
  ) throws(WireFormatError) -> Int32 {
    var reader = ProtobufReader(bytes)
    var status: Int32 = 0
    while let field = try reader.next() {
      // An enum has 32 bits, even if its encoding has more.
      if field.number == 1, case .varint(let value) = field.value {
        status = Int32(truncatingIfNeeded: value)
      }
    }
    return status
  }
}

import Synchronization

@testable import InstanceSources

/// A machine of a test's making: its own variables, files, clocks and network.
final class FakeMachine: Sendable {
  struct State: Sendable {
    var variables: [String: String] = ["HOME": "/home/me"]
    var files: [String: String] = [:]
    var unreadable: [String: String] = [:]
    var wallClock: Int64 = 1_780_000_000
    var monotonicClock: Duration = .zero
    var jitter = 1.0
    var pauses: [Duration] = []
    var requests: [HTTPRequest] = []
    var commands: [[String]] = []
  }

  private let state: Mutex<State>
  private let network: @Sendable (HTTPRequest) -> Result<HTTPResponse, HTTPFailure>
  private let command: @Sendable ([String]) -> Result<String, ChildProcess.Failure>

  var now: State { state.withLock { $0 } }

  func change(_ body: @Sendable (inout State) -> Void) {
    state.withLock { body(&$0) }
  }

  /// Where nothing is said, nothing answers, and there is no command.
  init(
    variables: [String: String] = [:], files: [String: String] = [:],
    command: @escaping @Sendable ([String]) -> Result<String, ChildProcess.Failure> = { _ in
      .failure(.notStarted("No such file or directory"))
    },
    network: @escaping @Sendable (HTTPRequest) -> Result<HTTPResponse, HTTPFailure> = { _ in
      .failure(HTTPFailure(.unreachable, "Couldn't connect to server"))
    }
  ) {
    var state = State()
    state.variables.merge(variables) { $1 }
    state.files = files
    self.state = Mutex(state)
    self.network = network
    self.command = command
  }

  var hostEnvironment: HostEnvironment {
    HostEnvironment(
      variables: now.variables,
      wallClock: { self.now.wallClock },
      monotonicClock: { self.now.monotonicClock },
      pause: { duration in
        self.change {
          $0.pauses.append(duration)
          $0.monotonicClock += duration
        }
      },
      jitter: { self.now.jitter },
      send: { request throws(HTTPFailure) in
        self.change { $0.requests.append(request) }
        return try self.network(request).get()
      },
      read: { path throws(FileFailure) in
        if let detail = self.now.unreadable[path] { throw FileFailure(detail) }
        return self.now.files[path].map { Array($0.utf8) }
      },
      run: { child throws(ChildProcess.Failure) in
        self.change { $0.commands.append(child.words) }
        return Array(try self.command(child.words).get().utf8)
      })
  }

  /// One with keys and a region, before query APIs that a test plays.
  static func withAWS(
    variables: [String: String] = [:],
    _ answer: @escaping @Sendable (FormCall) -> HTTPResponse
  ) -> FakeMachine {
    FakeMachine(
      variables: [
        "AWS_ACCESS_KEY_ID": "AKIDTEST", "AWS_SECRET_ACCESS_KEY": "s3cr3t/key",
        "AWS_SESSION_TOKEN": "t0ken==", "AWS_REGION": "eu-west-1",
      ].merging(variables) { $1 },
      network: { request in
        guard let call = FormCall(request) else {
          return .failure(HTTPFailure(.unreachable, "Couldn't connect to server"))
        }
        return .success(answer(call))
      })
  }
}

/// A call of a query API as it arrives.
struct FormCall: Sendable {
  var url: String
  var parameters: [String: String]
  var signing: HTTPRequest.Signing?

  var action: String { parameters["Action"] ?? "" }

  init?(_ request: HTTPRequest) {
    guard case .post(let form) = request.method else { return nil }
    url = request.url
    signing = request.signing
    parameters = Self.decoded(form.revealed)
  }

  static func decoded(_ form: String) -> [String: String] {
    var parameters: [String: String] = [:]
    for pair in form.split(separator: "&") {
      let halves = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      parameters[decodedPart(halves[0])] = halves.count == 2 ? decodedPart(halves[1]) : ""
    }
    return parameters
  }

  private static func decodedPart(_ text: Substring) -> String {
    var bytes: [UInt8] = []
    var rest = text.utf8[...]
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "%"), let hex = String(rest.prefix(2)),
        let value = UInt8(hex, radix: 16)
      {
        bytes.append(value)
        rest = rest.dropFirst(2)
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}

extension HTTPResponse {
  static func xml(_ text: String, status: Int = 200) -> HTTPResponse {
    HTTPResponse(status: status, body: Array(text.utf8))
  }

  static func error(_ code: String, _ message: String = "no", status: Int = 400) -> HTTPResponse {
    .xml(
      "<ErrorResponse><Error><Type>Sender</Type><Code>\(code)</Code><Message>\(message)"
        + "</Message></Error></ErrorResponse>", status: status)
  }

  static func fixture(_ name: String, status: Int = 200) -> HTTPResponse {
    HTTPResponse(status: status, body: (try? Fixture.bytes(name)) ?? [])
  }
}

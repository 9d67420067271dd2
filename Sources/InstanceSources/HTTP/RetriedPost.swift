package import GateCore

/// A text that is posted, and posted again after temporary errors.
package struct RetriedPost: Sendable {
  package var url: String
  package var text: String
  package var contentType: String
  package var fields: [HTTPField] = []
  /// The time limit of all attempts and the pauses between them.
  package var bound: Duration
  /// The time limit of one attempt.
  package var timeout: Duration = .seconds(5)

  /// Secrets that a response may repeat.
  private let secrets: SecretMask

  package init(
    _ text: String, contentType: String, to url: String, bound: Duration, secrets: SecretMask
  ) {
    self.secrets = secrets
    self.url = url
    self.text = text
    self.contentType = contentType
    self.bound = bound
  }

  private static let firstPause = Duration.milliseconds(500)
  private static let longestPause = Duration.seconds(8)
  /// The shortest useful time for an attempt.
  private static let shortestTry = Duration.milliseconds(100)

  /// Posts the text.
  ///
  /// - Throws: `PostFailure` after the last attempt, or if another one could not help.
  package func send(by machine: HostEnvironment) throws(PostFailure) {
    let end = machine.monotonicClock() + bound
    var pause = Self.firstPause
    var tries = 0
    while true {
      tries += 1
      let failure: PostFailure
      var wanted = pause * (0.5 + machine.jitter() / 2)
      do throws(HTTPFailure) {
        let response = try machine.send(request(within: end - machine.monotonicClock()))
        guard !response.isSuccess else { return }
        failure = PostFailure(response, tries: tries, secrets)
        if let seconds = response.retryAfter.flatMap({ Int($0) }), seconds >= 0 {
          wanted = .seconds(min(seconds, 86_400))
        }
      } catch {
        failure = PostFailure(error, tries: tries, secrets)
      }
      guard failure.mayPass, machine.monotonicClock() + wanted + Self.shortestTry < end else {
        throw failure
      }
      machine.pause(wanted)
      pause = min(pause * 2, Self.longestPause)
    }
  }

  private func request(within rest: Duration) -> HTTPRequest {
    var request = HTTPRequest(
      .send(text: Secret(text), contentType: contentType), url)
    request.fields = fields
    request.timeout = max(min(timeout, rest), Self.shortestTry)
    request.connectTimeout = request.timeout
    return request
  }
}

/// Why a text was not delivered.
package struct PostFailure: Error, Hashable, Sendable {
  /// The error; it may quote a response, without secrets.
  package var detail: String
  /// Whether another attempt may succeed.
  package var mayPass: Bool

  init(_ response: HTTPResponse, tries: Int, _ secrets: SecretMask) {
    let said = response.line.map { secrets.quoting($0, limit: 80) } ?? ""
    detail = "status \(response.status)\(said.isEmpty ? "" : " (\(said))")\(Self.after(tries))"
    // Source: RFC 9110, 15.5.9 and 15.6; RFC 6585, 4; RFC 8470, 5.2.
    mayPass = [408, 425, 429].contains(response.status) || response.status >= 500
  }

  init(_ failure: HTTPFailure, tries: Int, _ secrets: SecretMask) {
    detail = "\(secrets.quoting(failure.detail))\(Self.after(tries))"
    mayPass = failure.mayPass
  }

  private static func after(_ tries: Int) -> String {
    tries == 1 ? "" : ", after \(tries) tries"
  }
}

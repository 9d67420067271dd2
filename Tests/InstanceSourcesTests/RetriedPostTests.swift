import Synchronization
import Testing

@testable import InstanceSources

@Suite struct RetriedPostTests {
  private func post(bound: Duration = .seconds(10)) -> RetriedPost {
    RetriedPost(
      "{}", contentType: "application/json", to: "http://host/x", bound: bound, secrets: [])
  }

  /// A machine whose network answers with these, one after the other, and then with the last.
  private func machine(_ answers: [Result<HTTPResponse, HTTPFailure>]) -> FakeMachine {
    let left = Mutex(answers)
    return FakeMachine(network: { _ in
      left.withLock { $0.count > 1 ? $0.removeFirst() : $0[0] }
    })
  }

  private static func status(
    _ status: Int, retryAfter: String? = nil, _ body: String = ""
  ) -> Result<HTTPResponse, HTTPFailure> {
    var response = HTTPResponse(status: status, body: Array(body.utf8))
    response.retryAfter = retryAfter
    return .success(response)
  }

  @Test(arguments: [408, 425, 429, 500, 502, 503])
  func whatMayPassIsTriedAgainWithLongerPauses(_ status: Int) throws {
    let machine = machine([Self.status(status), Self.status(status), Self.status(204)])
    try post().send(by: machine.hostEnvironment)
    #expect(machine.now.pauses == [.milliseconds(500), .seconds(1)])
    #expect(machine.now.requests.count == 3)
  }

  @Test(arguments: [301, 400, 401, 404, 410])
  func whatWillNotPassIsNotTriedAgain(_ status: Int) {
    let machine = machine([Self.status(status, "no\u{1B}_service")])
    let error = #expect(throws: PostFailure.self) { try post().send(by: machine.hostEnvironment) }
    #expect(machine.now.requests.count == 1)
    #expect(error?.mayPass == false)
    #expect(error?.detail == "status \(status)")
  }

  @Test func theServersOwnWordsAreTold() {
    let machine = machine([Self.status(403, "invalid_token\n")])
    let error = #expect(throws: PostFailure.self) { try post().send(by: machine.hostEnvironment) }
    #expect(error?.detail == "status 403 (invalid_token)")
  }

  @Test func theServerSaysHowLongToWait() throws {
    let machine = machine([Self.status(429, retryAfter: "3"), Self.status(200)])
    try post().send(by: machine.hostEnvironment)
    #expect(machine.now.pauses == [.seconds(3)])
  }

  @Test(arguments: ["3600", "99999999999999999"])
  func aWaitBeyondTheBoundIsNotBegun(_ wait: String) {
    let machine = machine([Self.status(503, retryAfter: wait)])
    #expect(throws: PostFailure.self) { try post().send(by: machine.hostEnvironment) }
    #expect(machine.now.pauses.isEmpty)
  }

  @Test func nobodyThereIsTriedUntilTheBound() {
    let machine = FakeMachine()
    let error = #expect(throws: PostFailure.self) { try post().send(by: machine.hostEnvironment) }
    #expect(machine.now.pauses.reduce(.zero, +) < .seconds(10))
    #expect(machine.now.requests.count == 5)
    #expect(error?.detail == "Couldn't connect to server, after 5 tries")
  }

  @Test func noTryIsLongerThanWhatIsLeft() {
    let machine = FakeMachine()
    #expect(throws: PostFailure.self) {
      try post(bound: .seconds(2)).send(by: machine.hostEnvironment)
    }
    let timeouts = machine.now.requests.map(\.timeout)
    #expect(timeouts == [.seconds(2), .milliseconds(1500), .milliseconds(500)])
  }

  @Test func aCertificateThatIsNotTrustedStaysOne() {
    let machine = machine([.failure(HTTPFailure(.untrusted, "self-signed"))])
    #expect(throws: PostFailure.self) { try post().send(by: machine.hostEnvironment) }
    #expect(machine.now.requests.count == 1)
  }
}

import Synchronization
import Testing

@testable import InstanceSources

@Suite struct QueryCallerTests {
  static let call = QueryCall(.autoScaling, "DescribeAutoScalingGroups")
  static let good = HTTPResponse.xml("<DescribeAutoScalingGroupsResponse/>")
  static let place = "AWS autoscaling in eu-west-1 (autoscaling.eu-west-1.amazonaws.com)"

  @Test func aFormIsEncodedByByte() {
    let form = QueryCall(.ec2, "DescribeInstances")
      .with("A b", "c/d é~-._*'+&=").with("None", nil).with(list: "L", ["1", "2"]).form
    #expect(
      form
        == "Action=DescribeInstances&Version=2016-11-15&A%20b=c%2Fd%20%C3%A9~-._%2A%27%2B%26%3D"
        + "&L.1=1&L.2=2")
  }

  @Test(arguments: [
    HTTPResponse.error("Throttling"), .error("RequestLimitExceeded", status: 503),
    .error("", status: 429), .xml("busy", status: 503), .xml("<html>", status: 500),
    .error("InternalFailure", status: 500),
  ])
  func whatMayPassIsTriedFiveTimesWithLongerPauses(_ response: HTTPResponse) throws {
    let machine = FakeMachine.withAWS { _ in response }
    let error = try error(on: machine)
    #expect(machine.now.requests.count == 5)
    #expect(
      machine.now.pauses
        == [.milliseconds(400), .milliseconds(800), .milliseconds(1600), .milliseconds(3200)])
    switch error {
    case .unreachable(Self.place, _, _): break
    case .throttled(action: "autoscaling:DescribeAutoScalingGroups", _): break
    default: Issue.record("\(String(describing: error))")
    }
  }

  @Test func thePausesAreSpreadByChance() throws {
    let machine = FakeMachine.withAWS { _ in .error("Throttling") }
    machine.change { $0.jitter = 0.25 }
    _ = try error(on: machine)
    #expect(machine.now.pauses.first == .milliseconds(100))
  }

  @Test func aLaterTryMayDo() throws {
    let tries = Mutex(0)
    let machine = FakeMachine.withAWS { _ in
      let number = tries.withLock { count in
        count += 1
        return count
      }
      return number < 3 ? .error("Throttling") : Self.good
    }
    let client = AWSClient(AWSSession(machine.hostEnvironment))
    #expect(try client.answer(Self.call, budget: client.budget()) == nil)
    #expect(machine.now.requests.count == 3)
  }

  @Test func allTriesTogetherHaveABound() throws {
    let machine = FakeMachine(
      variables: [
        "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "s", "AWS_REGION": "eu-west-1",
      ],
      network: { _ in .failure(HTTPFailure(.unreachable, "timed out")) })
    var hostEnvironment = machine.hostEnvironment
    hostEnvironment.send = { request throws(HTTPFailure) in
      machine.change { $0.monotonicClock += request.timeout }
      return try machine.hostEnvironment.send(request)
    }
    let client = AWSClient(AWSSession(hostEnvironment))
    #expect(throws: SourceError.unreachable(place: Self.place, detail: "timed out")) {
      try client.answer(Self.call, budget: client.budget())
    }
    #expect(machine.now.monotonicClock <= .seconds(60))
    #expect(machine.now.requests.count == 3)
  }

  struct Row: CustomTestStringConvertible {
    var testDescription: String { "\(expected)" }
    var response: HTTPResponse
    var expected: SourceError

    init(_ response: HTTPResponse, _ expected: SourceError) {
      (self.response, self.expected) = (response, expected)
    }
  }

  @Test(arguments: [
    Row(
      .error("AccessDenied", "User x is not authorized", status: 403),
      .missingPermission(
        action: "autoscaling:DescribeAutoScalingGroups", resource: "",
        caller: "the credentials of AWS_ACCESS_KEY_ID",
        detail: "AccessDenied: User x is not authorized")),
    Row(
      .xml(
        "<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>m</Message></Error>"
          + "</Errors></Response>", status: 403),
      .missingPermission(
        action: "autoscaling:DescribeAutoScalingGroups", resource: "",
        caller: "the credentials of AWS_ACCESS_KEY_ID", detail: "UnauthorizedOperation: m")),
    Row(
      .xml(
        "<ErrorResponse><Errors><Error><Code>AccessDenied</Code></Error></Errors></ErrorResponse>",
        status: 403),
      .missingPermission(
        action: "autoscaling:DescribeAutoScalingGroups", resource: "",
        caller: "the credentials of AWS_ACCESS_KEY_ID", detail: "AccessDenied:")),
    Row(
      .error("ExpiredToken", "The security token is expired", status: 403),
      .refusedCredentials(place: place, detail: "ExpiredToken: The security token is expired")),
    Row(
      .error("InvalidClientTokenId", status: 403),
      .refusedCredentials(place: place, detail: "InvalidClientTokenId: no")),
    Row(
      .error("AuthFailure", status: 401),
      .refusedCredentials(place: place, detail: "AuthFailure: no")),
    Row(.error("ValidationError"), .rejected(place: place, detail: "ValidationError: no")),
    Row(
      .xml("nope", status: 404),
      .foreign(place: place, detail: "status 404 without an AWS error code")),
    Row(
      .xml("<html><h1>Blocked by policy</h1></html>", status: 403),
      .foreign(place: place, detail: "status 403 without an AWS error code")),
    Row(
      .xml("", status: 407),
      .foreign(place: place, detail: "status 407: a proxy requires credentials")),
    Row(
      .xml("", status: 302),
      .foreign(place: place, detail: "status 302, a redirect")),
    Row(.xml(""), .malformed(place: place, detail: "it is empty")),
    Row(
      .xml("<html/>"),
      .malformed(
        place: place, detail: "it is a <html>, not a <DescribeAutoScalingGroupsResponse>")),
  ])
  func anAnswerThatIsNoneIsSaidOnce(_ row: Row) throws {
    let machine = FakeMachine.withAWS { _ in row.response }
    #expect(try error(on: machine) == row.expected)
    let asked = machine.now.requests.compactMap { FormCall($0)?.action }
    #expect(asked.count { $0 == "DescribeAutoScalingGroups" } == 1)
  }

  @Test func whoLacksAPermissionIsNamed() throws {
    let machine = FakeMachine.withAWS { call in
      guard call.action == "GetCallerIdentity" else { return .error("AccessDenied", status: 403) }
      return .xml(
        "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>"
          + "arn:aws:sts::123456789012:assumed-role/deploy/job-7</Arn></GetCallerIdentityResult>"
          + "</GetCallerIdentityResponse>")
    }
    let error = try error(on: machine)
    #expect(
      error?.message.contains("to arn:aws:sts::123456789012:assumed-role/deploy/job-7: ") == true)
    #expect(
      error?.hint == "allow the action autoscaling:DescribeAutoScalingGroups to "
        + "arn:aws:sts::123456789012:assumed-role/deploy/job-7, on Resource \"*\"")
  }

  @Test func whatAWSRepeatsOfTheKeysIsNotShown() throws {
    let machine = FakeMachine.withAWS { _ in
      .error(
        "SignatureDoesNotMatch", "not s3cr3t/key of AKIDTEST with t0ken== as sent\nx-amz: t0ken==",
        status: 403)
    }
    #expect(
      try error(on: machine)
        == .refusedCredentials(
          place: Self.place, detail: "SignatureDoesNotMatch: not *** of *** with t0ken== as sent"))
  }

  @Test func refusedKeysAreGotAnewOnce() throws {
    let machine = FakeMachine(
      variables: ["AWS_REGION": "eu-west-1"],
      files: [
        "/home/me/.aws/credentials": "[default]\naws_access_key_id=old\naws_secret_access_key=s\n"
      ],
      network: { request in
        guard let call = FormCall(request) else { return .failure(HTTPFailure(.unreachable, "")) }
        let isNew = call.signing?.credentials.accessKeyID.revealed == "new"
        return .success(isNew ? Self.good : .error("ExpiredToken", status: 403))
      })
    let client = AWSClient(AWSSession(machine.hostEnvironment))
    #expect(throws: SourceError.self) { try client.answer(Self.call, budget: client.budget()) }
    #expect(machine.now.requests.count == 1)
    machine.change {
      $0.files["/home/me/.aws/credentials"] =
        "[default]\naws_access_key_id=new\naws_secret_access_key=s\n"
    }
    _ = try client.answer(Self.call, budget: client.budget())
    #expect(machine.now.requests.count == 3)
  }

  @Test func aPlaceShowsNoPassword() throws {
    let machine = FakeMachine.withAWS(
      variables: ["AWS_ENDPOINT_URL": "http://me:hidden@127.0.0.1:5055/x"]
    ) { _ in .error("ValidationError") }
    let error = try error(on: machine)
    #expect(
      error?.message
        == "AWS autoscaling in eu-west-1 (127.0.0.1:5055) rejected the request: "
        + "ValidationError: no")
  }

  @Test func aCertificateThatIsNotTrustedIsNotTriedAgain() throws {
    let machine = FakeMachine(
      variables: [
        "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "s", "AWS_REGION": "eu-west-1",
      ],
      network: { _ in .failure(HTTPFailure(.untrusted, "self-signed certificate")) })
    let error = try error(on: machine)
    #expect(error?.hint.contains("AWS_CA_BUNDLE") == true)
    #expect(machine.now.requests.count == 1)
  }

  private func error(on machine: FakeMachine) throws -> SourceError? {
    let client = AWSClient(AWSSession(machine.hostEnvironment))
    return #expect(throws: SourceError.self) {
      try client.answer(Self.call, budget: client.budget())
    }
  }
}

internal import GateCore
internal import GateInsight
internal import TestSupport
internal import Testing

/// Groups in which instances fare differently, and courses over time.
@Suite struct GroupTests {
  typealias Player = Scene.Player

  static let down = Failure.nginx(502, "Bad Gateway")
  static let denied = Failure.django(400, "Bad Request (400)")
  static let refused = Failure(.connectionRefused, "connection refused")
  static let late = Failure(.timeoutResponse, "connected, but no answer within 400ms")

  // MARK: - Nothing to say

  @Test func aHealthyGroupHasNone() {
    #expect(Scene().diagnoses(.well, .well, .well).isEmpty)
  }

  @Test func aSlowBootThatIsWaitedForHasNone() {
    let scene = Scene(grace: .seconds(4))
    #expect(scene.diagnoses(.well, Player("----++++", Self.down)).isEmpty)
  }

  @Test func aFailureThatDidNotMatterHasNone() {
    #expect(Scene(soak: .seconds(3)).diagnoses(.well, Player("+++-++++++++++")).isEmpty)
  }

  @Test func anInstanceThatIsWellHasNoneWhenAnotherIsNot() {
    let found = Scene().diagnoses(Player("-+++", Self.refused), Player("---", Self.denied))
    #expect(found.allSatisfy { $0.instances == ["web-2"] })
    #expect(found.first?.code == .disallowedHost)
  }

  // MARK: - Several causes

  @Test func theMostWidespreadCauseIsFirst() {
    let found = Scene().diagnoses(
      Player("---", Self.denied), Player("---", Self.down), Player("---", Self.down))
    #expect(found.map(\.code) == [.applicationDown, .disallowedHost, .slowBoot])
    #expect(found.map(\.instances) == [["web-2", "web-3"], ["web-1"], ["web-2", "web-3"]])
    #expect(found.first?.summary == "nginx in front of 2 of 3 instances answered 502")
  }

  @Test func aLikelyCauseIsBeforeAPossibleOne() {
    let found = Scene().diagnoses(
      Player("---", .status(418)), Player("---", .status(418)), Player("---", Self.denied))
    #expect(found.prefix(2).map(\.code) == [.disallowedHost, .unexpectedStatus])
  }

  @Test func theSameGateIsDiagnosedAlike() {
    let players = [
      Player("---", Self.denied), Player("---", Self.down), Player("+++---", Self.refused),
      Player("---", Self.late), Player("+-+-+-", Self.late), Player("---", .status(418)),
    ]
    var scene = Scene(soak: .seconds(20), deadline: .seconds(60))
    scene.maxUnhealthy = .number(6)
    let first = scene.diagnoses(players)
    for _ in 0..<5 { #expect(scene.diagnoses(players) == first) }
  }

  // MARK: - Where in the group

  @Test func allAlikeIsSaidAfterTheCause() {
    let found = Scene().diagnoses(Player("---", Self.denied), Player("---", Self.denied))
    #expect(found.map(\.code) == [.disallowedHost, .allAlike])
    #expect(found.first?.summary.hasPrefix("both instances") == true)
  }

  @Test func oneBadOfManyIsSaid() throws {
    let found = Scene().diagnoses(.well, .well, .well, .well, .well, Player("---", Self.denied))
    #expect(found.map(\.code) == [.disallowedHost, .oneBadOfMany])
    #expect(try #require(found.last).summary == "1 of 6 instances failed, and the others did not")
  }

  @Test func twoOfThreeAreNeither() {
    let found = Scene().diagnoses(
      .well, Player("---", Self.denied), Player("---", Self.denied))
    #expect(found.map(\.code) == [.disallowedHost])
  }

  @Test func oneZoneAloneIsSaid() {
    let dropped = Failure(.timeoutConnect, "no connection within 400ms")
    let found = Scene(grace: .milliseconds(1)).diagnoses(
      Player("+++++", zone: "eu-1a"), Player("+++++", zone: "eu-1a"),
      Player("----", dropped, zone: "eu-1b"), Player("----", dropped, zone: "eu-1b"))
    #expect(found.first?.code == .firewallOrWrongAddress)
    #expect(found.first?.likelyCause.contains("the others can be reached") == true)
    let zone = found.first { $0.code == .oneZoneOnly }
    #expect(zone?.summary == "both instances in the zone eu-1b failed, and none in another")
  }

  @Test func aZoneThatFailsInPartIsNotToBlame() {
    let found = Scene().codes(
      Player("++++", zone: "a"), Player("++++", zone: "b"), Player("---", Self.denied, zone: "b"))
    #expect(!found.contains(.oneZoneOnly))
  }

  // MARK: - Over time

  @Test func aSlowBootNamesTheSettingsThatWouldHaveDone() throws {
    let found = Scene(soak: .seconds(1), deadline: .seconds(4)).diagnoses(
      .well, Player("------++++", Self.refused))
    let boot = try #require(found.first { $0.instances == ["web-2"] })
    // It fails three checks, and so the group, before it is up: without a grace period nobody knows.
    #expect(boot.code == .nothingListens)
    // It is second to what was seen.
    #expect(found.contains { $0.code == .slowBoot && $0.confidence == .possible })

    var patient = Scene(soak: .seconds(1), deadline: .seconds(4.9))
    patient.maxUnhealthy = .number(1)
    let later = try #require(patient.diagnoses(.well, Player("------+", Self.refused)).first)
    #expect(later.code == .slowBoot)
    #expect(later.summary == "1 of 2 instances came up, but only 3s after joining")
    #expect(later.advice.contains("at least grace_period 4s and deadline 5s would have waited"))
  }

  @Test func aGracePeriodThatPassedSpeaksAgainstABoot() throws {
    let found = Scene(grace: .seconds(2)).diagnoses(Player("-------", Self.down))
    #expect(found.map(\.code) == [.applicationDown, .slowBoot])
    #expect(found.map(\.confidence) == [.likely, .possible])
  }

  @Test func anIrregularFailureIsNotOneOfSoManyWorkers() throws {
    var scene = Scene(soak: .seconds(20), deadline: .seconds(60))
    scene.check.unhealthyWindow = UnhealthyWindow(failures: 4, of: 20)
    let first = try #require(scene.diagnoses(Player("++-+++++-+--")).first)
    #expect(first.code == .flapping)
    #expect(!first.likelyCause.contains("take turns"))
  }

  @Test func comingAndGoingIsACrashLoop() {
    var scene = Scene(soak: .seconds(20), deadline: .seconds(60))
    scene.check.unhealthyWindow = UnhealthyWindow(failures: 4, of: 10)
    let found = scene.codes(Player("+--+--", Self.refused), .well, .well)
    #expect(found == [.crashLoop, .oneBadOfMany])
  }

  /// Two single failures between passes are no proof of a process that ends.
  @Test func singleFailuresAreNoMoreThanPossiblyACrashLoop() {
    let scene = Scene(soak: .seconds(3), deadline: .seconds(60))
    let found = scene.diagnoses(
      Player("+++-++-+++++++++++", .nginx(502, "Bad Gateway")), .well, .well)
    #expect(found.map(\.code) == [.flapping, .crashLoop, .oneBadOfMany])
    #expect(found.filter { $0.confidence == .likely }.map(\.code) == [.flapping])
  }

  @Test func dyingLaterIsSaidBeforeWhatItDiesOf() {
    let found = Scene(soak: .seconds(20), deadline: .seconds(60)).diagnoses(
      .well, .well, Player("+++++---", Self.refused))
    #expect(found.map(\.code) == [.diesLater, .nothingListens, .oneBadOfMany])
    #expect(found[0].summary.contains("was healthy for 2.5s"))
    #expect(found[0].evidence?.hasPrefix("5 passed, 3 failed; the last failure: ") == true)
    #expect(found[1].confidence == .possible)
  }

  @Test func aRelapseIsNoMoreThanPossible() throws {
    var scene = Scene(soak: .seconds(5), deadline: .seconds(9))
    scene.maxUnhealthy = .number(1)
    let found = scene.diagnoses(Player("++++++++------", Self.refused), Player("+++---++++++"))
    let relapse = try #require(found.first { $0.instances == ["web-2"] })
    #expect(found.first?.code == .diesLater)
    #expect(relapse.code == .flapping)
    #expect(relapse.confidence == .possible)
  }

  @Test func oldAndNewInTurnIsAnOldProcess() throws {
    let old = Failure(
      .wrongVersion, "version 'v41', not 'v42'", status: 200, .read(server: "nginx", ""),
      version: "v41")
    var scene = Scene(soak: .seconds(20), deadline: .seconds(60))
    scene.check.unhealthyWindow = UnhealthyWindow(failures: 3, of: 10)
    let first = try #require(scene.diagnoses(Player("+-+-+-", old, version: "v42")).first)
    #expect(first.code == .staleVersion)
    #expect(first.summary.contains("more than one version: v42 or v41 on web-1"))
  }

  @Test func staleVersionsAreListedByInstance() throws {
    func stale(_ version: String) -> Player {
      Player(
        "---",
        Failure(
          .wrongVersion, "version '\(version)', not 'v42'", status: 200, version: version))
    }
    var scene = Scene()
    scene.request.expectedVersion = "v42"
    let first = try #require(scene.diagnoses(.well, stale("v41"), stale("v40"), stale("v41")).first)
    #expect(
      first.summary == "3 of 4 instances answered with another version, not v42: v41 on web-2, "
        + "web-4; v40 on web-3")
  }

  // MARK: - Slow answers

  @Test func slowAnswersAreMeasured() throws {
    var scene = Scene(soak: .seconds(20), deadline: .seconds(60))
    scene.check.unhealthyWindow = UnhealthyWindow(failures: 3, of: 10)
    let player = Player("+-+-+-", Self.late, latency: .milliseconds(350))
    let found = scene.diagnoses(player)
    let first = try #require(found.first)
    #expect(first.code == .tooSlow)
    #expect(first.summary.contains("3 of 6 checks; the responses that arrived took 350ms to 350ms"))
    #expect(first.advice.contains("about 700ms, does not fit in an interval of 500ms"))
    #expect(found.last?.confidence == .possible)
  }

  @Test func quickAnswersAndSilenceAreNotSlowness() throws {
    var scene = Scene(soak: .seconds(20), deadline: .seconds(60))
    scene.check.unhealthyWindow = UnhealthyWindow(failures: 3, of: 10)
    let first = try #require(scene.diagnoses(Player("+-+-+-", Self.late)).first)
    #expect(first.likelyCause.contains("sometimes stuck"))
    #expect(first.advice.contains("a longer timeout will hardly help"))
  }

  @Test func anAnswerThatCameLateNamesItsTimeOut() throws {
    var scene = Scene()
    scene.check.interval = .seconds(10)
    scene.deadline = .seconds(100)
    let late = Failure(
      .timeoutResponse, "the answer took longer than 400ms", .lateAnswer,
      latency: .milliseconds(1230))
    let first = try #require(scene.diagnoses(Player("---", late)).first)
    #expect(first.advice.contains("a timeout of 1.5s would have been enough"))
  }

  // MARK: - The group and the gate

  @Test func missingInstancesAreSaid() {
    var scene = Scene(deadline: .seconds(3))
    scene.expected = 3
    #expect(scene.codes(.well, .well) == [.instancesMissing])
  }

  @Test func aDeadlineThatFitsNothingIsSaid() throws {
    var scene = Scene(deadline: .seconds(2))
    scene.check.initialThreshold = 5
    let found = scene.diagnoses(.well, .well)
    #expect(found.map(\.code) == [.deadlineTooShort])
    #expect(try #require(found.first).advice.contains("a deadline of 3s would have been enough"))
  }

  @Test func replacedInstancesAreSaid() throws {
    let policy = GatePolicy(deadline: .seconds(10), expected: 2, membership: .changing)
    var run = VirtualRun(check: Scene().check, policy: policy)
    run.join(["a", "b"])
    run.send(.instanceRemoved(InstanceKey(1)), at: .seconds(0.1))
    run.send(.wokeUp, at: .seconds(0.1))
    let found = diagnoses(of: run.gate, verdict: try #require(run.verdict))
    #expect(found.map(\.code) == [.instancesReplaced])
    #expect(found.first?.instances == ["b"])
  }

  @Test func whatAPromotionDoesNotCountIsExplained() throws {
    var scene = Scene(soak: .seconds(2))
    (scene.minHealthy, scene.maxUnhealthy) = (.number(1), .number(1))
    scene.check.unhealthyThreshold = 10
    let (gate, verdict) = scene.played([.well, Player("++----------", Self.refused)])
    #expect(verdict.decision == .promote)
    #expect(verdict.reason.message.hasSuffix("; not counted: web-2"))
    let found = diagnoses(of: gate, verdict: verdict)
    #expect(found.first?.code == .diesLater && found.first?.instances == ["web-2"])
  }

  @Test func whatHeldAPromotionUpIsExplained() throws {
    var scene = Scene(soak: .seconds(1), deadline: .seconds(4))
    scene.check.unhealthyThreshold = 20
    let found = scene.diagnoses(.well, Player("++-----------", Self.denied))
    #expect(found.first { $0.instances == ["web-2"] }?.code == .diesLater)
    #expect(found.contains { $0.code == .disallowedHost })
  }

  static let faults: [(detail: String, cause: GateFault.Cause?, advice: String)] = [
    ("ThrottlingException: Rate exceeded", .throttled, "make refresh longer"),
    (
      "AWS does not allow ec2:DescribeInstances to arn:aws:iam::1:user/x: no", .missingPermission,
      "allow the action"
    ),
    (
      "the AWS credentials were refused by AWS sts in x: ExpiredToken: no", .credentials,
      "last as long as the run"
    ),
    (
      "there is no target group 'web' in AWS elasticloadbalancing in x", .notFound,
      "find what deletes it"
    ),
    (
      "it is not AWS that answers at AWS ec2 in x: status 403", .foreign,
      "allow this host to reach AWS"
    ),
    ("cannot reach AWS ec2 in x: timed out", .awsUnreachable, "AWS_ENDPOINT_URL"),
    ("exit status 3", nil, "query the source by hand"),
    ("no socket: Too many open files", .noDescriptor, "ulimit"),
    ("the name server: could not resolve host", .nameServer, "getent"),
    ("connect: network is unreachable", .noRoute, "ip route"),
    ("connect: cannot assign requested address", .noLocalPort, "ip_local_port_range"),
    ("connect: operation not permitted", .localFirewall, "nft list ruleset"),
    ("problem with the SSL CA cert", .tlsFiles, "openssl x509"),
    ("the proxy requires other credentials", .proxyCredentials, "USER:PASSWORD@HOST"),
    ("the proxy answered 429 to CONNECT", .proxyLimit, "the proxy's limit"),
    ("the proxy answered 2 to SOCKS5: not allowed by its rules", .proxyRefused, "ConnectPort"),
    ("the proxy: connection refused", .proxyUnusable, "curl -x PROXY"),
  ]

  /// A journal that was written before it had causes gives the same diagnoses.
  @Test func theWordsTellTheCause() {
    for fault in Self.faults { #expect(GateFault.Cause(words: fault.detail) == fault.cause) }
    #expect(Set(Self.faults.compactMap(\.cause)) == Set(GateFault.Cause.allCases))
  }

  @Test(arguments: faults)
  func aSourceThatCannotBeReadIsNamed(
    _ detail: String, _ cause: GateFault.Cause?, _ advice: String
  ) throws {
    let policy = GatePolicy(
      deadline: .seconds(10), expected: 1, membership: .changing,
      polling: .init(refresh: .seconds(1), timeout: .seconds(1)))
    var run = VirtualRun(check: Scene().check, policy: policy)
    run.join(["a"])
    run.send(.listed(FinishedListing(started: .start, .succeeded(expected: 1))), at: .start)
    for slot in 0..<20 where run.verdict == nil {
      let asked = GateInstant.seconds(Double(slot) / 2)
      let fault = GateFault(detail: detail, cause: cause)
      run.send(.listed(FinishedListing(started: asked, .failed(fault))), at: asked)
      run.end(InstanceKey(0), .success, at: asked)
    }
    run.goOn(["+*"])
    let verdict = try #require(run.verdict)
    #expect(verdict.reason.code == .gateFault)
    let found = diagnoses(of: run.gate, verdict: verdict)
    let first = try #require(found.first { $0.summary.contains("listings of the source failed") })
    #expect(first.code == .gateFault && first.evidence == detail && first.instances == [])
    #expect(first.summary.hasSuffix(": \(detail)"))
    #expect(first.advice.contains(advice))
  }

  @Test func aLoadBalancerThatCannotBeAskedIsNamed() throws {
    let policy = GatePolicy(
      deadline: .seconds(5), expected: 1, loadBalancer: .confirms,
      polling: .init(refresh: .seconds(1), timeout: .seconds(1)))
    var run = VirtualRun(check: Scene().check, policy: policy)
    run.join(["a"])
    run.send(.checked(InstanceKey(0), .sample(.success, from: .start, to: .start)), at: .start)
    for second in 1..<5 {
      let asked = GateInstant.seconds(Double(second))
      let fault = GateFault(detail: "AccessDenied: elasticloadbalancing:DescribeTargetHealth")
      run.send(.loadBalancerAsked(FinishedView(started: asked, fault: fault)), at: asked)
    }
    run.send(.wokeUp, at: .seconds(6))
    let verdict = try #require(run.verdict)
    #expect(verdict.reason.code == .gateFault)
    let found = diagnoses(of: run.gate, verdict: verdict)
    #expect(
      found.contains {
        $0.code == .gateFault
          && $0.summary.hasPrefix("4 requests to the load balancer failed: Acc")
      })
  }

  @Test func aGateThatWasHeldUpIsSaid() throws {
    let policy = GatePolicy(deadline: .seconds(10), expected: 1)
    var run = VirtualRun(check: Scene().check, policy: policy)
    run.join(["a"])
    run.send(.wokeUp, at: .seconds(60))
    let verdict = try #require(run.verdict)
    #expect(verdict.reason.code == .gateFault)
    let first = try #require(diagnoses(of: run.gate, verdict: verdict).first)
    #expect(first.code == .gateFault && first.summary.contains("held up"), "\(first)")
  }

  @Test(arguments: faults)
  func faultsOfTheGateAreFirst(
    _ detail: String, _ cause: GateFault.Cause?, _ advice: String
  ) throws {
    let lost = Failure(.statusMismatch, detail, fault: cause)
    let found = Scene(deadline: .seconds(2)).diagnoses(
      Player("??????", lost), Player("??????", lost))
    let first = try #require(found.first)
    #expect(first.code == .gateFault)
    #expect(first.advice.contains(cause == nil ? "run the gate again" : advice))
    #expect(first.evidence == detail)
  }
}

internal import GateCore
internal import GateInsight
internal import TestSupport
internal import Testing

/// What a load balancer says of the instances, where it decides, and where it knows more.
@Suite struct OutOfServiceTests {
  private static func found(
    _ role: GatePolicy.LoadBalancerRole, _ views: [LoadBalancerView], failing: FailureKind? = nil
  ) throws -> [Diagnosis] {
    let policy = GatePolicy(
      maxUnhealthy: .number(views.count - 1), deadline: .seconds(20), expected: views.count,
      loadBalancer: role,
      polling: .init(refresh: .seconds(1), timeout: .seconds(1)))
    var run = VirtualRun(check: Scene().check, policy: policy)
    run.join(views.indices.map { "web-\($0 + 1)" })
    for (index, view) in views.enumerated() {
      run.send(.loadBalancerSaw(InstanceKey(index), view), at: .seconds(0.001))
    }
    // A verdict is given at the close of an answer.
    run.send(.loadBalancerAsked(FinishedView(started: .start)), at: .seconds(0.001))
    if let failing {
      for round in 0..<3 {
        for index in views.indices {
          let at = GateInstant.seconds(Double(round) / 2 + 0.01)
          let report = CheckReport.sample(.failure(failing), from: at, to: at)
          run.send(.checked(InstanceKey(index), report), at: at)
        }
      }
    }
    let verdict = try #require(run.verdict)
    return diagnoses(of: run.gate, verdict: verdict)
  }

  /// Its own checks' status is explained as one that came here, and its words are the evidence.
  @Test(arguments: [
    ("Health checks failed with these codes: [502]", DiagnosisCode.applicationDown, "at startup"),
    ("Health checks failed with these codes: [404]", .pathMissing, "does not have the path"),
    ("Health checks failed with these codes: [401]", .authenticationWanted, "login"),
    ("Health checks failed with these codes: [301]", .redirectedElsewhere, "elsewhere"),
  ])
  func itsOwnStatusIsExplained(_ said: String, _ code: DiagnosisCode, _ cause: String) throws {
    let view = LoadBalancerView(
      state: .unhealthy, reasonCode: "Target.ResponseCodeMismatch", description: said)
    let first = try #require(try Self.found(.decides, [view, view]).first)
    #expect(first.code == code && first.confidence == .likely || code == .redirectedElsewhere)
    #expect(first.summary.contains("2 instances: \(said)"), "\(first.summary)")
    #expect(first.likelyCause.contains(cause), "\(first.likelyCause)")
    #expect(first.evidence == said && first.instances == ["web-1", "web-2"])
  }

  @Test(arguments: [
    ("Target.Timeout", "Request timed out", DiagnosisCode.tooSlow, "workers"),
    ("Target.FailedHealthChecks", "Health checks failed", .firewallOrWrongAddress, "let"),
    ("Target.InvalidState", "Target is in the stopped state", .loadBalancerDisagrees, "stopped"),
    ("Target.NotInUse", "Target group is not in use", .loadBalancerDisagrees, "listener"),
  ])
  func itsOwnReasonIsExplained(
    _ reason: String, _ said: String, _ code: DiagnosisCode, _ cause: String
  ) throws {
    let view = LoadBalancerView(state: .unhealthy, reasonCode: reason, description: said)
    let first = try #require(try Self.found(.decides, [view]).first)
    #expect(first.code == code, "\(first)")
    #expect(first.summary.contains(said), "\(first.summary)")
    #expect(first.likelyCause.contains(cause), "\(first.likelyCause)")
    // The gate asked nothing itself, so that nothing can differ from what it asked.
    #expect(!first.likelyCause.contains("than the gate"))
  }

  @Test func differentReasonsAreToldApart() throws {
    let found = try Self.found(
      .decides,
      [
        LoadBalancerView(
          state: .unhealthy, reasonCode: "Target.Timeout", description: "Request timed out"),
        LoadBalancerView(
          state: .unhealthy, reasonCode: "Target.ResponseCodeMismatch",
          description: "Health checks failed with these codes: [503]"),
      ])
    #expect(found.contains { $0.code == .tooSlow && $0.instances == ["web-1"] })
    #expect(found.contains { $0.code == .applicationNotReady && $0.instances == ["web-2"] })
  }

  /// The gate's own checks time out: it need not guess at a firewall where it knows better.
  @Test(arguments: [FailureKind.timeoutConnect, .connectionRefused, .hostUnreachable])
  func aStoppedInstanceIsNamedAsSuch(_ kind: FailureKind) throws {
    let view = LoadBalancerView(
      state: .unhealthy, reasonCode: "Target.InvalidState",
      description: "Target is in the stopped state")
    let first = try #require(try Self.found(.confirms, [view], failing: kind).first)
    #expect(first.summary.contains("is not running: Target is in the stopped state"), "\(first)")
    #expect(!first.likelyCause.contains("security group"))
    #expect(first.advice.contains("describe-instances"))
  }

  /// The source knows it before the load balancer does, or where there is none.
  @Test(arguments: [FailureKind.timeoutConnect, .connectionRefused, .timeoutResponse])
  func whatTheSourceSaysOfAnInstanceThatDoesNotRunIsItsFirstCause(_ kind: FailureKind) throws {
    let policy = GatePolicy(
      deadline: .seconds(20), expected: 2, membership: .changing,
      polling: .init(refresh: .seconds(1), timeout: .seconds(1)))
    var run = VirtualRun(check: Scene().check, policy: policy)
    run.join(["old-i-1", "i-1"])
    let notes = [
      ListingNote.notRunning(
        .init([.init(id: "i-1", note: .outOfEC2(state: "stopped"))], most: 50))
    ]
    run.send(
      .listed(
        FinishedListing(
          started: .start, .succeeded(expected: 2, missing: [InstanceKey(1)]), notes: notes)),
      at: .seconds(0.001))
    // Both were well and fail since: of the one nobody knows why.
    for round in 0..<6 {
      for index in 0..<2 {
        let at = GateInstant.seconds(Double(round) / 2 + 0.01 + Double(index) / 100)
        let result = round < 1 ? CheckResult.success : .failure(kind)
        run.send(.checked(InstanceKey(index), .sample(result, from: at, to: at)), at: at)
      }
    }
    let found = diagnoses(of: run.gate, verdict: try #require(run.verdict))
    let first = try #require(found.first)
    #expect(first.instances == ["i-1"] && first.confidence == .likely, "\(first)")
    #expect(first.summary.contains("is not running: stopped in EC2"), "\(first)")
    #expect(first.likelyCause.contains("says the source of the group"))
    #expect(found.dropFirst().allSatisfy { !$0.summary.contains("EC2") }, "\(found)")
  }
}

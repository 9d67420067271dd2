internal import GateCore

/// Why a load balancer does not have an instance in service, by its own reason.
///
/// Sources: elbv2 `DescribeTargetHealth` (2015-12-01), `TargetHealth.Reason`; elb
/// `DescribeInstanceHealth` (2012-06-01), `InstanceState.Description`.
enum LoadBalancerWords: Hashable, Sendable, CaseIterable {
  case notYet
  case notRegistered
  case notInUse
  case leaving
  case notRunning
  case addressUnusable
  case notChecked
  case ownFault
  case failed

  /// - Parameter view: nil if there is none.
  init(_ view: LoadBalancerView?) {
    let description = view?.description ?? ""
    self =
      switch view?.reasonCode {
      case "Elb.RegistrationInProgress", "Elb.InitialHealthChecking": .notYet
      case "Target.NotRegistered": .notRegistered
      case "Target.NotInUse": .notInUse
      case "Target.DeregistrationInProgress": .leaving
      case "Target.InvalidState": .notRunning
      case "Target.IpUnusable": .addressUnusable
      case "Target.HealthCheckDisabled": .notChecked
      case "Elb.InternalError": .ownFault
      case _ where view == nil: .notRegistered
      case _:
        Self.classic.first { description.contains($0.phrase) }?.kind
          ?? (view?.state == .unhealthy ? .failed : .notYet)
      }
  }

  /// The status that the load balancer's health checks received; nil if it names none.
  ///
  /// Source: elbv2 `TargetHealth.Description`: "Health checks failed with these codes: [502]".
  static func status(in view: LoadBalancerView?) -> Int? {
    guard view?.reasonCode == "Target.ResponseCodeMismatch" else { return nil }
    return (view?.description ?? "").firstMatch(of: #/[0-9]{3}/#).flatMap { Int($0.output) }
  }

  private static let classic: [(phrase: String, kind: LoadBalancerWords)] = [
    ("failed at least the UnhealthyThreshold", .failed),
    ("not registered", .notRegistered), ("not currently registered", .notRegistered),
    ("registration is still in progress", .notYet),
    ("has not passed the configured HealthyThreshold", .notYet), ("in pending state", .notYet),
    ("Availability Zone", .notInUse), ("deregistration", .leaving),
    ("in stopped state", .notRunning), ("in terminated state", .notRunning),
    ("transient error", .ownFault),
  ]

  var cause: String {
    switch self {
    case .notYet:
      "the load balancer has not finished registering and checking them: it takes longer than the "
        + "gate waits"
    case .notRegistered: "they are not registered with the load balancer"
    case .notInUse:
      "the target group is in no listener's rule, or their zone is not enabled at the load balancer"
    case .leaving: "they are being removed from the load balancer"
    case .notRunning: "the instances are not running: they are stopped or terminated"
    case .addressUnusable: "their addresses are those of a load balancer, which cannot be targets"
    case .notChecked: "the target group's health checks are switched off, so it has no opinion"
    case .ownFault: "the fault is in the load balancer itself"
    case .failed:
      "the load balancer checks another port, path or Host than the gate, or its subnets are "
        + "not allowed in"
    }
  }

  var advice: String {
    switch self {
    case .notYet:
      "make the deadline longer, or the load balancer's interval and healthy threshold smaller"
    case .notRegistered:
      "register them: attach the target group or load balancer to the Auto Scaling group"
    case .notInUse: "check the listener's rules and the zones of the load balancer"
    case .leaving: "find what deregisters them: another deployment, or the Auto Scaling group"
    case .notRunning: "'aws ec2 describe-instances' says why they stopped (StateReason)"
    case .addressUnusable: "register the addresses of instances"
    case .notChecked: "enable the health checks of the target group"
    case .ownFault: "wait and run the gate again; the AWS Health Dashboard may say more"
    case .failed:
      "compare port, path, matcher and timeout with the load balancer's own, and allow its security "
        + "group to reach the check's port"
    }
  }
}

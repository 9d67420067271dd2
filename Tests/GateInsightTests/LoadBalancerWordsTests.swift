import GateCore
import Testing

@testable import GateInsight

@Suite struct LoadBalancerWordsTests {
  /// Each reason of the API has its own words, and none of them those of another kind.
  @Test(arguments: [
    (
      LoadBalancerView(state: .initial, reasonCode: "Elb.RegistrationInProgress"),
      LoadBalancerWords.notYet
    ),
    (LoadBalancerView(state: .initial, reasonCode: "Elb.InitialHealthChecking"), .notYet),
    (LoadBalancerView(state: .unhealthy, reasonCode: "Target.ResponseCodeMismatch"), .failed),
    (LoadBalancerView(state: .unhealthy, reasonCode: "Target.Timeout"), .failed),
    (LoadBalancerView(state: .unhealthy, reasonCode: "Target.FailedHealthChecks"), .failed),
    (LoadBalancerView(state: .initial, reasonCode: "Target.NotRegistered"), .notRegistered),
    (LoadBalancerView(state: .initial, reasonCode: "Target.NotInUse"), .notInUse),
    (LoadBalancerView(state: .initial, reasonCode: "Target.DeregistrationInProgress"), .leaving),
    (LoadBalancerView(state: .initial, reasonCode: "Target.InvalidState"), .notRunning),
    (LoadBalancerView(state: .initial, reasonCode: "Target.IpUnusable"), .addressUnusable),
    (LoadBalancerView(state: .initial, reasonCode: "Target.HealthCheckDisabled"), .notChecked),
    (LoadBalancerView(state: .unhealthy, reasonCode: "Elb.InternalError"), .ownFault),
    (
      LoadBalancerView(
        state: .initial, reasonCode: "Instance", description: "Instance is in pending state."),
      .notYet
    ),
    (
      LoadBalancerView(
        state: .unhealthy, reasonCode: "Instance", description: "Instance is in stopped state."),
      .notRunning
    ),
    (
      LoadBalancerView(
        state: .initial, reasonCode: "ELB",
        description: "Instance is in the EC2 Availability Zone for which LoadBalancer is not "
          + "configured to route traffic to."), .notInUse
    ),
    (LoadBalancerView(state: .unhealthy), .failed), (LoadBalancerView(state: .initial), .notYet),
  ])
  func whatALoadBalancerSaysHasItsOwnAdvice(_ view: LoadBalancerView, _ words: LoadBalancerWords) {
    #expect(LoadBalancerWords(view) == words)
    #expect(LoadBalancerWords(nil) == .notRegistered)
    let all = LoadBalancerWords.allCases
    #expect(Set(all.map(\.cause)).count == all.count && Set(all.map(\.advice)).count == all.count)
  }
}

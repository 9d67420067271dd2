import GateCore
import GateEngine
import TestSupport
import Testing

/// When a proxy lets no first check through, there is nothing to judge.
@Suite struct FirstRefusalsTests {
  private static let refusal = GateFault(
    detail: "the proxy answered 403 to CONNECT", cause: .proxyRefused)
  private static let other = GateFault(detail: "no socket: too many open files")
  private static let passed = CheckReport(
    started: .start, result: .success, status: 200, latencyMicroseconds: 1000)

  /// A gate with so many instances, one of the old group, and a guard; keys in this order.
  private static func gate(_ count: Int) -> Gate {
    var gate = Gate(
      check: .sample(every: .seconds(10)),
      policy: GatePolicy(deadline: .seconds(60), expected: count))
    var effects: [GateEffect] = []
    var instances = (0..<count).map { Instance(id: "web-\($0)", address: "10.0.0.\($0)", port: 80) }
    instances.append(Instance(id: "old", address: "10.0.1.1", port: 80, role: .baseline))
    instances.append(.guarding("exec:true"))
    for instance in instances {
      gate.handle(.instanceAdded(instance), at: .start, effects: &effects)
    }
    return gate
  }

  /// Whether the run is given up after these events.
  private static func isGivenUp(_ events: [GateEvent], of count: Int = 2) -> Bool {
    var refusals = FirstRefusals()
    let gate = gate(count)
    do throws(ProxyRefusal) {
      for event in events { try refusals.note(event, in: gate) }
      return false
    } catch {
      return error.fault == refusal
    }
  }

  private static func lost(_ index: Int, _ fault: GateFault = refusal) -> GateEvent {
    .checkLost(InstanceKey(index), fault)
  }

  @Test func theLastRefusalOfAllGivesTheRunUp() {
    #expect(Self.isGivenUp([Self.lost(0), Self.lost(1), Self.lost(2)]))
    #expect(!Self.isGivenUp([Self.lost(0), Self.lost(1)]), "the old group was not asked yet")
    #expect(!Self.isGivenUp([Self.lost(0), Self.lost(0), Self.lost(1)]))
  }

  @Test func aGuardHasNoPartInIt() {
    #expect(
      Self.isGivenUp([
        .checked(InstanceKey(3), Self.passed), Self.lost(0), Self.lost(3, Self.other),
        Self.lost(1), Self.lost(2),
      ]))
  }

  @Test func afterOneResultARefusalIsAFaultAsAnyOther() {
    let all = [Self.lost(0), Self.lost(1), Self.lost(2)]
    #expect(!Self.isGivenUp([.checked(InstanceKey(1), Self.passed)] + all))
    #expect(!Self.isGivenUp([Self.lost(1, Self.other)] + all))
    let unusable = GateFault(detail: "the proxy: connection refused", cause: .proxyUnusable)
    #expect(!Self.isGivenUp([Self.lost(0, unusable)] + all), "it may only be starting")
  }
}

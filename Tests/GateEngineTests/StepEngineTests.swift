import GateCore
import GateEngine
import TestSupport
import Testing

/// The engine with steps: commands are begun, and a step's guards go with it.
@Suite struct StepEngineTests {
  /// Ends each command at once, well.
  private final class Commander: StepCommander {
    let port: ScriptedPort
    private(set) var kinds: [StepCommand.Kind] = []

    init(_ port: ScriptedPort) { self.port = port }

    func start(_ command: StepCommand, in gate: Gate) {
      kinds.append(command.kind)
      let end = StepCommandEnd(command, .exited(0))
      port.disturbances.append(CheckerEvent(.stepCommandEnded(end), at: port.now))
    }
  }

  private final class Witness: GateObserver {
    /// Results that were told of a guard whose step was over.
    private(set) var late = 0

    func observe(
      _ event: GateEvent, _ effects: ArraySlice<GateEffect>, at instant: GateInstant, in gate: Gate
    ) {
      if case .checked(let key, _) = event, !gate.isPresent(key) { late += 1 }
    }

    func turnEnded(at instant: GateInstant, in gate: Gate) -> GateInstant? { nil }
  }

  @Test func theAnswerOfAGuardWhoseStepIsOverIsToldToNobody() {
    let measure = GuardMeasure("errors", healthyThreshold: 1)
    let steps = [10, 100].map { (weight: Int) in
      CanaryStep(name: "\(weight)", weight: weight, soak: .seconds(25), guards: [measure])
    }
    let check = HealthCheck.sample(.alb)
    let gate = Gate(
      check: check, policy: GatePolicy(deadline: .seconds(1000), expected: 1, steps: steps))
    // The first guard's third answer comes when its step is over.
    let port = ScriptedPort { key, count in
      .success(after: key.index == 1 && count == 2 ? .seconds(9) : .milliseconds(2))
    }
    let (commander, witness) = (Commander(port), Witness())
    var engine = GateEngine(gate, port: port, observers: [witness], commander: commander)
    let listing = GroupListing(instances: [.sample("a")])
    let verdict = engine.run([.member: listing])
    #expect(verdict.decision == .promote)
    #expect(commander.kinds == [.shift, .shift])
    #expect(engine.gate.records(.guard).map(\.instance.step) == [0, 1])
    #expect(witness.late == 0)
  }
}

internal import GateCore
internal import GateText

extension VerdictDocument {
  /// Writes the steps of the canary, the state of the traffic, and the result of `undo`.
  ///
  /// They are null if the run has no steps.
  func writeSteps(to writer: inout JSONWriter) {
    let rollout = gate.rollout
    guard !rollout.isEmpty else {
      for name: StaticString in ["steps", "traffic", "undo"] { writer.null(name) }
      return
    }
    writer.objects("steps", rollout.steps.indices) { write(step: $1, of: rollout, to: &$0) }
    writer.object("traffic") { writer in
      let last = rollout.records.lastIndex { $0.shifts > 0 }
      writer.field("step", last.map { rollout.steps[$0].name })
      writer.field("weight", rollout.commanded)
      writer.field("confirmed_weight", rollout.confirmed)
    }
    writer.object("undo", undo) { $1.write(to: &$0) }
  }

  private func write(step index: Int, of rollout: Rollout, to writer: inout JSONWriter) {
    let (step, record) = (rollout.steps[index], rollout.records[index])
    writer.field("name", step.name)
    writer.field("weight", step.weight)
    writer.field("state", record.state.rawValue)
    writer.field("began_at", record.first(.shifting).map(time))
    writer.field("soaking_at", record.first(.soaking).map(time))
    writer.field("ended_at", (record.first(.passed) ?? record.first(.failed)).map(time))
    writer.objects("transitions", record.transitions) { writer, transition in
      writer.field("at", time(transition.at))
      writer.field("from", transition.from.rawValue)
      writer.field("to", transition.to.rawValue)
    }
    writer.object("attempts") { writer in
      for kind in StepCommand.Kind.allCases {
        writer.field(named: kind.rawValue, record.attempts[kind] ?? 0)
      }
    }
    writer.field("waits_for", index == rollout.underWay ? gate.stepWaitsFor : nil)
    writer.object("last_command", record.lastCommand) { $1.write(to: &$0) }
    writer.objects("guards", latestGuards(of: index)) { writeGuard($1, to: &$0) }
  }

  /// The guards of a step with their latest records: a resumed run checks them anew.
  private func latestGuards(of step: Int) -> [InstanceRecord] {
    gate.rollout.steps[step].guards.compactMap { measure in
      gate.records.last { $0.instance.step == step && $0.instance.id == measure.name }
    }
  }
}

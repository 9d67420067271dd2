package import GateCore
internal import GateText

/// A step of the canary as written, with its commands.
package struct StepSpec: Hashable, Sendable {
  package var step: CanaryStep
  /// The shell command of the shift; nil for the run's, or none.
  package var shift: String?
  package var confirm: String?
  package var approve: String?
  package var guards: [GuardSpec]
}

extension StepSpec {
  /// Reads the mapping of a step; `number` counts from 1.
  ///
  /// - Throws: `GrammarError`, which says what was expected instead.
  init(reading text: String, number: Int) throws(GrammarError) {
    var fields = try StructuredFields(parsing: text, of: "step \(number)")
    step = CanaryStep(name: try fields.text("name")?.cleaned(to: 100) ?? "step \(number)")
    step.weight = try fields.number("weight", in: 0...100)
    step.soak = try fields.duration("soak") ?? .zero
    step.deadline = try fields.duration("deadline")
    shift = try fields.text("shift")
    confirm = try fields.text("confirm")
    approve = try fields.text("approve")
    step.isConfirmed = confirm != nil
    step.approval = try fields.duration("approve_timeout")
    guards = try Self.guards(&fields)
    try fields.refuseUnknown()
    guard (approve == nil) == (step.approval == nil) else {
      throw approve == nil
        ? fields.wrong("approve_timeout", "is given without approve", hint: "leave it out")
        : fields.wrong(
          "approve", "is given without approve_timeout",
          hint: "such as approve_timeout: 2h; an approval needs a time limit")
    }
  }

  private static func guards(
    _ fields: inout StructuredFields
  ) throws(GrammarError) -> [GuardSpec] {
    guard let value = fields.value("guard") else { return [] }
    let items: [JSONValue] = if case .array(let items) = value { items } else { [value] }
    return try items.map { item throws(GrammarError) in
      switch item {
      case .object(let object):
        return try GuardSpec(StructuredFields(object, of: "a guard of \(fields.name)"))
      case .string(let text): return try GuardSpec(parsing: text)
      case .null, .bool, .number, .array:
        throw fields.wrong("guard", "has an item that is not a guard")
      }
    }
  }
}

extension StepSpec {
  mutating func completeGuards(from usual: HealthCheck, beside first: HealthCheck) {
    for index in guards.indices { guards[index].measure.complete(from: usual, beside: first) }
    step.guards = guards.map(\.measure)
  }
}

/// How the traffic is taken back.
package enum Undo: Hashable, Sendable {
  case command(String)
  /// `none`: the caller of the gate takes it back.
  case none
}

extension SettingsReader {
  /// Reads the steps; guards without their own interval and thresholds use those of the check.
  mutating func steps(under check: HealthCheck, beside guards: [GuardSpec]) -> [StepSpec] {
    var number = 0
    var steps = values(of: .steps) { text throws(GrammarError) in
      number += 1
      return try StepSpec(reading: text, number: number)
    }
    if !steps.isEmpty, let test = guards.first(where: \.measure.isTest) {
      reject(
        .guard,
        "\(test.name.shown) tests the new group's requests, and before the first step there "
          + "are none", hint: "give it to the steps")
    }
    let timeout = inForce.values[.hookTimeout]?.last.flatMap { try? Duration(parsing: $0.text) }
    for index in steps.indices {
      steps[index].step.commandTimeout = timeout ?? ReactionSettings.standardHookTimeout
      distinguish(&steps[index].guards, from: guards)
      steps[index].step.guards = steps[index].guards.map(\.measure)
    }
    if !steps.isEmpty { judge(steps, under: check) }
    return steps
  }

  private mutating func judge(_ steps: [StepSpec], under check: HealthCheck) {
    let hasShift = text(of: .shift) != nil
    for (index, spec) in steps.enumerated() {
      let name = "step \(index + 1) (\(spec.step.name))"
      if steps[..<index].contains(where: { $0.step.name == spec.step.name }) {
        reject(.steps, "two steps are named \(spec.step.name.shown)", hint: "rename one")
      }
      if spec.shift == nil, !hasShift {
        reject(
          .steps, "\(name) has no shift, and the run has none",
          hint: "add shift: a command that sets the traffic's weight to $HEALTHGATE_WEIGHT")
      }
      let before = steps[..<index].compactMap(\.step.weight).last
      if let weight = spec.step.weight, let before, weight < before {
        reject(
          .steps, "weight of \(name) is \(weight), less than the \(before) before it",
          hint: "weights never decrease: undo takes traffic back")
      }
      judge(spec, name, under: check)
    }
  }

  /// Rejects a guard that could not give a result before its step ends.
  private mutating func judge(_ spec: StepSpec, _ name: String, under check: HealthCheck) {
    if let deadline = spec.step.deadline, deadline < spec.step.shortest {
      reject(
        .steps,
        "deadline of \(name) is \(deadline.inWords), shorter than the \(spec.step.shortest.inWords) "
          + "that the step takes at least")
    }
    for measure in spec.step.guards {
      if measure.isTest, let weight = spec.step.weight, weight == 0 || weight == 100 {
        reject(
          .steps,
          "weight of \(name) is \(weight), so one of the groups that its guard "
            + "\(measure.name.shown) compares has no requests",
          hint: "give this step another guard")
      }
      let asked = check.asked(as: measure)
      let needed = asked.interval * max(asked.healthyThreshold, asked.unhealthyThreshold)
      guard spec.step.soak < needed else { continue }
      reject(
        .steps,
        "soak of \(name) is \(spec.step.soak.inWords), shorter than the \(needed.inWords) that its "
          + "guard \(measure.name.shown) takes to fail or to pass",
        hint: "give the step a longer soak, or the guard a shorter interval")
    }
  }

  mutating func undo() -> Undo? {
    text(of: .undo).map { $0.trimmed == "none" ? .none : .command($0) }
  }

  /// Gives unique names to guards that differ only in what is not shown.
  func distinguish(_ guards: inout [GuardSpec], from others: [GuardSpec] = []) {
    for index in guards.indices {
      let name = guards[index].name
      let namesakes = (others + guards[..<index]).count {
        $0.name == name || $0.name.hasPrefix("\(name) #")
      }
      if namesakes > 0 { guards[index].name += " #\(namesakes + 1)" }
      guards[index].measure.name = guards[index].name
    }
  }
}

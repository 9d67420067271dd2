import GateCore
import TestSupport

/// All continuations of a run, gone through: the gate must speak when one verdict alone is left.
///
/// The outcomes are found without any foresight: a patient judge waits until a soak is over, too
/// many instances are unhealthy or the deadline is past. What it can still come to is the union
/// over all continuations, and the gate must have spoken exactly when that is a single verdict.
struct Continuations {
  enum Answers {
    /// Each check ends when it begins.
    case instant
    /// Each check ends at any moment up to the timeout. A first check begins and ends at any
    /// moment: until it is reported nobody knows when it began.
    case slow
  }

  struct Outcomes: OptionSet {
    let rawValue: UInt8
    static let promote = Outcomes(rawValue: 1)
    static let rollback = Outcomes(rawValue: 2)
  }

  struct Node {
    var gate: Gate
    var members: [SlowModel.Member]
    var healthySince: Int64?
    var tick: Int64 = 0
  }

  let model: SlowModel
  let answers: Answers
  private(set) var nodes = 0
  /// The first disagreement, in words.
  private(set) var mistake: String?
  private var effects: [GateEffect] = []

  init(check: HealthCheck, policy: GatePolicy, answers: Answers) {
    model = SlowModel(check: check, policy: policy)
    self.answers = answers
  }

  /// Goes through the whole tree; returns what was possible at its root.
  @discardableResult
  mutating func explore() -> Outcomes {
    let instances = model.policy.expected
    var root = Node(
      gate: Gate(check: model.check, policy: model.policy),
      members: Array(repeating: SlowModel.Member(joined: 0), count: instances))
    for index in 0..<instances {
      root.gate.handle(.instanceAdded(.sample("\(index)")), at: .start, effects: &effects)
    }
    return explore(root)
  }

  private mutating func explore(_ node: Node) -> Outcomes {
    guard mistake == nil else { return [] }
    nodes += 1
    effects.removeAll(keepingCapacity: true)
    let outcomes = final(node) ?? continuations(of: node)
    verify(node, outcomes)
    return outcomes
  }

  /// What the patient judge says at last.
  private func final(_ node: Node) -> Outcomes? {
    if node.members.count(where: { $0.state == .unhealthy }) > model.maxUnhealthy {
      return .rollback
    }
    if let since = node.healthySince, since + soak <= min(node.tick, model.deadline) {
      return .promote
    }
    return node.tick > model.deadline ? .rollback : nil
  }

  private var soak: Int64 { model.policy.soak.inMicroseconds }

  /// At each tick any check that is under way may end, in any order, or time goes on.
  private mutating func continuations(of node: Node) -> Outcomes {
    let timeout = model.check.timeout.inMicroseconds
    var outcomes: Outcomes = []
    var mayWait = true
    for (index, member) in node.members.enumerated() {
      let scheduled = model.nextStart(after: member.checks)
      guard scheduled ?? member.joined <= node.tick else { continue }
      switch answers {
      case .instant: return ending(index, from: node.tick, node)
      case .slow:
        let starts = scheduled.map { $0...$0 } ?? member.joined...node.tick
        for started in starts { outcomes.formUnion(ending(index, from: started, node)) }
        if let scheduled, scheduled + timeout <= node.tick { mayWait = false }
      }
    }
    return mayWait ? outcomes.union(waiting(node)) : outcomes
  }

  private mutating func waiting(_ node: Node) -> Outcomes {
    var next = node
    next.tick += 1
    next.gate.handle(.wokeUp, at: GateInstant(microseconds: next.tick), effects: &effects)
    return explore(next)
  }

  private mutating func ending(_ index: Int, from started: Int64, _ node: Node) -> Outcomes {
    var outcomes: Outcomes = []
    for result in [CheckResult.success, .failure(.statusMismatch)] {
      outcomes.formUnion(explore(after(result, of: index, from: started, node)))
    }
    return outcomes
  }

  private mutating func after(
    _ result: CheckResult, of index: Int, from started: Int64, _ node: Node
  ) -> Node {
    var next = node
    let now = GateInstant(microseconds: node.tick)
    let report = CheckReport.sample(
      result, from: GateInstant(microseconds: started), to: now)
    next.gate.handle(.checked(InstanceKey(index), report), at: now, effects: &effects)
    let ending: SlowModel.Ending =
      result == .success ? .success : .failure(counted: true, .statusMismatch)
    next.members[index].checks.append(
      SlowModel.PastCheck(ending: ending, started: started, ended: node.tick))
    next.members[index].state = model.state(after: next.members[index].checks)
    let healthy = next.members.count { $0.state == .healthy }
    let unhealthy = next.members.count { $0.state == .unhealthy }
    next.healthySince =
      healthy >= model.minHealthy && unhealthy <= model.maxUnhealthy
      ? node.healthySince ?? node.tick : nil
    return next
  }

  /// The gate has a verdict exactly when one alone is left; a promotion waits for its soak.
  private mutating func verify(_ node: Node, _ outcomes: Outcomes) {
    guard mistake == nil else { return }
    let isSoaking = node.healthySince.map { node.tick < $0 + soak } ?? false
    let wanted: Decision? =
      switch outcomes {
      case .promote: isSoaking ? nil : .promote
      case .rollback: .rollback
      default: nil
      }
    guard node.gate.verdict?.decision != wanted else { return }
    let checks = node.members.map { member in
      member.checks.map { "\($0.started)-\($0.ended)\($0.ending == .success ? "+" : "-")" }
        .joined(separator: " ")
    }
    mistake = """
      at \(node.tick), wanted \(wanted.map(\.rawValue) ?? "no verdict"), \
      but the gate says \(node.gate.verdict.map { "\($0)" } ?? "nothing")
      checks: \(checks)
      \(model.check)
      \(model.policy)
      """
  }
}

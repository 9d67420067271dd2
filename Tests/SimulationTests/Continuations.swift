import GateCore
import TestSupport

@testable import Simulation

/// All continuations of a run, gone through: the gate must speak when one verdict alone is left.
///
/// The outcomes are found without any foresight: a patient judge waits until a soak is over, too
/// many instances are unhealthy or the deadline is past. What it can still come to is the union
/// over all continuations, and the gate must have spoken exactly when that is a single verdict.
struct Continuations {
  enum Answers {
    /// Each check ends when it begins.
    case instant
    /// Each check ends at any moment up to the timeout.
    case slow
  }

  struct Outcomes: OptionSet {
    let rawValue: UInt8
    static let promote = Outcomes(rawValue: 1)
    static let rollback = Outcomes(rawValue: 2)
    static let shared = Outcomes(rawValue: 4)
  }

  struct Node {
    var gate: Gate
    /// What was seen, without any foresight.
    var model: SlowModel
    var tick: Int64 = 0
  }

  let model: SlowModel
  let answers: Answers
  let others: [InstanceRole]
  private(set) var nodes = 0
  /// What came out of the trees of all trials.
  private(set) var trials: Outcomes = []
  /// The first disagreement, in words.
  private(set) var mistake: String?
  private var effects: [GateEffect] = []

  /// `others` are there beside the group: instances of the old group, or guards.
  init(check: HealthCheck, policy: GatePolicy, answers: Answers, others: [InstanceRole] = []) {
    model = SlowModel(check: check, policy: policy)
    self.answers = answers
    self.others = others
  }

  /// Goes through the whole tree; returns what was possible at its root.
  @discardableResult
  mutating func explore() -> Outcomes {
    let roles = Array(repeating: InstanceRole.member, count: model.policy.expected) + others
    var root = Node(
      gate: Gate(check: model.check, policy: model.policy), model: model)
    for (index, role) in roles.enumerated() {
      see(.instanceAdded(.sample("\(index)", role)), &root)
    }
    let outcomes = explore(root)
    if outcomes == .rollback { hearTrial(of: root) }
    return outcomes
  }

  /// What can become of the group from here on, the old one left aside.
  private mutating func explore(_ node: Node) -> Outcomes {
    guard mistake == nil else { return [] }
    nodes += 1
    effects.removeAll(keepingCapacity: true)
    if let outcomes = final(node) {
      if outcomes != .rollback { verify(node, outcomes) }
      return outcomes
    }
    var outcomes: Outcomes = []
    var condemned: [Node] = []
    for next in continuations(of: node, { _ in true }) {
      let following = explore(next)
      if following == .rollback { condemned.append(next) }
      outcomes.formUnion(following)
    }
    if outcomes != .rollback {
      verify(node, outcomes)
      // The first moment at which nothing can save the group: now the old one is asked.
      for next in condemned { hearTrial(of: next) }
    }
    return outcomes
  }

  /// What the patient judge says at last.
  private func final(_ node: Node) -> Outcomes? {
    if count(node, .unhealthy) > model.maxUnhealthy || count(node, .unhealthy, .guard) > 0 {
      return .rollback
    }
    if node.tick <= model.deadline, node.model.isPromoted(at: node.tick) { return .promote }
    return node.tick > model.deadline ? .rollback : nil
  }

  private func count(
    _ node: Node, _ state: InstanceState, _ role: InstanceRole = .member
  ) -> Int {
    node.model.present(role).count { node.model.state(of: $0, at: node.tick) == state }
  }

  // MARK: - The trial

  private mutating func hearTrial(of node: Node) {
    let trial = node.model.trial(for: .tooManyUnhealthy, at: node.tick)
    guard !trial.asked.isEmpty else { return verify(node, .rollback) }
    trials.formUnion(hear(trial, node))
  }

  /// Whose fault it can come to be from here on.
  private mutating func hear(_ trial: SlowModel.Trial, _ node: Node) -> Outcomes {
    guard mistake == nil else { return [] }
    nodes += 1
    effects.removeAll(keepingCapacity: true)
    var outcomes: Outcomes = []
    let failing = trial.asked.keys.count { node.model.finding(trial, $0) == .failing }
    if model.isTooMany(failing, trial) {
      outcomes = .shared
    } else if node.tick > model.end(of: trial) {
      outcomes = .rollback
    } else {
      for next in continuations(of: node, { trial.asked[$0] != nil }) {
        outcomes.formUnion(hear(trial, next))
      }
    }
    verify(node, outcomes)
    return outcomes
  }

  // MARK: - What may come next

  /// At each tick any check that is under way may end, in any order, or time goes on.
  private mutating func continuations(of node: Node, _ isAsked: (Int) -> Bool) -> [Node] {
    let timeout = model.check.timeout.inMicroseconds
    var nodes: [Node] = []
    var mayWait = true
    for (index, member) in node.model.members.enumerated() where isAsked(index) {
      let start = node.model.nextStart(of: member) ?? member.joined
      guard start <= node.tick else { continue }
      nodes += endings(index, from: start, node)
      switch answers {
      case .instant: return nodes
      case .slow: if start + timeout <= node.tick { mayWait = false }
      }
    }
    return mayWait ? nodes + [waiting(node)] : nodes
  }

  private mutating func waiting(_ node: Node) -> Node {
    var next = node
    next.tick += 1
    see(.wokeUp, &next)
    return next
  }

  private mutating func endings(_ index: Int, from started: Int64, _ node: Node) -> [Node] {
    [CheckResult.success, .failure(.statusMismatch)].map {
      after($0, of: index, from: started, node)
    }
  }

  private mutating func after(
    _ result: CheckResult, of index: Int, from started: Int64, _ node: Node
  ) -> Node {
    var next = node
    let report = CheckReport.sample(
      result, from: GateInstant(microseconds: started), to: GateInstant(microseconds: node.tick))
    see(.checked(InstanceKey(index), report), &next)
    return next
  }

  private mutating func see(_ event: GateEvent, _ node: inout Node) {
    let now = GateInstant(microseconds: node.tick)
    node.gate.handle(event, at: now, effects: &effects)
    node.model.see(VirtualRun.TimedEvent(event: event, at: now))
    node.model.hold(at: node.tick)
  }

  /// The gate has a verdict exactly when one alone is left; a promotion waits for all that it needs.
  private mutating func verify(_ node: Node, _ outcomes: Outcomes) {
    guard mistake == nil else { return }
    let wanted: Decision? =
      switch outcomes {
      case .promote: node.model.isPromoted(at: node.tick) ? .promote : nil
      case .rollback: .rollback
      case .shared: .inconclusive
      default: nil
      }
    guard node.gate.verdict?.decision != wanted else { return }
    let checks = node.model.members.map { member in
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

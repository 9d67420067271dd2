internal import GateCore
package import GateDisplay
internal import GateInsight
internal import GateRecords
internal import GateSettings

/// Makes a plan from settings and the options of `plan`.
package struct PlannedRun {
  private let settings: Settings
  /// The policy for the time before the first step.
  private let policy: GatePolicy
  /// The policy of the whole run.
  private let wholePolicy: GatePolicy
  private let questions: PlanQuestions
  private let isWholeCurve: Bool
  private let steps: [StepPlan]
  private var standIns: [String] = []
  private var notes: [String] = []

  package init(_ loaded: LoadedSettings, questions: PlanQuestions, isWholeCurve: Bool) throws {
    settings = loaded.settings
    self.questions = questions
    self.isWholeCurve = isWholeCurve
    var policy = try Self.policy(of: loaded)
    if settings.following.probeFrom == .loadBalancer {
      throw CommandFailure(
        .usage,
        "probe_from is load-balancer, for which there are no odds to calculate\n"
          + "  hint: leave it out to plan the checks that the load balancer makes")
    }
    if policy.loadBalancer == .confirms {
      notes.append("the load balancer itself agrees at once (cross_check)")
    }
    if policy.membership == .changing {
      notes.append("the source lists all instances at the start")
    }
    notes += Self.notes(on: settings)
    wholePolicy = policy
    (policy.membership, policy.loadBalancer) = (.fixed, .none)
    steps = StepPlan.all(settings.checks.map(\.check), policy)
    if !steps.isEmpty {
      // The group must be ready in time for the steps.
      for step in policy.steps { policy.deadline = policy.deadline - step.shortest }
      policy.steps = []
      notes.append(
        "bounds and odds are of the health checks until the first step; the steps come after that")
    }
    self.policy = policy
    if settings.inForce.values[.target]?.first?.origin == SettingsLoader.standInOrigin {
      standIns.append("no target is given: \(settings.check.target) is assumed")
    }
    if case .instances(let specs) = settings.source, specs.isEmpty, settings.group.expected == nil {
      standIns.append("the group has one instance, as neither instances nor expected is given")
    }
  }

  /// What the bounds and the odds assume about guards, views and the old group.
  private static func notes(on settings: Settings) -> [String] {
    var notes: [String] = []
    let check = settings.check
    if settings.baseline != nil {
      let wait = check.interval * check.unhealthyThreshold + check.timeout
      notes.append(
        "the baseline is healthy, and passes at once: a rollback for unhealthy instances or for lack "
          + "of time waits for a check of the baseline, \(wait.inWords) at most, and is inconclusive "
          + "if that check fails too")
    }
    if settings.group.comparison != nil {
      notes.append(
        "the group is no worse than the baseline, and there are samples enough when it has soaked "
          + "(compare)")
    }
    if !settings.guards.isEmpty {
      notes.append("every guard holds whenever the group is healthy")
    }
    return notes
  }

  /// The policy for the expected number of instances, without listing them.
  ///
  /// - Throws: `CommandFailure` if that number is not known.
  private static func policy(of loaded: LoadedSettings) throws -> GatePolicy {
    let settings = loaded.settings
    switch settings.source.origin {
    case .user(let specs) where !specs.isEmpty: return try loaded.group().policy
    case .file: return try loaded.group().policy
    case .user: break
    case .machine, .aws:
      guard settings.group.expected == nil else { break }
      throw CommandFailure(
        .usage,
        "plan does not query \(settings.source.key.rawValue), so the size of the group is not known\n"
          + "  hint: give it with \(SettingKey.expected.flag)")
    }
    return try settings.policy(forChangingGroupOf: 1, declared: nil)
  }

  package func document() throws -> PlanDocument {
    var (checks, policy) = (settings.checks.map(\.check), policy)
    let proposal = try proposal(checks, policy)
    if let proposal { (checks, policy) = ([proposal.check], proposal.policy) }
    let plan = try Plan(checks: checks, policy: policy)
    return PlanDocument(
      plan: plan, policy: proposal == nil ? wholePolicy : policy,
      isAdvisory: settings.isAdvisory, bootTime: questions.bootTime,
      outage: questions.outage, odds: try odds(plan, at: questions.rates),
      curve: try odds(plan, at: isWholeCurve ? Self.curveRates : []), limits: questions.limits,
      proposal: proposal, steps: steps, standIns: standIns, notes: notes,
      warnings: warnings(on: checks, policy))
  }

  /// The rates of the curve; there are fewer than the plot's columns, because each takes time.
  private static let curveRates = (0...20).map { Double($0) / 20 }

  /// The warnings about the settings, and for a proposal about its own soak.
  private func warnings(on checks: [HealthCheck], _ policy: GatePolicy) -> [String] {
    guard checks.count == 1 else { return settings.warnings }
    let given = settings.check.warning(ofSoak: settings.group.soak)
    let own = checks[0].warning(ofSoak: policy.soak)
    return given == own
      ? settings.warnings : settings.warnings.filter { $0 != given } + [own].compactMap { $0 }
  }

  private func odds(_ plan: Plan, at rates: [Double]) throws(Plan.Failure) -> [PlanOdds] {
    var all: [PlanOdds] = []
    for rate in rates {
      if let outage = questions.outage, outage.after == nil {
        all.append(
          try plan.odds(rate: rate, bootTime: questions.bootTime, outageOf: outage.length))
      } else {
        let range = questions.outage.map { outage in
          let start = GateInstant.start + (outage.after ?? .zero)
          return start..<(start + outage.length)
        }
        all.append(
          plan.odds(FailureModel(rate: rate, bootTime: questions.bootTime, outage: range)))
      }
    }
    return all
  }

  private func proposal(
    _ checks: [HealthCheck], _ policy: GatePolicy
  ) throws(CommandFailure) -> ThresholdSearch.Proposal? {
    guard !questions.limits.isEmpty else { return nil }
    guard checks.count == 1, let check = checks.first else {
      throw CommandFailure(
        .usage,
        "thresholds are proposed for one health check, but there are \(checks.count)\n"
          + "  hint: leave health_checks out, and give the target of one")
    }
    guard PlannedGroup(policy).allowed == 0 else {
      throw CommandFailure(
        .usage,
        "thresholds are proposed for max_unhealthy 0 alone, but it is \(policy.maxUnhealthy)")
    }
    return ThresholdSearch(
      check: check, policy: policy,
      initialThreshold: isChosen(.initialThreshold) ? check.initialThreshold : nil,
      deadline: isChosen(.deadline) ? policy.deadline : nil, limits: questions.limits
    ).proposal()
  }

  private func isChosen(_ key: SettingKey) -> Bool {
    settings.inForce.values[key]?.first?.origin.isChosen ?? false
  }
}

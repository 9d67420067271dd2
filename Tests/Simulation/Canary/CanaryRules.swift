import GateCore
import TestSupport

/// What must hold of a canary whatever the rules are, from its events and its world alone.
struct CanaryRules {
  private let world: CanaryWorld
  private(set) var violations: [String] = []

  private struct Seen {
    var instance: Instance
    var joined: Int64
    /// Whether each check passed, the latest last; a lost one did not.
    var results: [Bool] = []
    var isUp = false
    /// Successes in a row; of a guard those that are all of its step.
    var successes = 0
    var failures = 0
    var hasBeenUp = false
    var isGone = false
    /// Whether its latest answer was that there is too little to go by.
    var isShort = false
  }

  private var seen: [Seen] = []
  private var began: [Int] = []
  /// When each step's traffic was as it should be, as far as the commands say.
  private var settledFrom: Int64?
  private var approved: Set<Int> = []
  private var passed: Set<Int> = []
  private var relapsed: Int64 = 0
  private var resumed: Int64?

  init(_ world: CanaryWorld) { self.world = world }

  /// Judges a run that was played.
  static func judge(_ run: CanaryRun, in world: CanaryWorld) -> [String] {
    var rules = CanaryRules(world)
    let passes = zip(run.run.stepTransitions, run.run.stepTransitionPlaces)
      .filter { $0.0.to == .passed }
    for (index, timed) in run.run.events.enumerated() {
      // One that time brought before this event rests on what came before it.
      let now = timed.at
      for (pass, place) in passes where place == index + 1 && pass.at < now {
        rules.judgePass(of: pass.step, at: pass.at.microseconds)
      }
      rules.note(timed.event, at: now.microseconds)
      for (pass, place) in passes where place == index + 1 && pass.at == now {
        rules.judgePass(of: pass.step, at: now.microseconds)
      }
    }
    rules.judgeEnd(of: run)
    return run.run.violations + rules.violations
  }

  private mutating func complain(_ words: String) { violations.append(words) }

  // MARK: - Events

  private mutating func note(_ event: GateEvent, at now: Int64) {
    switch event {
    case .instanceAdded(let instance): seen.append(Seen(instance: instance, joined: now))
    case .checked(let key, let report):
      note(report.result == .success, from: report.started.microseconds, of: key.index, at: now)
    case .checkLost(let key, _):
      seen[key.index].results.append(false)
      seen[key.index].failures = 0
    case .stepBegan(let step): judgeShift(step, at: now)
    case .stepCommandEnded(let end) where end.answer == .yes:
      switch end.command.kind {
      case .approve: approved.insert(end.command.step)
      case .shift where !world.policy.steps[end.command.step].isConfirmed: settledFrom = now
      case .confirm: settledFrom = now
      case .shift: break
      }
    case .resumed(let gap): noteResumption(at: now, isLong: gap > world.check.interval)
    case .guardWaits(let key, _): seen[key.index].isShort = true
    case .instanceRemoved, .listed, .loadBalancerSaw, .loadBalancerAsked,
      .stepCommandEnded, .interrupted, .wokeUp:
      break
    }
    if healthy < wanted { relapsed = now }
  }

  private mutating func noteResumption(at now: Int64, isLong: Bool) {
    resumed = now
    approved = []
    if settledFrom != nil { settledFrom = now }
    for index in seen.indices {
      if seen[index].instance.role == .guard { seen[index].isGone = true }
      // It has to pass a check again, and after a long gap to show all of it.
      seen[index].results += [false, false]
      if isLong { (seen[index].successes, seen[index].failures) = (0, 0) }
      if isLong { seen[index].isUp = false }
    }
  }

  private mutating func note(_ isPass: Bool, from started: Int64, of index: Int, at now: Int64) {
    let measure = measure(of: seen[index].instance)
    if let measure, isPass, seen[index].instance.step != nil,
      started < seen[index].joined + measure.settling.inMicroseconds
    {
      return
    }
    let check = world.check.asked(as: measure)
    seen[index].isShort = false
    seen[index].results.append(isPass)
    if isPass {
      (seen[index].successes, seen[index].failures) = (seen[index].successes + 1, 0)
    } else {
      (seen[index].successes, seen[index].failures) = (0, seen[index].failures + 1)
    }
    let threshold =
      seen[index].hasBeenUp ? check.healthyThreshold : check.initialThreshold
    if seen[index].successes >= threshold {
      (seen[index].isUp, seen[index].hasBeenUp) = (true, true)
    }
    if seen[index].failures >= check.unhealthyThreshold { seen[index].isUp = false }
  }

  private func measure(of instance: Instance) -> GuardMeasure? {
    instance.step.flatMap { step in
      world.policy.steps[step].guards.first { $0.name == instance.id }
    }
  }

  // MARK: - What is there

  private var members: [Seen] { seen.filter { $0.instance.role == .member } }

  private var healthy: Int { members.count { $0.isUp } }

  private var wanted: Int {
    max(1, world.policy.minHealthy.roundedUp(of: world.instances))
  }

  /// Those that speak for going on: up, and not failed in both of their two latest checks.
  private var counted: Int {
    members.count { one in one.isUp && one.results.suffix(2).contains(true) }
  }

  // MARK: - Shifts

  private mutating func judgeShift(_ step: Int, at now: Int64) {
    let last = began.last
    let steps = world.policy.steps
    if last == nil, step != 0 { complain("step \(step) is the first to be shifted") }
    if let last, step != last, step != last + 1 { complain("step \(step) follows \(last)") }
    if counted < wanted { complain("step \(step) is shifted to \(counted) of \(wanted)") }
    if step != last, steps[step].approval != nil, !approved.contains(step) {
      complain("step \(step) is shifted without its approval")
    }
    if step > 0, step != last, !passed.contains(step - 1) {
      complain("step \(step) is shifted before the one before it passed")
    }
    if last == step, resumed == nil { complain("step \(step) is shifted twice") }
    began.append(step)
    (settledFrom, resumed) = (nil, nil)
    for index in seen.indices where seen[index].instance.step != step {
      if seen[index].instance.role == .guard { seen[index].isGone = true }
    }
  }

  /// The step is over: all that it had to show was shown.
  private mutating func judgePass(of step: Int, at now: Int64) {
    let policy = world.policy.steps[step]
    passed.insert(step)
    guard let settledFrom else { return complain("step \(step) passed before it was shifted") }
    let settled = settledFrom + policy.settling.inMicroseconds
    let soaked =
      max(resumed ?? 0, settledFrom, relapsed, resumed == nil ? settled : 0)
      + policy.soak.inMicroseconds
    if soaked > now { complain("step \(step) passed after too short a soak") }
    if counted < wanted { complain("step \(step) passed with \(counted) of \(wanted)") }
    for measure in policy.guards where !measure.isAdvisory {
      let one = seen.last { $0.instance.step == step && $0.instance.id == measure.name }
      guard let one else {
        complain("step \(step) passed and \(measure.name) was never asked")
        continue
      }
      if !one.isUp || !one.results.suffix(2).contains(true) {
        complain("step \(step) passed, but \(measure.name) did not")
      }
      if one.isShort {
        complain("step \(step) passed, and \(measure.name) had too little to go by")
      }
    }
  }

  // MARK: - The end

  private mutating func judgeEnd(of run: CanaryRun) {
    guard let verdict = run.run.verdict else { return complain("there is no verdict") }
    if run.run.replayed().verdict != verdict { complain("another verdict when it is replayed") }
    if run.run.replayed().rollout != run.run.gate.rollout {
      complain("other steps when it is replayed")
    }
    judgeTime(of: run, verdict)
    judgeShifts(of: run, verdict)
    switch verdict.decision {
    case .promote: judgePromotion()
    case .rollback, .inconclusive: judgeReason(of: run, verdict)
    }
  }

  private mutating func judgePromotion() {
    guard let last = began.last, last == world.policy.steps.count - 1 else {
      return complain("a promotion before the last step was shifted")
    }
    if !passed.contains(last) { complain("a promotion before the last step passed") }
    let weight = world.policy.steps[last].weight ?? 0
    guard world.badCommands == 0 else { return }
    if let from = world.failsFrom, weight >= from {
      complain("a promotion of what fails from \(from)% on")
    }
    if areGuardsWithSayFailing { complain("a promotion though the guards fail") }
  }

  /// Whether a guard that counts fails in one of the steps.
  private var areGuardsWithSayFailing: Bool {
    world.policy.steps.contains { step in
      step.guards.contains { !$0.isAdvisory } && step.weight ?? 0 >= world.guardsFailFrom ?? 101
    }
  }

  /// What a shift came to is what it said, and none takes for ever.
  private mutating func judgeShifts(of run: CanaryRun, _ verdict: Verdict) {
    for timed in run.run.events {
      guard case .stepCommandEnded(let end) = timed.event, end.command.kind == .shift,
        end.result != .exited(0), timed.at <= verdict.at
      else { continue }
      if verdict.reason.code != .stepFailed { complain("a shift failed, and the run went on") }
    }
    guard let open = run.run.command else { return }
    if open.command.kind == .approve, let time = world.policy.steps[open.command.step].approval,
      let began = run.run.stepTransitions.last(where: { $0.to == .approving })?.at,
      verdict.at > began + time
    {
      complain("an approval was waited for longer than it may take")
    }
    guard open.command.kind == .shift else { return }
    let time = world.policy.steps[open.command.step].commandTimeout
    if verdict.at > open.at + time { complain("a shift took longer than it may") }
  }

  /// The reason is one of this world.
  private mutating func judgeReason(of run: CanaryRun, _ verdict: Verdict) {
    let ends = run.run.events.compactMap { timed -> StepCommandEnd? in
      if case .stepCommandEnded(let end) = timed.event { end } else { nil }
    }
    switch verdict.reason.code {
    case .stepFailed:
      let failed = ends.contains { $0.answer == .no && $0.command.kind != .approve }
      // An answer at the very moment at which its time is up comes too late.
      let isLate = run.run.events.last.map { $0.at == verdict.at } ?? false
      if !failed, !isLate, run.run.command == nil {
        complain("a step failed, and no command did")
      }
    case .guardFailed:
      if !areGuardsWithSayFailing { complain("a guard failed that never does, or has no say") }
    case .tooManyUnhealthy:
      if world.failsFrom == nil, world.sporadic == 0 { complain("unhealthy in a healthy world") }
    case .notApproved:
      if !world.policy.steps.contains(where: { $0.approval != nil }) {
        complain("not approved, and nobody was asked")
      }
    case .gateFault:
      if world.lost == 0, world.kills.isEmpty { complain("the gate's fault, and it had none") }
    default: break
    }
  }

  /// No state lasts for ever: the deadline, the approvals and the gaps bound it.
  private mutating func judgeTime(of run: CanaryRun, _ verdict: Verdict) {
    var bound = world.policy.deadline
    for step in world.policy.steps { bound = bound + (step.approval ?? .zero) }
    for timed in run.run.events {
      guard case .resumed(let gap) = timed.event else { continue }
      bound = bound + gap + world.policy.deadline
      for step in world.policy.steps { bound = bound + (step.approval ?? .zero) }
    }
    if verdict.at > .start + bound + .seconds(1) {
      complain("the verdict came at \(verdict.at.microseconds), long after the deadline")
    }
  }
}

package import GateCore
package import GateRecords
internal import GateSettings
internal import GateText

/// The progress of a run as lines, one for each event that matters to a reader.
///
/// Not every check does: the first failure of an instance is reported, then each other kind of
/// failure, and the passing check that ends them. Lines that come faster than anybody can read are
/// counted instead. After a minute without a line, the log says what the verdict is waiting for.
package struct ProgressLog: Sendable {
  private var board: ProgressBoard
  private var runs = FailureRuns()
  private var allowance = LineAllowance()
  private var faults = FaultTally()
  private var joined: [InstanceKey] = []
  private var left: [InstanceKey] = []
  private var soakBegan: GateInstant?
  private var hasSoaked = false
  private var isCondemned = false
  /// The obstacles to the promotion of a soaked group that were reported in this soak.
  private var obstacles: Set<Obstacle.Kind> = []
  private var lastLine: GateInstant?
  /// The number of instances that the source expects, as last reported.
  private var expected: Int
  /// The source's latest notes about its instances.
  private var notes: [ListingNote] = []
  private var lines = ""

  /// The longest time without a line, because CI systems end jobs that print nothing.
  private static let silence = Duration.seconds(60)
  /// The number of names in a line when many instances join or leave at the same time.
  private static let names = 5

  /// Where the verdict is reported.
  package enum VerdictPlace: Hashable, Sendable {
    case told
    /// Right after the log, in another output that the reader of the log sees.
    case elsewhere
  }

  private let verdictPlace: VerdictPlace

  package init(_ header: RunHeader, verdict: VerdictPlace = .told) {
    verdictPlace = verdict
    board = ProgressBoard(header)
    expected = header.policy.expected
    for line in header.startLines { say(line, at: .start) }
  }

  /// Returns the lines since the last call.
  package mutating func takeLines() -> String {
    defer { lines = "" }
    return lines
  }

  /// Its lines for a terminal of this width: what goes on stands behind the time.
  package static func wrapped(_ lines: String, to width: Int) -> String {
    lines.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      let time = line.hasPrefix("[") ? line.prefix { $0 != "]" }.count + 2 : 0
      return line.columns > width ? line.wrappedLine(to: width, indent: time) : String(line)
    }.joined(separator: "\n")
  }

  package mutating func observe(
    _ event: GateEvent, _ effects: ArraySlice<GateEffect>, at now: GateInstant, in gate: Gate
  ) {
    board.observe(event, effects, in: gate)
    switch event {
    case .instanceAdded(let instance):
      // The guards of a step are reported with the step.
      if instance.step == nil { joined.append(InstanceKey(gate.records.count - 1)) }
      runs.follow(gate)
    case .instanceRemoved(let key): left.append(key)
    case .checked(let key, let report):
      tell(report, of: key, effects.transition(of: key), at: now, in: gate)
    case .checkLost, .loadBalancerAsked: tellFault(of: event, at: now)
    case .listed:
      tellFault(of: event, at: now)
      if gate.expected != expected { tellExpected(at: now, in: gate) }
      for note in gate.notes where !notes.contains(note) { say(note.words.printable, at: now) }
      notes = gate.notes
    case .loadBalancerSaw(let key, let view):
      tell(view, of: key, effects.transition(of: key), at: now, in: gate)
    case .resumed(let gap):
      runs.follow(gate)
      soakBegan = gate.healthySince
      say("resumed after \(gap.roundedWords): \(gate.standing)\(gate.anewWords)", at: now)
    default: break
    }
    tellSteps(effects, at: now, in: gate)
    tellWhatTimeChanged(effects, beside: event, at: now, in: gate)
    tellSoak(at: now, in: gate)
    tellObstacle(at: now, in: gate)
    tellBlame(at: now, in: gate)
    if let verdict = gate.verdict { conclude(verdict, in: gate) }
  }

  /// Reports changes of state that time alone caused, when a view is no longer forgiven.
  private mutating func tellWhatTimeChanged(
    _ effects: ArraySlice<GateEffect>, beside event: GateEvent, at now: GateInstant, in gate: Gate
  ) {
    for case .stateChanged(let key, let transition) in effects where event.key != key {
      let topic: LineAllowance.Topic = transition.to == .healthy ? .healthy : .unhealthy
      say(topic, gate.words(for: transition, of: key), at: now, in: gate)
    }
  }

  private mutating func tellSteps(
    _ effects: ArraySlice<GateEffect>, at now: GateInstant, in gate: Gate
  ) {
    for case .stepMoved(let transition) in effects {
      guard let words = gate.words(for: transition) else { continue }
      tellMembership(at: now, in: gate)
      say(words, at: transition.at)
    }
  }

  private mutating func tellFault(of event: GateEvent, at now: GateInstant) {
    guard let fault = event.fault, let words = faults.add(fault, at: now) else { return }
    say(words, at: now)
  }

  private mutating func tellExpected(at now: GateInstant, in gate: Gate) {
    expected = gate.expected
    say("the source expects \(counted(gate.expected, "instance"))", at: now)
  }

  /// Reports what was waiting for its moment; returns the next such moment, if there is one.
  package mutating func turnEnded(at now: GateInstant, in gate: Gate) -> GateInstant? {
    guard gate.verdict == nil else { return nil }
    tellMembership(at: now, in: gate)
    if let due = allowance.summaryDue, due <= now { tellSummary(at: now) }
    if let due = faults.due, due <= now { tellFaults(at: now) }
    if (lastLine ?? .start) + Self.silence <= now {
      say("\(board.waitingFor(gate, at: now)); \(gate.standing)", at: now)
    }
    var next = (lastLine ?? .start) + Self.silence
    if let due = allowance.summaryDue { next = min(next, due) }
    if let due = faults.due { next = min(next, due) }
    return next
  }

  private mutating func say(_ words: String, at now: GateInstant) {
    lines += "[\(now.tenthsOfSeconds.rightAligned(in: 6))s] \(words)\n"
    lastLine = now
  }

  // MARK: - Checks

  private mutating func tell(
    _ report: CheckReport, of key: InstanceKey, _ transition: Transition?, at now: GateInstant,
    in gate: Gate
  ) {
    guard runs.knows(key) else { return }
    switch report.result {
    case .success:
      let ended = runs.succeeded(key)
      if let transition {
        say(.healthy, gate.words(for: transition, of: key), at: now, in: gate)
      } else if let ended {
        say(.recovered, gate.recoveryWords(of: key, after: ended), at: now, in: gate)
      }
    case .failure(let kind):
      let isNew = runs.failed(key, kind, report)
      if let transition {
        say(.unhealthy, gate.words(for: transition, of: key), at: now, in: gate)
      } else if isNew {
        let run = runs.runs(of: key)
        say(.failing, gate.failureWords(of: key, run: run), at: now, in: gate)
      }
    }
  }

  private mutating func tell(
    _ view: LoadBalancerView, of key: InstanceKey, _ transition: Transition?, at now: GateInstant,
    in gate: Gate
  ) {
    let topic: LineAllowance.Topic =
      switch view.state {
      case .healthy: .healthy
      case .unhealthy: .unhealthy
      case .initial: .seen
      }
    if let transition {
      say(topic, gate.words(for: transition, of: key), at: now, in: gate)
    } else {
      let own = view.description ?? view.reasonCode
      let why = own == nil ? "" : ": \(view.words)"
      say(
        topic, "the load balancer reports \(gate[key].instance.name) \(view.state.rawValue)\(why)",
        at: now, in: gate)
    }
  }

  /// Says what may be left out, unless lines come too fast; the words are made only if they are
  /// needed.
  private mutating func say(
    _ topic: LineAllowance.Topic, _ words: @autoclosure () -> String, at now: GateInstant,
    in gate: Gate
  ) {
    tellMembership(at: now, in: gate)
    if let due = allowance.summaryDue, due <= now { tellSummary(at: now) }
    if allowance.allows(topic, at: now) { say(words(), at: now) }
  }

  // MARK: - The group

  private mutating func tellMembership(at now: GateInstant, in gate: Gate) {
    if !joined.isEmpty {
      let names = list(joined.map { gate[$0].instance.name }, first: Self.names)
      let verb = joined.count < gate.records.count ? " joined" : ""
      say("\(counted(joined.count, "instance"))\(verb): \(names)", at: now)
      joined.removeAll()
    }
    if !left.isEmpty {
      let names = list(left.map { gate[$0].instance.name }, first: Self.names)
      say("\(counted(left.count, "instance")) left: \(names)", at: now)
      left.removeAll()
    }
  }

  private mutating func tellSoak(at now: GateInstant, in gate: Gate) {
    guard gate.policy.soak > .zero, gate.healthySince != soakBegan else { return }
    if let soakBegan {
      say("soak interrupted after \(soakBegan.words(until: now)): \(gate.standing)", at: now)
    }
    soakBegan = gate.healthySince
    guard soakBegan != nil else { return }
    let again = hasSoaked ? " again" : ""
    hasSoaked = true
    say("soak begins\(again): \(gate.policy.soak.inWords), \(gate.standing)", at: now)
  }

  /// Reports what the promotion of a soaked group is waiting for, once per kind and soak.
  private mutating func tellObstacle(at now: GateInstant, in gate: Gate) {
    guard gate.hasSoaked(by: now) else {
      if !obstacles.isEmpty { obstacles = [] }
      return
    }
    guard gate.verdict == nil, gate.blame == nil, gate.rollout.underWay == nil,
      let obstacle = gate.obstacle,
      obstacles.insert(obstacle.kind).inserted
    else { return }
    tellMembership(at: now, in: gate)
    say("\(gate.standing), \(obstacle.words)", at: now)
  }

  private mutating func tellBlame(at now: GateInstant, in gate: Gate) {
    guard let blame = gate.blame, !isCondemned else { return }
    isCondemned = true
    guard gate.verdict == nil else { return }
    say(
      "\(blame.reason.message.printable); waiting to see whether the baseline fails as well",
      at: now)
  }

  private mutating func conclude(_ verdict: Verdict, in gate: Gate) {
    tellMembership(at: verdict.at, in: gate)
    tellSummary(at: verdict.at)
    tellFaults(at: verdict.at)
    if verdictPlace == .told { say(verdict.words, at: verdict.at) }
  }

  private mutating func tellSummary(at now: GateInstant) {
    if let summary = allowance.takeSummary() { say(summary, at: now) }
  }

  private mutating func tellFaults(at now: GateInstant) {
    if let words = faults.take(at: now) { say(words, at: now) }
  }
}

extension ArraySlice<GateEffect> {
  /// The latest change of the instance's state; nil if there was none.
  fileprivate func transition(of key: InstanceKey) -> Transition? {
    var last: Transition?
    for case .stateChanged(key, let transition) in self { last = transition }
    return last
  }
}

extension GateEvent {
  /// The instance whose change of state is reported with the event itself.
  fileprivate var key: InstanceKey? {
    switch self {
    case .checked(let key, _), .loadBalancerSaw(let key, _): key
    default: nil
    }
  }
}

package import GateCore

/// The diagnoses of a run, the likeliest and most widespread first.
///
/// The same gate gives the same diagnoses; a group without failures has none.
package func diagnoses(
  of gate: Gate, verdict: Verdict, requests: [RequestFacts] = [RequestFacts()]
) -> [Diagnosis] {
  var examination = Diagnoser(of: gate, verdict, requests)
  return examination.diagnoses()
}

/// The diagnosis of a single check of an instance; nil if it passed.
package func diagnosis(
  of report: CheckReport, from instance: Instance, check: HealthCheck,
  request: RequestFacts = RequestFacts()
) -> Diagnosis? {
  guard case .failure(let kind) = report.result else { return nil }
  let symptom = Symptom(
    of: instance, kind: kind, report: report, check: check, request: request, record: nil)
  let rule = Rule.all[Rule.place(for: symptom)]
  return Diagnosis(
    rule.code, rule.words(Occurrence(members: [symptom], total: 1)), of: [instance.id],
    evidence: symptom.evidenceWords, rule.confidence)
}

/// The diagnosis of the gate fault to which the single check of an instance was lost.
package func diagnosis(of fault: GateFault, checking instance: Instance) -> Diagnosis {
  Diagnosis(of: fault, Words(of: fault, lost: 1), to: [instance.id])
}

/// Diagnoses the group at the time of the verdict.
struct Diagnoser {
  private let gate: Gate
  private let verdict: Verdict
  /// The facts about the requests of each health check.
  private let requests: [RequestFacts]
  private var claims: [Claim: [Symptom]] = [:]
  private var troubles: [Spread.Trouble] = []

  /// A diagnosis before its words are chosen, which may apply to several instances.
  private struct Claim: Hashable {
    enum Source: Hashable {
      /// A rule, by its index in the table.
      case rule(Int)
      case course(CourseClaim)
    }

    var source: Source
    var confidence: Diagnosis.Confidence
    /// The name of the health check, if there are several; otherwise empty.
    var check: String
  }

  init(of gate: Gate, _ verdict: Verdict, _ requests: [RequestFacts]) {
    self.gate = gate
    self.verdict = verdict
    self.requests = requests
  }

  mutating func diagnoses() -> [Diagnosis] {
    let gate = gate
    var size = 0
    gate.forEachRecord(.member) { record in
      // For most instances there is nothing to explain.
      let hasFailed = record.pointee.history.lastFailure != nil
      guard hasFailed || record.pointee.removed != nil else { return size += 1 }
      if isInQuestion(record.pointee) { size += 1 }
      examineAll(record.pointee)
    }
    let causes = ordered(claimed(of: size) + ofGroup + outOfService)
    // Diagnoses of gate faults come first only if gate faults decided.
    let isGates = verdict.reason.code == .gateFault
    return ranked(
      (isGates ? ofGate : []) + besideGroup(gate, verdict) + unshared(causes)
        + (isGates ? [] : ofGate) + unshared(spread))
  }

  /// Diagnoses of how the failures are spread over the group.
  private var spread: [Diagnosis] {
    guard !troubles.isEmpty else { return [] }
    let group = gate.records(.member, where: isInQuestion).map(\.instance)
    return Spread(troubles: troubles, group: group, old: old).diagnoses
  }

  /// Whether the instance belongs to the examined group: it is present, or it left while failing.
  private func isInQuestion(_ record: InstanceRecord) -> Bool {
    record.removed == nil || record.underEachCheck.contains(where: isTroubled)
  }

  /// Examines a record under each of its health checks, as if that were the only one.
  private mutating func examineAll(_ record: InstanceRecord) {
    for (place, part) in record.underEachCheck.filter({ isTroubled($0) }).enumerated() {
      examine(part, isFirst: place == 0)
    }
  }

  /// What is known about the old group.
  private var old: Spread.Old {
    if gate.present(.baseline) == 0 { return .unknown }
    return gate.unhealthy(.baseline) > 0 || verdict.reason.code == .sharedCause ? .failing : .well
  }

  /// Weakens the diagnoses if the old group fails too.
  ///
  /// The cause is then probably shared, so that a slow boot, or what only new instances have in
  /// common, does not explain it.
  private func unshared(_ all: [Diagnosis]) -> [Diagnosis] {
    guard verdict.reason.code == .sharedCause else { return all }
    return all.filter { $0.code != .slowBoot && $0.code != .allAlike }.map { diagnosis in
      var second = diagnosis
      second.confidence = .possible
      return second
    }
  }

  /// Keeps one likely cause for each instance, and makes later ones only possible.
  private func ranked(_ all: [Diagnosis]) -> [Diagnosis] {
    var explained: Set<String> = []
    return all.map { diagnosis in
      guard diagnosis.confidence == .likely, !diagnosis.instances.isEmpty else { return diagnosis }
      var ranked = diagnosis
      if explained.isSuperset(of: diagnosis.instances) { ranked.confidence = .possible }
      explained.formUnion(diagnosis.instances)
      return ranked
    }
  }

  // MARK: - Instances

  /// Whether there is something to explain: it is not healthy, or it delayed the group.
  private func isTroubled(_ record: InstanceRecord) -> Bool {
    guard let course = Course(of: record) else { return false }
    let isFailing = record.history.pattern.failingSince != nil
    switch record.health.state {
    case .unhealthy: return true
    case .initial: return isFailing || isTooLate || course == .flapping
    case .healthy where isFailing && gate.isLeftOut(record, by: verdict):
      return true
    case .healthy:
      guard record.removed == nil, verdict.decision != .promote else { return course == .flapping }
      switch course {
      case .flapping: return true
      case .failedThroughout: return false
      case .booted:
        return isTooLate && (record.healthySince.map { $0 + gate.policy.soak > deadline } ?? false)
      case .died, .relapsed: return record.history.transitions.contains { $0.to == .unhealthy }
      }
    }
  }

  private var deadline: GateInstant { gate.deadline }

  /// Whether the verdict was due to time: the deadline passed or cannot be met.
  private var isTooLate: Bool {
    verdict.reason.code == .deadlineExceeded || verdict.reason.code == .cannotBecomeHealthyInTime
  }

  private mutating func examine(_ record: InstanceRecord, isFirst: Bool) {
    guard let failure = record.history.lastFailure, let course = Course(of: record) else { return }
    let symptom = Symptom(
      of: record.instance, kind: failure.kind, report: failure.report,
      check: gate.check(of: record), request: requests[min(record.rule, requests.count - 1)],
      record: record, notes: gate.notes)
    let place = Rule.place(for: symptom)
    let rule = Rule.all[place]
    if isFirst { troubles.append(Spread.Trouble(instance: record.instance, cause: place)) }
    // A wrong version does not depend on time, nor does an instance that is known to be stopped.
    guard failure.kind != .wrongVersion, symptom.notRunning == nil else {
      return claim(.rule(place), rule.confidence, symptom)
    }
    switch course {
    case .failedThroughout:
      claim(.rule(place), rule.confidence, symptom)
      guard rule.boot != .looksDifferent, isYoung(record) else { return }
      // From outside the two look the same, but after the grace period a boot is less likely.
      let isAsLikely = rule.boot == .looksLikeThis && gate.policy.gracePeriod == .zero
      claim(.course(.stillBooting), isAsLikely ? rule.confidence : .possible, symptom)
    case .booted: claim(.course(.booted), .likely, symptom)
    case .died:
      claim(.course(.died), .likely, symptom)
      claim(.rule(place), .possible, symptom)
    case .relapsed:
      claim(.course(.relapsed), .possible, symptom)
      claim(.rule(place), .possible, symptom)
    case .flapping where record.timesOut:
      claim(.rule(place), rule.confidence, symptom)
      claim(.course(.flapping), .possible, symptom)
    case .flapping where record.losesConnections || rule.code == .applicationDown:
      // A process that exits is away for a while; single failures have other causes too.
      let isAwayForAWhile = record.history.pattern.hasRunOfFailures
      claim(.course(.crashLoop), isAwayForAWhile ? .likely : .possible, symptom)
      if !isAwayForAWhile { claim(.course(.flapping), .likely, symptom) }
    case .flapping:
      claim(.course(.flapping), .likely, symptom)
      claim(.rule(place), .possible, symptom)
    }
  }

  /// Whether it was seen for such a short time (two minutes) that it may still be booting.
  private func isYoung(_ record: InstanceRecord) -> Bool {
    verdict.at.since(record.firstSeen) < .seconds(120)
  }

  private mutating func claim(
    _ source: Claim.Source, _ confidence: Diagnosis.Confidence, _ symptom: Symptom
  ) {
    let name = gate.checks.count > 1 ? symptom.check.name : ""
    let claim = Claim(source: source, confidence: confidence, check: name)
    claims[claim, default: []].append(symptom)
  }

  // MARK: - Diagnoses

  private typealias Ranked = (diagnosis: Diagnosis, rank: Int)

  private func claimed(of total: Int) -> [Ranked] {
    claims.map { claim, members in
      let occurrence = Occurrence(members: members, total: total)
      let first = occurrence.first
      let (code, words, evidence, rank): (DiagnosisCode, Words, String?, Int) =
        switch claim.source {
        case .rule(let place):
          (
            Rule.all[place].code, Rule.all[place].words(occurrence), first.evidenceWords,
            // Facts from the source come before observations.
            first.notRunning == nil ? place + CourseClaim.allCases.count : -1
          )
        case .course(let course):
          (
            course.code,
            course.words(occurrence, policy(under: claim.check), at: verdict.at),
            first.evidenceOverTime,
            // What was observed comes before what is only assumed.
            course == .stillBooting ? Int.max : course.rawValue
          )
        }
      let diagnosis = Diagnosis(
        code, words.under(claim.check), of: members.map(\.instance.id), evidence: evidence,
        claim.confidence)
      return (diagnosis, rank)
    }
  }

  /// The policy as far as it applies to one of several health checks.
  ///
  /// If the other checks prevented a healthy group, there was no soak, so that it cannot be
  /// recommended.
  private func policy(under check: String) -> GatePolicy {
    var policy = gate.policy
    guard !check.isEmpty else { return policy }
    var hasBeenHealthy = false
    gate.forEachRecord(.member) { record in
      if record.pointee.history.transitions.contains(where: { $0.to == .healthy }) {
        hasBeenHealthy = true
      }
    }
    if !hasBeenHealthy { policy.soak = .zero }
    return policy
  }

  private func ordered(_ ranked: [Ranked]) -> [Diagnosis] {
    ranked.sorted { left, right in
      let (first, second) = (left.diagnosis, right.diagnosis)
      guard first.confidence == second.confidence else { return first.confidence == .likely }
      let areSeen = left.rank < Int.max && right.rank < Int.max
      guard !areSeen || first.instances.count == second.instances.count else {
        return first.instances.count > second.instances.count
      }
      guard left.rank == right.rank else { return left.rank < right.rank }
      // Two health checks may have the same diagnosis.
      return first.summary < second.summary
    }.map(\.diagnosis)
  }

  /// Instances that are missing, left, or had too little time, which no check can show.
  private var ofGroup: [Ranked] {
    [missing, notListed, replaced, disagreement, wrongInstances, outOfTime].enumerated()
      .compactMap { place, diagnosis in
        diagnosis.map { ($0, Rule.all.count + CourseClaim.allCases.count + place) }
      }
  }

  private var missing: Diagnosis? {
    // A verdict at the very start is about the settings, before the other groups were listed.
    guard verdict.decision != .promote, verdict.at > .start, gate.present < gate.expected,
      isTooLate || verdict.reason.code == .noInstances
    else { return nil }
    let note = gate.notes.first
    return Diagnosis(
      .instancesMissing,
      Words(
        "\(gate.present) of \(gate.expected) expected instances were there",
        cause: note?.words.cleaned(to: 300)
          ?? "instances were not launched (capacity, a quota, a missing image), wait in a "
          + "lifecycle hook, or are not listed by the source",
        advice: note.map(Self.advice(onMissing:))
          ?? "'aws autoscaling describe-scaling-activities' says why a launch failed; otherwise "
          + "compare expected with the size of the group"),
      of: [], evidence: nil, .likely)
  }

  private static func advice(onMissing note: ListingNote) -> String {
    switch note {
    case .awaited(let instances) where instances.named.contains(where: \.isHeldByHook):
      "a lifecycle hook holds them: find what completes it ('aws autoscaling "
        + "describe-lifecycle-hooks'), or make the deadline longer than its timeout"
    case .awaited(let instances) where instances.named.contains(where: \.isUnhealthy):
      "'aws autoscaling describe-scaling-activities' says why the group abandoned them"
    case .notRunning: "'aws ec2 describe-instances' says why they stopped (StateReason)"
    case .noCapacity: "set the group's desired capacity before the gate runs"
    case .awaited, .other:
      "make the deadline longer, or find what they wait for: 'aws autoscaling "
        + "describe-scaling-activities'"
    }
  }

  private var replaced: Diagnosis? {
    guard verdict.reason.code == .tooManyReplaced else { return nil }
    let left = gate.records(.member) { $0.removed != nil }.map(\.instance.id)
    return Diagnosis(
      .instancesReplaced,
      Words(
        "\(counted(left.count, "instance")) left the group during the run",
        cause: gate.notes.first(where: \.isOfNotRunning).map {
          "the source says: \($0.words.cleaned(to: 300))"
        }
          ?? "the Auto Scaling group replaces instances that fail its own check before they are up, "
          + "or scales in, or was deleted, or a spot instance was interrupted",
        advice: "'aws autoscaling describe-scaling-activities' names the cause; make its "
          + "HealthCheckGracePeriod longer than a boot, or suspend ReplaceUnhealthy during the "
          + "gate"),
      of: left, evidence: nil, .likely)
  }

  private var disagreement: Diagnosis? {
    guard verdict.reason.code == .loadBalancerDisagrees else { return nil }
    let refused = gate.records(.member) {
      $0.removed == nil && $0.health.state == .healthy && $0.view?.state != .healthy
    }
    guard let first = refused.first else { return nil }
    let reason = first.view?.reasonCode ?? first.view.map { $0.state.rawValue }
    let words = LoadBalancerWords(first.view)
    return Diagnosis(
      .loadBalancerDisagrees,
      Words(
        "\(counted(refused.count, "instance")) passed here, but not in service with the load "
          + "balancer: \((reason ?? "not registered").cleaned(to: 80))",
        cause: words.cause, advice: words.advice),
      of: refused.map(\.instance.id),
      evidence: first.view?.description?.cleaned(to: 200), .likely)
  }

  private var wrongInstances: Diagnosis? {
    guard gate.mismatched > 0 else { return nil }
    let wrong = gate.records(.member) { $0.removed == nil && $0.instance.mismatch != nil }
    guard let first = wrong.first else { return nil }
    return Diagnosis(
      .staleVersion,
      Words(
        "\(counted(wrong.count, "instance")) not of the new release: "
          + (first.instance.mismatch ?? "").cleaned(to: 100),
        cause: "they are left over from the old release, or the group still launches it",
        advice: "check which image and launch template version the group launches, and start an "
          + "instance refresh"),
      of: wrong.map(\.instance.id), evidence: first.instance.mismatch?.cleaned(to: 200), .likely)
  }

  /// Instances that never failed, but had too few checks.
  private var outOfTime: Diagnosis? {
    // After a resumption, the time was lost by the runner.
    guard isTooLate, gate.resumptions.isEmpty else { return nil }
    guard gate.policy.loadBalancer != .decides else { return nil }
    let late = gate.records(.member) {
      $0.removed == nil && $0.health.state == .initial && $0.failures == 0 && $0.lostChecks == 0
    }
    guard !late.isEmpty else { return nil }
    // The health check that needs the most time.
    let check = gate.checks.max { $0.timeToRise < $1.timeToRise } ?? gate.check
    let joined = late.map(\.firstSeen).max() ?? .start
    let soak = gate.policy.soak > .zero ? " and a soak of \(gate.policy.soak.inWords)" : ""
    let needed = joined.since(.start) + check.timeToRise + check.timeout + gate.policy.soak
    return Diagnosis(
      .deadlineTooShort,
      Words(
        "\(counted(late.count, "instance")) failed no check, but had too few checks",
        cause: "\(check.initialThreshold) successes at an interval of "
          + "\(check.interval.inWords)\(soak) do not fit between joining and the deadline of "
          + gate.policy.deadline.inWords,
        advice:
          "a deadline of \(needed.roundedUp.inWords) would have been enough; or use a shorter "
          + "interval or a lower threshold"),
      of: late.map(\.instance.id), evidence: nil, .likely)
  }

  /// If the load balancer decides: the instances that it does not have in service, by its reasons.
  private var outOfService: [Ranked] {
    guard gate.policy.loadBalancer == .decides, verdict.decision != .promote,
      verdict.reason.code != .gateFault
    else { return [] }
    let out = gate.records(.member) { $0.removed == nil && $0.health.state != .healthy }
    var groups: [(said: Said, records: [InstanceRecord])] = []
    for record in out {
      let said = Said(record.view)
      // Instances that are still being registered are included only if time ran out.
      guard record.view != nil && said.words != .notYet || isTooLate else { continue }
      if let place = groups.firstIndex(where: { $0.said == said }) {
        groups[place].records.append(record)
      } else {
        groups.append((said, [record]))
      }
    }
    return groups.prefix(5).enumerated().map { place, group in
      (diagnosis(of: group.records, group.said), place)
    }
  }

  private struct Said: Hashable {
    var words: LoadBalancerWords
    var reasonCode: String?
    var status: Int?

    init(_ view: LoadBalancerView?) {
      words = LoadBalancerWords(view)
      reasonCode = view?.reasonCode
      status = LoadBalancerWords.status(in: view)
    }
  }

  /// Explains a status that the load balancer's checks received like one that was received here.
  private func diagnosis(of records: [InstanceRecord], _ said: Said) -> Diagnosis {
    let view = records.first?.view
    let evidence = view?.description?.cleaned(to: 200)
    let ids = records.map(\.instance.id)
    let kind: FailureKind? =
      said.status != nil
      ? .statusMismatch : said.reasonCode == "Target.Timeout" ? .timeoutResponse : nil
    if let kind {
      let answered = answered(kind, said.status, records)
      let rule = Rule.all[Rule.place(for: answered.first)]
      let words = rule.words(answered)
      return Diagnosis(
        rule.code,
        Words(
          "the load balancer says of \(counted(records.count, "instance")): \(evidence ?? "")",
          cause: words.cause, advice: words.advice),
        of: ids, evidence: evidence, rule.confidence)
    }
    let text = view?.description ?? view?.reasonCode ?? "nothing"
    return Diagnosis(
      said.words == .notYet
        ? .deadlineTooShort
        : said.words == .failed ? .firewallOrWrongAddress : .loadBalancerDisagrees,
      Words(
        "\(counted(records.count, "instance")) not in service with the load balancer, which says: "
          + text.cleaned(to: 100),
        cause: said.words == .failed
          ? "its own health checks fail: nothing listens on the port, a security group does not let "
            + "the load balancer in, or the response is not what it requires; it gives no details"
          : said.words.cause,
        advice: said.words == .failed
          ? "probe an instance from a host that reaches it ('healthgate probe'), and read the service's "
            + "log there; allow the load balancer's security group to reach the port of the check"
          : said.words.advice),
      of: ids, evidence: evidence, .likely)
  }

  /// The results of the load balancer's own checks, as if they had been made here.
  private func answered(
    _ kind: FailureKind, _ status: Int?, _ records: [InstanceRecord]
  ) -> Occurrence {
    let report = CheckReport(
      started: verdict.at, result: .failure(kind), status: status, latencyMicroseconds: 0)
    let symptoms = records.map {
      Symptom(
        of: $0.instance, kind: kind, report: report, check: gate.check, request: requests[0],
        record: nil)
    }
    return Occurrence(members: symptoms, total: symptoms.count)
  }

  /// The diagnosis of guards that gave no result.
  private var blindGuard: Diagnosis? {
    let blind = gate.records(.guard) {
      $0.lostChecks > 0 && $0.health.state != .healthy && gate.hasSay($0)
    }
    guard let first = blind.first, let fault = first.history.lastLoss?.fault else { return nil }
    return Diagnosis(
      of: fault,
      Words(
        "\(counted(blind.count, "guard")) gave no result: \(first.instance.id.cleaned(to: 100))",
        cause: "it cannot be queried from here, or has no result yet: no data, no requests",
        advice:
          "query it by hand on this host; for a query over requests, make sure that there are "
          + "some while the gate runs"))
  }

  private var ofGate: [Diagnosis] {
    guard verdict.decision != .promote else { return [] }
    let isDecisive = verdict.reason.code == .gateFault
    let unanswered = isDecisive ? [sourceFault, viewFault].compactMap { $0 } : []
    let ofChecks = faultOfChecks(isDecisive: isDecisive)
    guard isDecisive, unanswered.isEmpty, ofChecks == nil else {
      return [ofChecks].compactMap { $0 } + unanswered
    }
    return [delay]
  }

  private func faultOfChecks(isDecisive: Bool) -> Diagnosis? {
    let blind = gate.records(.member) { $0.removed == nil && $0.lostChecks > 0 }
    guard let first = blind.first else { return isDecisive ? blindGuard : nil }
    // Lost checks did not decide what an instance's own failures decided.
    guard isDecisive || blind.contains(where: { $0.health.state == .initial }),
      let fault = gate.losses.checks.lastFault ?? first.history.lastLoss?.fault
    else { return nil }
    return Diagnosis(
      of: fault, Words(of: fault, lost: blind.reduce(0) { $0 + $1.lostChecks }),
      to: blind.map(\.instance.id), isDecisive ? .likely : .possible)
  }

  /// The diagnosis of a source of the group, or of the baseline, that could not be listed.
  private var sourceFault: Diagnosis? {
    gate.losses.listings.lastFault.map {
      Diagnosis(
        of: $0,
        Words(
          of: $0, what: "\(counted(gate.losses.listings.count, "listing")) of the source failed",
          advice: "query the source by hand on this host; an occasional listing may fail, but a "
            + "promotion needs a fresh one"))
    }
  }

  private var viewFault: Diagnosis? {
    gate.losses.views.lastFault.map {
      Diagnosis(
        of: $0,
        Words(
          of: $0,
          what: "\(counted(gate.losses.views.count, "request")) to the load balancer failed",
          advice:
            "make sure that this host may call the load balancer's API (DescribeTargetHealth, "
            + "DescribeInstanceHealth) as often as refresh says"))
    }
  }

  /// The diagnosis of a delay: there was no error, but something that was due did not come in time.
  private var delay: Diagnosis {
    let fault = gate.losses.lastFault ?? .heldUp
    let what = gate.silence ?? fault.detail
    return Diagnosis(
      .gateFault,
      Words(
        what.cleaned(to: 200),
        cause: gate.silence == nil
          ? "this host was too busy, or the process was stopped, so checks were not made when they "
            + "were due"
          : "it hangs, or takes longer than the time limit of a listing",
        advice: "run the gate again; give the runner more CPU, or check less often"),
      of: [], evidence: nil, .likely)
  }

  /// Instances that do not count because the latest listing lacks them.
  private var notListed: Diagnosis? {
    guard verdict.decision == .promote || isTooLate else { return nil }
    guard gate.unlisted > 0 else { return nil }
    let missing = gate.records(.member) { $0.removed == nil && $0.isMissing }
    let are = missing.count == 1 ? "is" : "are"
    return Diagnosis(
      .instancesMissing,
      Words(
        "\(counted(missing.count, "instance")) \(are) not in the latest listing, so not counted",
        cause: gate.notes.first.map { "the source says: \($0.words.cleaned(to: 200))" }
          ?? "the group is replacing them or scaling in, or they wait in a lifecycle hook; "
          + "an API that lags behind lists them again soon",
        advice: gate.notes.first.map(Self.advice(onMissing:))
          ?? "compare what the source lists now; expected sets how many there must be"),
      of: missing.map(\.instance.id), evidence: nil, .possible)
  }
}

extension ListingNote {
  fileprivate var isOfNotRunning: Bool { if case .notRunning = self { true } else { false } }
}

extension ListingNote.NamedInstances.Named {
  fileprivate var isHeldByHook: Bool { note == .said("Pending:Wait") }

  fileprivate var isUnhealthy: Bool { if case .unhealthy = note { true } else { false } }
}

extension Gate {
  /// Whether a healthy instance did not count, or prevented the promotion.
  ///
  /// This happens if it did not pass its latest checks.
  package func isLeftOut(_ record: InstanceRecord, by verdict: Verdict) -> Bool {
    guard record.removed == nil, record.health.state == .healthy, isPending(record) else {
      return false
    }
    return switch verdict.reason.code {
    case .groupHealthy, .deadlineExceeded, .cannotBecomeHealthyInTime, .gateFault: true
    default: false
    }
  }
}

extension InstanceRecord {
  /// Its records under each of its health checks, as if that were the only one.
  fileprivate var underEachCheck: [InstanceRecord] { parts.isEmpty ? [self] : parts }
}

extension Diagnosis {
  /// The diagnosis of a gate fault; `instances` are those whose checks were lost to it.
  fileprivate init(
    of fault: GateFault, _ words: Words, to instances: [String] = [],
    _ confidence: Confidence = .likely
  ) {
    self.init(
      .gateFault, words, of: instances, evidence: fault.detail.cleaned(to: 200), confidence)
  }

  init(
    _ code: DiagnosisCode, _ words: Words, of instances: [String], evidence: String?,
    _ confidence: Confidence
  ) {
    self.init(
      code: code, instances: instances, summary: words.summary, likelyCause: words.cause,
      advice: words.advice, evidence: evidence, confidence: confidence)
  }
}

extension Symptom {
  /// The latest results, followed by the evidence of the last failure.
  var evidenceOverTime: String? {
    guard let record else { return evidenceWords }
    let course = record.history.pattern.marks(of: record.checks).inRuns
    return "\(course); the last failure: \(evidenceWords ?? detailWords)".cleaned(to: 200)
  }
}

extension String {
  /// Marks of checks in words, such as `3 passed, 2 failed, 1 passed`; the latest runs only.
  ///
  /// An ellipsis stands for earlier checks.
  var inRuns: String {
    var runs: [(mark: Character, count: Int)] = []
    for mark in self where mark != "…" {
      if runs.last?.mark == mark {
        runs[runs.count - 1].count += 1
      } else {
        runs.append((mark, 1))
      }
    }
    let shown = runs.suffix(8).map { "\($0.count) \($0.mark == "+" ? "passed" : "failed")" }
    return (runs.count > 8 || hasPrefix("…") ? "at last " : "") + shown.joined(separator: ", ")
  }
}

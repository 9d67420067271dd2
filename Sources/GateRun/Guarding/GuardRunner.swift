internal import GateCore
internal import InstanceSources

/// The identity of a guard: its name and step.
///
/// Names are unique within a step, and among the run's own guards.
struct GuardName: Hashable {
  var name: String
  /// The index of the step; nil for a guard of the run.
  var step: Int?
}

/// Runs the guards, each on a separate thread, so that a slow one delays no check and no other
/// guard.
final class GuardRunner: Sendable {
  let answers: LoopInbox<Answer>
  private let sources: [GuardName: GuardSource]

  struct Answer: Sendable {
    var key: InstanceKey
    var started: GateInstant
    var answer: GuardAnswer
  }

  /// - Throws: `CommandFailure` if the system provides no event.
  init(_ sources: [GuardName: GuardSource]) throws(CommandFailure) {
    self.sources = sources
    answers = try LoopInbox()
  }

  var isEmpty: Bool { sources.isEmpty }

  func ask(_ instance: Instance, for key: InstanceKey, at started: GateInstant) {
    let name = GuardName(name: instance.id, step: instance.step)
    guard let source = sources[name] else { preconditionFailure("no guard is called \(name)") }
    do throws(BackgroundThread.Failure) {
      try BackgroundThread.start { self.answered(source.ask(), key, started) }
    } catch {
      answered(.unknown("it cannot be queried: \(error)"), key, started)
    }
  }

  private func answered(_ answer: GuardAnswer, _ key: InstanceKey, _ started: GateInstant) {
    answers.put(Answer(key: key, started: started, answer: answer))
  }
}

extension GuardRunner.Answer {
  /// The result as the event of a check that ended now.
  func event(at now: GateInstant) -> GateEvent {
    switch answer {
    case .holds(let detail, let status): .checked(key, report(.success, detail, status, now))
    case .fails(let detail, let kind, let status):
      .checked(key, report(.failure(kind), detail, status, now))
    case .waits(let detail, let isEmpty):
      .guardWaits(key, GuardWait(started: started, detail: detail, isEmpty: isEmpty))
    case .unknown(let detail, let cause):
      .checkLost(key, GateFault(detail: detail, started: started, cause: cause))
    }
  }

  private func report(
    _ result: CheckResult, _ detail: String, _ status: Int?, _ now: GateInstant
  ) -> CheckReport {
    CheckReport(
      started: started, result: result, status: status,
      latencyMicroseconds: now.microseconds - started.microseconds, detail: detail)
  }
}

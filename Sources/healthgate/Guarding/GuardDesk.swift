internal import CCurlShims
internal import Dispatch
internal import GateCore
internal import InstanceSources
internal import Synchronization

/// Asks the guards, each on a thread of its own: a slow one delays no check and no other guard.
final class GuardDesk: Sendable {
  /// Readable when there are answers.
  let event = hg_event_descriptor()
  /// By the guard's name.
  private let sources: [String: GuardSource]
  private let answers = Mutex<[Answer]>([])
  private let queue = DispatchQueue(label: "healthgate.guards", attributes: .concurrent)

  struct Answer: Sendable {
    var key: InstanceKey
    var started: GateInstant
    var answer: GuardAnswer
  }

  init(_ sources: [String: GuardSource]) {
    self.sources = sources
  }

  var isEmpty: Bool { sources.isEmpty }

  func ask(_ name: String, for key: InstanceKey, at started: GateInstant) {
    guard let source = sources[name] else { preconditionFailure("no guard is called \(name)") }
    queue.async {
      let answer = Answer(key: key, started: started, answer: source.ask())
      self.answers.withLock { $0.append(answer) }
      hg_event_set(self.event)
    }
  }

  func takeAnswers() -> [Answer] {
    answers.withLock { answers in
      defer { answers = [] }
      return answers
    }
  }
}

extension GuardDesk.Answer {
  /// The answer as a check that ended now.
  func event(at now: GateInstant) -> GateEvent {
    switch answer {
    case .holds(let detail, let status): .checked(key, report(.success, detail, status, now))
    case .fails(let detail, let kind, let status):
      .checked(key, report(.failure(kind), detail, status, now))
    case .unknown(let detail): .checkLost(key, GateFault(detail: detail, started: started))
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

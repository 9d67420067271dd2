internal import Curl
internal import CurlHTTP
internal import GateCore
internal import GateEngine

/// Checks instances with libcurl and asks guards on threads of their own, in one order of events.
final class CompositeChecker: Checker {
  private let checker: CurlChecker
  private let desk: GuardRunner
  private let steps: StepRunner?

  /// - Throws: `CurlFailure` when the system does not watch for the guards' answers.
  init(
    _ checker: CurlChecker, _ desk: GuardRunner, _ steps: StepRunner?
  ) throws(CurlFailure) {
    self.checker = checker
    self.desk = desk
    self.steps = steps
    if !desk.isEmpty { try checker.wake(on: desk.event.event) }
    if let steps { try checker.wake(on: steps.event.event) }
  }

  var now: GateInstant { checker.now }

  var hasRoom: Bool { checker.hasRoom }

  func start(_ key: InstanceKey, _ instance: Instance) {
    switch instance.role {
    case .member, .baseline: checker.start(key, instance)
    case .guard: desk.ask(instance, for: key, at: now)
    }
  }

  func cancel(_ key: InstanceKey) { checker.cancel(key) }

  func wait(until limit: GateInstant, into happenings: inout [CheckerEvent]) {
    checker.wait(until: limit, into: &happenings)
    guard !desk.isEmpty || steps != nil else { return }
    // After all that the checker saw, so later than that.
    let now = now
    happenings += desk.takeAnswers().map { CheckerEvent($0.event(at: now), at: now) }
    for end in steps?.takeEnds() ?? [] {
      happenings.append(CheckerEvent(.stepCommandEnded(end), at: now))
    }
  }
}

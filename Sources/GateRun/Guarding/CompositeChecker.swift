internal import Curl
internal import CurlHTTP
internal import GateCore
internal import GateEngine

/// Checks instances with libcurl and guards on their own threads, with one order of events.
final class CompositeChecker: Checker {
  private let checker: CurlChecker
  private let desk: GuardRunner
  private let steps: StepRunner?

  /// - Throws: `CurlFailure` if the system cannot watch for the guards' results.
  init(
    _ checker: CurlChecker, _ desk: GuardRunner, _ steps: StepRunner?
  ) throws(CurlFailure) {
    self.checker = checker
    self.desk = desk
    self.steps = steps
    if !desk.isEmpty { try checker.wake(on: desk.answers.event) }
    if let steps { try checker.wake(on: steps.ends.event) }
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

  /// Cancels all checks, which closes their connections.
  func stop() { checker.stop() }

  func wait(until limit: GateInstant, into happenings: inout [CheckerEvent]) {
    checker.wait(until: limit, into: &happenings)
    guard !desk.isEmpty || steps != nil else { return }
    // The time is read after the checker's events, so that it is not earlier than theirs.
    let now = now
    happenings += desk.answers.takeAll().map { CheckerEvent($0.event(at: now), at: now) }
    for end in steps?.ends.takeAll() ?? [] {
      happenings.append(CheckerEvent(.stepCommandEnded(end), at: now))
    }
  }
}

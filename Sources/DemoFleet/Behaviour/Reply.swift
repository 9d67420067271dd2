/// The handling of one connection, step by step.
package struct Reply: Hashable, Sendable {
  package var steps: [Step]
  package var end: End

  package enum Step: Hashable, Sendable {
    /// Continues when the whole request has arrived, or when the bytes cannot be a request.
    case awaitRequest
    case wait(Duration)
    case send([UInt8])
    /// Sends the bytes repeatedly: forever without `times`, as fast as the peer reads without a
    /// pace.
    case fill([UInt8], times: Int?, every: Duration?)
    case answer(Answer)
  }

  /// How the connection ends after the last step.
  package enum End: Hashable, Sendable {
    case close
    /// With a reset (RST) instead of an orderly close.
    case reset
    /// Not until the peer closes it.
    case hold
  }

  package init(_ steps: [Step] = [], then end: End = .close) {
    self.steps = steps
    self.end = end
  }

  package static func answer(_ answer: Answer, after delay: Duration = .zero) -> Reply {
    Reply([.awaitRequest] + (delay > .zero ? [.wait(delay)] : []) + [.answer(answer)])
  }

  package static func response(_ response: Response, after delay: Duration = .zero) -> Reply {
    answer(.always(response), after: delay)
  }

  package static let healthy = response(.healthy())

  /// Accepts the connection, and never sends a byte.
  package static let hang = Reply(then: .hold)
}

/// The replies to successive checks: some once, then others repeatedly.
package struct Replies: Hashable, Sendable {
  package var once: [Reply]
  package var repeating: [Reply]

  package init(_ once: [Reply] = [], repeating: [Reply]) {
    precondition(!repeating.isEmpty, "there is a reply to every check")
    self.once = once
    self.repeating = repeating
  }

  /// The reply to a check; the first check is number 0.
  package subscript(check: Int) -> Reply {
    guard check >= once.count else { return once[check] }
    return repeating[(check - once.count) % repeating.count]
  }
}

/// What one connection meets, step by step.
package struct Reply: Hashable, Sendable {
  package var steps: [Step]
  package var end: End

  package enum Step: Hashable, Sendable {
    /// Goes on when the whole request has come, or what came cannot be one.
    case awaitRequest
    case wait(Duration)
    case send([UInt8])
    /// A byte at a time.
    case trickle([UInt8], every: Duration)
    /// Over and over; nil times: for ever; nil pace: as fast as the peer reads.
    case fill([UInt8], times: Int?, every: Duration?)
    case answer(Answer)
  }

  /// How the connection ends when the steps are done.
  package enum End: Hashable, Sendable {
    case close
    /// With a reset (RST) instead of an orderly end.
    case reset
    /// Not at all, until the peer ends it.
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
}

/// The replies to the checks in their order: some once, then others over and over.
package struct Replies: Hashable, Sendable {
  package var once: [Reply]
  package var repeating: [Reply]

  package init(_ once: [Reply] = [], repeating: [Reply]) {
    precondition(!repeating.isEmpty, "there is a reply to every check")
    self.once = once
    self.repeating = repeating
  }

  /// The reply to a check; the first is number 0.
  package subscript(check: Int) -> Reply {
    guard check >= once.count else { return once[check] }
    return repeating[(check - once.count) % repeating.count]
  }
}

/// A command that a step of the canary needs; the shell runs it, one at a time.
package struct StepCommand: Hashable, Sendable {
  package var kind: Kind
  /// From 0.
  package var step: Int
  /// The first of its kind in this step is 1.
  package var attempt: Int

  package enum Kind: String, Hashable, Sendable, CaseIterable {
    /// Whether the shift may begin: 0 yes, 75 not yet.
    case approve
    /// Sets the weight; it may run again.
    case shift
    /// Whether the shift is in effect: 0 yes, 75 not yet.
    case confirm
  }

  package init(_ kind: Kind, step: Int, attempt: Int = 1) {
    self.kind = kind
    self.step = step
    self.attempt = attempt
  }
}

/// How a command of a step ended.
package struct StepCommandEnd: Hashable, Sendable {
  package var command: StepCommand
  package var result: Result
  /// The last of what it printed, clean.
  package var output: String

  package enum Result: Hashable, Sendable {
    /// With an exit status; of one that a signal ended it is 128 and the signal.
    case exited(Int32)
    /// It was ended, as its time was up.
    case timedOut
    /// It could not be begun, or its end is not known: why.
    case unknown(String)
  }

  package init(_ command: StepCommand, _ result: Result, output: String = "") {
    self.command = command
    self.result = result
    self.output = output
  }

  /// The status by which `approve` and `confirm` say that it is not yet so: EX_TEMPFAIL of sysexits.h.
  package static let notYet: Int32 = 75

  package var answer: Answer {
    switch result {
    case .exited(0): .yes
    case .exited(Self.notYet) where command.kind != .shift: .notYet
    case .exited, .timedOut, .unknown: .no
    }
  }

  package enum Answer: Hashable, Sendable {
    case yes
    case notYet
    case no
  }
}

/// Where a step of the canary stands.
package enum StepState: String, Hashable, Sendable, CaseIterable {
  case pending
  /// It waits for its approval, and then for all that a shift needs.
  case approving
  case shifting
  case confirming
  /// Until the first answer of each guard can be all of this step.
  case settling
  case soaking
  case passed
  case failed
  /// The run ended before it.
  case skipped

  /// Whether the step has begun and is not over.
  package var isUnderWay: Bool {
    switch self {
    case .approving, .shifting, .confirming, .settling, .soaking: true
    case .pending, .passed, .failed, .skipped: false
    }
  }
}

/// A change of a step's state.
package struct StepTransition: Hashable, Sendable {
  package var step: Int
  package var at: GateInstant
  package var from: StepState
  package var to: StepState
}

/// A command of a canary's step; the shell runs one at a time.
package struct StepCommand: Hashable, Sendable {
  package var kind: Kind
  /// The index of the step, from 0.
  package var step: Int
  /// The number of the attempt, from 1 for the first of its kind in this step.
  package var attempt: Int

  package enum Kind: String, Hashable, Sendable, CaseIterable {
    /// Whether the shift may begin: 0 yes, 75 not yet.
    case approve
    /// Sets the weight; it may run repeatedly.
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
  /// The end of its output, sanitized.
  package var output: String

  package enum Result: Hashable, Sendable {
    /// It ended with this exit status; for a signal, 128 plus the signal's number.
    case exited(Int32)
    /// It exceeded its time limit and was terminated.
    case timedOut
    /// It could not be started, or its end is not known, for this reason.
    case unknown(String)
  }

  package init(_ command: StepCommand, _ result: Result, output: String = "") {
    self.command = command
    self.result = result
    self.output = output
  }

  /// The status with which `approve` and `confirm` report "not yet": EX_TEMPFAIL of sysexits.h.
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

/// The state of a step of the canary.
package enum StepState: String, Hashable, Sendable, CaseIterable {
  case pending
  /// It waits for its approval, and then for everything that a shift requires.
  case approving
  case shifting
  case confirming
  /// It waits until each guard's data can be entirely from this step.
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

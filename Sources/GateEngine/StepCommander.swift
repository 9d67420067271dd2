package import GateCore

/// Runs the commands of the canary's steps, one at a time; the `Checker` reports how each ended.
package protocol StepCommander: AnyObject {
  /// Starts a command of the current step.
  func start(_ command: StepCommand, in gate: Gate)
}

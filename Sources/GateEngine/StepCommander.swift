package import GateCore

/// Runs the commands of the canary's steps, one at a time; how each ends is among what the `Checker`
/// reports.
package protocol StepCommander: AnyObject {
  /// Begins a command; the gate knows what it is for.
  func start(_ command: StepCommand, in gate: Gate)
}

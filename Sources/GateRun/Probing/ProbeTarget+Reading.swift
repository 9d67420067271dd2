internal import GateCore
internal import GateSettings
internal import GateText

extension ProbeTarget {
  /// Reads all arguments of `probe` or `lint`.
  ///
  /// - Throws: `CommandFailure` with all invalid arguments at once.
  static func read(_ arguments: [String]) throws(CommandFailure) -> [ProbeTarget] {
    var targets: [ProbeTarget] = []
    var problems: [String] = []
    for argument in arguments {
      do throws(GrammarError) {
        targets.append(try ProbeTarget(parsing: argument))
      } catch {
        let error = error.withoutSecrets(of: argument)
        problems.append(
          "healthgate: error: TARGET: \(error.description.printable)"
            + (error.hint.map { "\n  hint: \($0.printable)" } ?? ""))
      }
    }
    guard problems.isEmpty else {
      throw CommandFailure(.usage, complete: problems.joined(separator: "\n"))
    }
    return targets
  }
}

import GateCore
import TestSupport

extension SlowModel {
  /// All that it was told, for whoever looks for a mistake.
  var account: String {
    """
    \(check)
    \(policy)
    \(history.map(\.words).joined(separator: "\n"))
    """
  }

  /// How many checks were reported.
  var checks: Int {
    members.reduce(0) { sum, member in
      sum + (member.forgotten + member.checks).count { $0.report != nil }
    }
  }
}

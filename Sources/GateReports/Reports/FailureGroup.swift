internal import GateCore
internal import GateText

/// Instances in the same state that fail in the same way.
struct FailureGroup {
  /// What the members have in common.
  struct Likeness: Hashable {
    var state: InstanceState
    var isGone: Bool
    var trouble: Trouble
  }

  /// The latest check that did not pass.
  enum Trouble: Hashable {
    case failure(FailureKind, status: Int?)
    case lost
    /// All checks so far passed.
    case none
    case unchecked
  }

  var likeness: Likeness
  var members: [InstanceRecord]
  /// The details with the members that have them, in the order of the members.
  var details: [(key: String, members: [InstanceRecord])]

  /// Groups instances in the order in which their first members joined.
  static func groups(of records: [InstanceRecord]) -> [FailureGroup] {
    records.grouped(by: Likeness.init).map { likeness, members in
      FailureGroup(
        likeness: likeness, members: members, details: members.grouped(by: \.troubleWords))
    }
  }

  var names: [String] { members.map(\.instance.name) }
}

extension FailureGroup.Likeness {
  fileprivate init(of record: InstanceRecord) {
    state = record.health.state
    isGone = record.removed != nil
    trouble =
      if record.isLastTroubleALoss {
        .lost
      } else if let failure = record.history.lastFailure {
        .failure(failure.kind, status: failure.report.status)
      } else {
        record.checks == 0 ? .unchecked : .none
      }
  }
}

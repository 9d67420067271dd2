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

  /// Groups instances in the order in which their first members joined.
  static func groups(of records: [InstanceRecord]) -> [FailureGroup] {
    var groups: [FailureGroup] = []
    var places: [Likeness: Int] = [:]
    for record in records {
      let likeness = Likeness(of: record)
      if let place = places[likeness] {
        groups[place].members.append(record)
      } else {
        places[likeness] = groups.count
        groups.append(FailureGroup(likeness: likeness, members: [record]))
      }
    }
    return groups
  }

  var names: [String] { members.map(\.instance.name) }

  /// The details with the members that have them, in the order of the members.
  var details: [(words: String, members: [InstanceRecord])] {
    var details: [(words: String, members: [InstanceRecord])] = []
    var places: [String: Int] = [:]
    for member in members {
      let words = member.troubleWords
      if let place = places[words] {
        details[place].members.append(member)
      } else {
        places[words] = details.count
        details.append((words, [member]))
      }
    }
    return details
  }
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

/// A note of the group's source besides its members; it has no effect on decisions.
///
/// The journal contains its words, from which it can be read again.
package enum ListingNote: Hashable, Sendable {
  /// Instances of the group that EC2 does not run.
  case notRunning(NamedInstances)
  /// Instances that are not in service in the group yet.
  case awaited(NamedInstances)
  /// The desired capacity of the Auto Scaling group is 0.
  case noCapacity
  case other(String)

  /// The first of some instances, each with its note, and the number of the others.
  package struct NamedInstances: Hashable, Sendable {
    package var named: [Named]
    package var others = 0

    package struct Named: Hashable, Sendable {
      package var id: String
      package var note: MemberNote

      package init(id: String, note: MemberNote) {
        self.id = id
        self.note = note
      }
    }
  }
}

/// A source's note about one member.
package enum MemberNote: Hashable, Sendable {
  /// EC2 does not run it: `stopped`, `terminated`.
  case outOfEC2(state: String)
  /// The Auto Scaling group will terminate it, in this lifecycle state.
  case unhealthy(lifecycleState: String)
  /// The source's own term, such as `Pending:Wait`.
  case said(String)
}

extension ListingNote {
  private static let notRunningWords = "not running"
  private static let awaitedWords = "not in service yet"

  /// The note in words, such as `2 instances not running: i-1 (stopped in EC2), i-2 (terminated in
  /// EC2)`.
  package var words: String {
    switch self {
    case .notRunning(let instances): instances.words(Self.notRunningWords)
    case .awaited(let instances): instances.words(Self.awaitedWords)
    case .noCapacity: "the Auto Scaling group's desired capacity is 0"
    case .other(let words): words
    }
  }

  package init(words: String) {
    let known = [
      NamedInstances(words, Self.notRunningWords).map(Self.notRunning),
      NamedInstances(words, Self.awaitedWords).map(Self.awaited), .noCapacity,
    ]
    self = known.compactMap { $0 }.first { $0.words == words } ?? .other(words)
  }

  /// The note with the EC2 state of an instance that EC2 does not run; nil if there is none.
  package func outOfEC2(_ id: String) -> MemberNote? {
    guard case .notRunning(let instances) = self else { return nil }
    return instances.named.first { $0.id == id }?.note
  }
}

extension ListingNote.NamedInstances {
  package init(_ instances: [Named], most: Int) {
    self.init(named: Array(instances.prefix(most)), others: max(instances.count - most, 0))
  }

  fileprivate func words(_ what: String) -> String {
    "\(counted(named.count + others, "instance")) \(what): "
      + named.map { "\($0.id) (\($0.note.words))" }.joined(separator: ", ")
      + (others > 0 ? " and \(others) more" : "")
  }

  /// Reads the words; nil if they have another form.
  fileprivate init?(_ words: String, _ what: String) {
    guard let start = words.firstRange(of: " \(what): ")?.upperBound,
      let end = words.lastIndex(of: ")"), start < end
    else { return nil }
    named = words[start..<end].split(separator: "), ").compactMap { words in
      words.firstRange(of: " (").map {
        Named(
          id: String(words[..<$0.lowerBound]), note: MemberNote(words: words[$0.upperBound...]))
      }
    }
    others = words[end...].split(separator: " ").lazy.compactMap { Int($0) }.first ?? 0
  }
}

extension MemberNote {
  private static let inEC2 = " in EC2"
  private static let butUnhealthy = ", but Unhealthy"

  /// The note in words, such as `stopped in EC2`.
  package var words: String {
    switch self {
    case .outOfEC2(let state): state + Self.inEC2
    case .unhealthy(let state): state + Self.butUnhealthy
    case .said(let words): words
    }
  }

  fileprivate init(words: Substring) {
    self =
      if words.hasSuffix(Self.inEC2) {
        .outOfEC2(state: String(words.dropLast(Self.inEC2.count)))
      } else if words.hasSuffix(Self.butUnhealthy) {
        .unhealthy(lifecycleState: String(words.dropLast(Self.butUnhealthy.count)))
      } else {
        .said(String(words))
      }
  }
}

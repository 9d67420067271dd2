package import GateCore

/// The group at one moment, as a source lists it.
package struct SourceListing: Hashable, Sendable {
  /// The instances in the source's order.
  package var members: [SourceMember]
  /// The number of instances that the source itself expects, such as the desired capacity; else
  /// nil.
  package var expected: Int?
  /// IDs of instances that are still being registered: more may follow.
  package var joining: [String] = []

  /// Creates a listing; of members with the same ID the first counts, because an API's pages
  /// overlap.
  package init(members: [SourceMember], expected: Int?) {
    var ids: Set<String> = []
    self.members = members.filter { ids.insert($0.instance.id).inserted }
    self.expected = expected
  }

  /// Creates a listing that expects the number of members that stay.
  package init(staying members: [SourceMember]) {
    self.init(members: members, expected: nil)
    expected = self.members.count { $0.standing != .leaving }
  }
}

/// One instance, as its source reports it.
package struct SourceMember: Hashable, Sendable {
  /// The instance; its address may be empty while it is `awaited` or `leaving`.
  package var instance: Instance
  package var standing: Standing
  /// Why it is `awaited` or `leaving`; else nil.
  package var note: MemberNote?
  /// The ID of its machine image, such as `ami-0abc…`; nil if unknown.
  package var image: String?
  /// The version number of its launch template; nil if unknown.
  package var launchTemplateVersion: String?
  package var tags: [String: String] = [:]

  /// Whether EC2 reports that it is not running, whatever the group reports.
  package var isOutOfEC2: Bool {
    if case .outOfEC2 = note { true } else { false }
  }

  /// The role of a member in the group.
  package enum Standing: Hashable, Sendable {
    /// In service: it is checked, and counts.
    case checked
    /// It counts, but cannot be checked yet: it is starting, or has no address.
    case awaited
    /// It is leaving the group.
    case leaving
    /// It does not take part in the decision: in standby, or in a warm pool.
    case ignored
  }
}

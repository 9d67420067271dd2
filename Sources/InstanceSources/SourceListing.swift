package import GateCore

/// What a source of instances says of the group at one moment.
package struct SourceListing: Hashable, Sendable {
  /// In the order in which the source names them.
  package var members: [SourceMember]
  /// How many instances the source itself wants there to be: a group's desired capacity.
  package var expected: Int?
  /// Ids of those that are still being registered: more may follow.
  package var joining: [String] = []

  /// Of members with one id the first counts: pages that an API makes at different moments overlap.
  package init(members: [SourceMember], expected: Int?) {
    var ids: Set<String> = []
    self.members = members.filter { ids.insert($0.instance.id).inserted }
    self.expected = expected
  }

  /// As many are expected as there are and stay.
  package init(staying members: [SourceMember]) {
    self.init(members: members, expected: nil)
    expected = self.members.count { $0.standing != .leaving }
  }
}

/// One instance as its source sees it.
package struct SourceMember: Hashable, Sendable {
  /// While it is `awaited` or `leaving`, its address may be empty.
  package var instance: Instance
  package var standing: Standing
  /// Why it is `awaited`, or `leaving`.
  package var note: MemberNote?
  /// The machine image that it runs: `ami-0abc…`.
  package var image: String?
  /// The number of the launch template's version that it was started from.
  package var launchTemplateVersion: String?
  package var tags: [String: String]

  package init(
    instance: Instance, standing: Standing, note: MemberNote? = nil, image: String? = nil,
    launchTemplateVersion: String? = nil, tags: [String: String] = [:]
  ) {
    self.instance = instance
    self.standing = standing
    self.note = note
    self.image = image
    self.launchTemplateVersion = launchTemplateVersion
    self.tags = tags
  }

  /// Whether EC2 says that it does not run, whatever the group takes it for.
  package var isOutOfEC2: Bool {
    if case .outOfEC2 = note { true } else { false }
  }

  /// What a member is to the group.
  package enum Standing: Hashable, Sendable {
    /// In service: checked, and counted.
    case checked
    /// Counted, but cannot be checked yet: it starts, or has no address.
    case awaited
    /// On its way out.
    case leaving
    /// No part of the decision: in standby, or in a warm pool.
    case ignored
  }
}

internal import GateCore
internal import GateEngine
internal import GateRecords
internal import GateSettings
internal import GateText
internal import InstanceSources

extension LoadedSettings {
  /// The old group, as the baseline or as a group to gate; nil if the settings name none.
  ///
  /// As a group, all instances that it has now are expected, and the policy applies to it.
  ///
  /// - Throws: `CommandFailure` if it cannot be listed.
  func oldGroup(as role: InstanceRole) throws -> LoadedGroup? {
    guard let source = settings.baseline else { return nil }
    var listing: GroupListing
    var poller: GroupPoller?
    var polling: GatePolicy.Polling?
    if let specs = try specs(of: source) {
      listing = GroupListing(instances: try InstanceSpec.instances(specs, on: settings.ports))
    } else {
      let reader = GroupReader(
        settings, of: source, terraform: try SettingsImport.group(of: source),
        trafficPort: imported?.trafficPort)
      listing = try reader.list(for: .baseline)
      poller = try GroupPoller(
        reader, members: listing.instances, follows: true, every: settings.following.refresh,
        until: settings.group.deadline)
      polling = GatePolicy.Polling(
        refresh: settings.following.refresh, timeout: reader.timeLimit)
    }
    for index in listing.instances.indices { listing.instances[index].role = role }
    var policy = settings.group.policy(
      expecting: max(listing.instances.count, 1), poller == nil ? .fixed : .changing)
    policy.comparison = nil
    policy.polling = polling
    return LoadedGroup(
      policy: policy,
      source: RunHeader.Group(source: source.key.rawValue, name: source.name), poller: poller,
      listing: listing)
  }
}

extension LoadedGroup {
  /// Warnings about it as the baseline of a group, one sentence each.
  func warnings(beside group: LoadedGroup) -> [String] {
    guard !instances.isEmpty else {
      return ["baseline lists no instances, so there is nothing to compare with yet"]
    }
    let places = Set(group.instances.map(\.place))
    let both = instances.filter { places.contains($0.place) }
    guard let first = both.first else { return [] }
    return [
      "the group and the baseline share \(counted(both.count, "instance")), such as \(first.id): "
        + "what fails there fails in both"
    ]
  }
}

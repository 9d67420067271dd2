internal import GateCore
internal import GateEngine
internal import GateRecords
internal import GateSettings
internal import GateText
internal import InstanceSources

/// The old group as listed when the run begins.
package struct LoadedBaseline {
  var listing: GroupListing
  var source: RunHeader.Group
  /// The time limit of one listing; nil for a fixed list.
  var timeLimit: Duration?
  /// Follows changes of the group; nil for a fixed list.
  var poller: GroupPoller?
  /// Warnings about it, one sentence each.
  var warnings: [String] = []

  var instances: [Instance] { listing.instances }
}

extension LoadedSettings {
  /// The old group in the settings; nil if there is none.
  ///
  /// - Throws: `CommandFailure` if it cannot be listed.
  package func baseline(beside group: LoadedGroup) throws -> LoadedBaseline? {
    guard var loaded = try baseline() else { return nil }
    loaded.warnings = warnings(loaded, beside: group)
    return loaded
  }

  private func baseline() throws -> LoadedBaseline? {
    guard let source = settings.baseline else { return nil }
    let header = RunHeader.Group(source: source.key.rawValue, name: source.name)
    var loaded =
      try specs(of: source).map { specs in
        LoadedBaseline(
          listing: GroupListing(
            instances: try InstanceSpec.instances(specs, on: settings.ports)), source: header)
      } ?? listed(source, header)
    for index in loaded.instances.indices {
      loaded.listing.instances[index].role = .baseline
    }
    return loaded
  }

  /// The old group as a group to gate; nil if there is none.
  ///
  /// All instances that it has now are expected, and the policy applies to it.
  ///
  /// - Throws: `CommandFailure` if it cannot be listed.
  package func oldGroup() throws -> LoadedGroup? {
    guard var old = try baseline() else { return nil }
    for index in old.instances.indices { old.listing.instances[index].role = .member }
    var policy = settings.group.policy(
      expecting: max(old.instances.count, 1), old.poller == nil ? .fixed : .changing)
    policy.comparison = nil
    policy.polling = old.timeLimit.map {
      GatePolicy.Polling(refresh: settings.following.refresh, timeout: $0)
    }
    return LoadedGroup(
      policy: policy, source: old.source, poller: old.poller, listing: old.listing)
  }

  private func listed(_ source: InstanceSource, _ header: RunHeader.Group) throws -> LoadedBaseline
  {
    let reader = GroupReader(
      settings, of: source, terraform: try SettingsImport.group(of: source),
      trafficPort: imported?.trafficPort)
    let listing = try reader.list(for: .baseline)
    return LoadedBaseline(
      listing: listing, source: header, timeLimit: reader.timeLimit,
      poller: try GroupPoller(
        reader, members: listing.instances, follows: true, every: settings.following.refresh,
        until: settings.group.deadline))
  }

  private func warnings(_ baseline: LoadedBaseline, beside group: LoadedGroup) -> [String] {
    guard !baseline.instances.isEmpty else {
      return ["baseline lists no instances, so there is nothing to compare with yet"]
    }
    let places = Set(group.instances.map(\.place))
    let both = baseline.instances.filter { places.contains($0.place) }
    guard let first = both.first else { return [] }
    return [
      "the group and the baseline share \(counted(both.count, "instance")), such as \(first.id): "
        + "what fails there fails in both"
    ]
  }
}

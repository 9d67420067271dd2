package import GateCore
internal import GateSettings
internal import GateText

extension Gate {
  /// Warnings about what the gate could not see, with counts and causes, and about omitted names.
  package var warnings: [String] {
    [
      lost(losses.checks, "check"), lost(losses.listings, "listing"),
      lost(losses.views, "load balancer's view"), losses.isEmpty ? silence : nil, doubledPlaces,
      wayBackShrinking,
    ].compactMap { $0 } + notes.map(\.words)
  }

  private func lost(_ tally: Losses.Tally, _ noun: String) -> String? {
    guard let fault = tally.lastFault else { return nil }
    return "\(counted(tally.count, noun)) lost to gate faults, the last fault: "
      + words(for: fault, of: tally)
  }

  /// The warning that the old group, which must take the traffic back, has fewer instances.
  private var wayBackShrinking: String? {
    guard let wayBack = rollout.wayBack, wayBack.least < wayBack.began else { return nil }
    return
      "way_back_shrinking: the old group had \(counted(wayBack.began, "instance")) when the first "
      + "step began, and \(wayBack.least) since: it has less capacity to take the traffic back"
  }

  private var doubledPlaces: String? {
    guard !doubledNames.isEmpty else { return nil }
    return "the source gives places of other instances a second name, which does not count: "
      + list(doubledNames, first: 5)
  }
}

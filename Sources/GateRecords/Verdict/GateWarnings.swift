package import GateCore
internal import GateSettings
internal import GateText

extension Gate {
  /// What it could not see, how often and why; and which names it left out.
  package var warnings: [String] {
    [
      lost(losses.checks, "check"), lost(losses.listings, "listing"),
      lost(losses.views, "load balancer's view"), losses.isEmpty ? silence : nil, doubledPlaces,
    ].compactMap { $0 } + notes
  }

  private func lost(_ tally: Losses.Tally, _ noun: String) -> String? {
    guard let fault = tally.lastFault else { return nil }
    return "\(counted(tally.count, noun)) lost to faults of the gate's own, the last fault: "
      + words(for: fault, of: tally)
  }

  private var doubledPlaces: String? {
    guard !doubledNames.isEmpty else { return nil }
    return "the source gives places of other instances a second name, which does not count: "
      + list(doubledNames, first: 5)
  }
}

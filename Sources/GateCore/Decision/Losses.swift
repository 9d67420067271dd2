/// The checks, listings and views that were lost to gate faults.
package struct Losses: Hashable, Sendable {
  package private(set) var checks = Tally()
  /// Listings of the group and of the baseline.
  package private(set) var listings = Tally()
  /// Views of the load balancers.
  package private(set) var views = Tally()
  /// The tally of the kind of the latest loss.
  package private(set) var lastTally: Tally?

  package struct Tally: Hashable, Sendable {
    package fileprivate(set) var count = 0
    package fileprivate(set) var lastFault: GateFault?
    /// The instance or guard whose check was lost last.
    package fileprivate(set) var lastKey: InstanceKey?

    fileprivate mutating func add(_ number: Int, _ fault: GateFault, of key: InstanceKey? = nil) {
      count += number
      (lastFault, lastKey) = (fault, key)
    }
  }

  package var isEmpty: Bool { checks.count + listings.count + views.count == 0 }

  mutating func addChecks(_ count: Int, of key: InstanceKey, _ fault: GateFault) {
    checks.add(count, fault, of: key)
    lastTally = checks
  }

  mutating func addListing(_ fault: GateFault) {
    listings.add(1, fault)
    lastTally = listings
  }

  mutating func addView(_ fault: GateFault) {
    views.add(1, fault)
    lastTally = views
  }

  package var lastFault: GateFault? { lastTally?.lastFault }

  /// The losses in words, such as `2 checks and 1 listing`.
  package var inWords: String {
    [(checks, "check"), (listings, "listing"), (views, "load balancer's view")]
      .filter { $0.0.count > 0 }
      .map { counted($0.0.count, $0.1) }.joined(separator: " and ")
  }
}

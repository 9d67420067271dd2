package import GateCore

/// A response of the source of instances, or of the load balancers, during the run.
package struct FeedUpdate: Sendable {
  package var answer: FeedAnswer
  /// The time since the request was sent.
  package var age: Duration

  package init(_ answer: FeedAnswer, age: Duration = .zero) {
    self.answer = answer
    self.age = age
  }
}

package enum FeedAnswer: Sendable {
  /// The source listed the group.
  case listed(GroupListing)
  /// The source could not be listed.
  case sourceFailed(GateFault)
  /// The load balancers' view of every instance that they know, by id.
  case viewed([String: LoadBalancerView])
  /// A load balancer could not be queried.
  case viewFailed(GateFault)
}

/// The members of a group at one moment.
package struct GroupListing: Hashable, Sendable {
  /// The instances to check.
  package var instances: [Instance]
  /// Ids of instances that cannot be checked yet.
  ///
  /// They do not join, but instances that have joined stay.
  package var awaited: Set<String>
  /// The awaited instances whose ids will not change when they join; one that disappears before
  /// that counts as lost.
  package var launching: [Instance]
  /// Ids of instances that exist but no longer belong to the group.
  package var leaving: Set<String>
  /// The number of instances that the source expects; nil if it gives none.
  package var expected: Int?
  /// Whether the group is gone, or its desired capacity is 0.
  package var isEmpty: Bool
  /// The notes of the source besides its members.
  package var notes: [ListingNote]

  package init(
    instances: [Instance], awaited: Set<String> = [], launching: [Instance] = [],
    leaving: Set<String> = [], expected: Int? = nil, isEmpty: Bool = false,
    notes: [ListingNote] = []
  ) {
    self.instances = instances
    self.awaited = awaited.union(launching.map(\.id))
    self.launching = launching
    self.leaving = leaving
    self.expected = expected
    self.isEmpty = isEmpty
    self.notes = notes
  }
}

/// Polls the source and the load balancer on a separate thread.
package protocol MembershipFeed: AnyObject {
  /// Returns the updates since the last call, without waiting.
  func takeUpdates() -> [FeedUpdate]
}

/// Turns listings of the source into events: instances that joined or left, and the expected
/// number.
///
/// Every listing comes through here, the first one too.
package struct Membership: Sendable {
  /// Ids that were missing from the last listing.
  ///
  /// The APIs are eventually consistent, so an instance that is missing once is not gone yet.
  private var missing: Set<String> = []
  /// Instances that are about to join, and whether they were missing from the last listing.
  private var launching: [String: (instance: Instance, isMissing: Bool)] = [:]
  /// The user's `expected`, which the source's number does not override; nil if not set.
  private let fixedExpected: Int?
  /// Whether later listings can have other instances; a fixed list is never queried again.
  private let kind: GatePolicy.Membership
  let role: InstanceRole

  package init(
    of role: InstanceRole = .member, _ kind: GatePolicy.Membership = .changing,
    expected: Int? = nil
  ) {
    self.role = role
    self.kind = kind
    fixedExpected = expected
  }

  /// The events of a response to a request that began at `started`, in order.
  package mutating func events(
    of answer: FeedAnswer, from started: GateInstant, in gate: Gate
  ) -> [GateEvent] {
    switch answer {
    case .listed(let listing):
      let change = change(listing, in: gate)
      guard kind == .changing else { return change.events }
      return change.events + [
        .listed(FinishedListing(of: role, started: started, change.result, notes: listing.notes))
      ]
    case .sourceFailed(let fault):
      return [.listed(FinishedListing(of: role, started: started, .failed(fault)))]
    case .viewed(let views):
      return viewEvents(views, in: gate) + [.loadBalancerAsked(FinishedView(started: started))]
    case .viewFailed(let fault):
      return [.loadBalancerAsked(FinishedView(started: started, fault: fault))]
    }
  }

  // MARK: - Instances that joined or left

  /// The changes that a listing makes.
  private struct Change {
    var removed: [InstanceKey] = []
    var added: [Instance] = []
    var lost: [GateEvent] = []
    var result: FinishedListing.Result

    /// The events in order: departures first, so that a place is free before another instance takes
    /// it.
    var events: [GateEvent] {
      removed.map { .instanceRemoved($0) } + added.map { .instanceAdded($0) } + lost
    }
  }

  private mutating func change(_ listing: GroupListing, in gate: Gate) -> Change {
    let present = gate.presentKeys(role)
    guard !listing.isEmpty else {
      (missing, launching) = ([], [:])
      let expected = expected(by: listing, gate)
      return Change(removed: present, result: .empty(expected: expected))
    }
    let (listed, doubled) = distinct(listing.instances, in: gate)
    var (change, absent) = replaced(present, by: listed, listing, in: gate)
    change.added = listed.filter { instance in
      guard let key = gate.key(of: instance.id, role), gate.isPresent(key) else { return true }
      return change.removed.contains(key)
    }
    change.lost = lostOnTheirWay(listing, in: gate, after: change.added.count)
    absent.removeAll { change.removed.contains($0) }
    change.result = .succeeded(
      expected: expected(by: listing, gate), missing: absent, doubled: doubled)
    return change
  }

  private func expected(by listing: GroupListing, _ gate: Gate) -> Int {
    fixedExpected ?? listing.expected ?? gate.expected
  }

  /// The instances of a listing that count: each ID and each place once.
  ///
  /// Of two names for one place, the known one counts, or else the first.
  private func distinct(
    _ listed: [Instance], in gate: Gate
  ) -> (instances: [Instance], doubled: [String]) {
    var known: Set<String> = []
    for instance in listed where isKnown(instance, in: gate) { known.insert(instance.place) }
    var (ids, places): (Set<String>, Set<String>) = ([], [])
    var (instances, doubled): ([Instance], [String]) = ([], [])
    for var instance in listed where ids.insert(instance.id).inserted {
      instance.role = role
      let place = instance.place
      let isUsurper = known.contains(place) && !isKnown(instance, in: gate)
      if !isUsurper, places.insert(place).inserted {
        instances.append(instance)
      } else {
        doubled.append(instance.id)
      }
    }
    return (instances, doubled)
  }

  private func isKnown(_ instance: Instance, in gate: Gate) -> Bool {
    guard let key = gate.key(of: instance.id, role), gate.isPresent(key) else { return false }
    return gate.instance(key).place == instance.place
  }

  /// The instances that left, or were replaced at their place or moved, and those missing from the
  /// listing.
  private mutating func replaced(
    _ present: [InstanceKey], by listed: [Instance], _ listing: GroupListing, in gate: Gate
  ) -> (Change, absent: [InstanceKey]) {
    let places = Dictionary(uniqueKeysWithValues: listed.map { ($0.id, $0.place) })
    let taken = Set(places.values)
    var change = Change(result: .succeeded(expected: gate.expected))
    var (absent, nowMissing): ([InstanceKey], Set<String>) = ([], [])
    for key in present {
      let instance = gate.instance(key)
      if let place = places[instance.id] {
        if place != instance.place { change.removed.append(key) }
      } else if taken.contains(instance.place) || listing.leaving.contains(instance.id) {
        change.removed.append(key)
      } else if listing.awaited.contains(instance.id) {
        absent.append(key)
      } else if missing.contains(instance.id) {
        change.removed.append(key)
      } else {
        absent.append(key)
        nowMissing.insert(instance.id)
      }
    }
    missing = nowMissing
    return (change, absent)
  }

  /// Instances that were launching and have disappeared: each joins and leaves at once.
  ///
  /// So a group whose instances die before they serve differs from one that is slow to start.
  private mutating func lostOnTheirWay(
    _ listing: GroupListing, in gate: Gate, after joining: Int
  ) -> [GateEvent] {
    // The old group launches no instances anymore.
    guard role == .member else { return [] }
    let listed = Set(listing.instances.map(\.id)).union(listing.awaited)
    var lost: [Instance] = []
    for (id, known) in launching.sorted(by: { $0.key < $1.key }) where !listed.contains(id) {
      if listing.leaving.contains(id) || known.isMissing {
        lost.append(known.instance)
        launching[id] = nil
      } else {
        launching[id]?.isMissing = true
      }
    }
    for instance in listing.instances { launching[instance.id] = nil }
    for instance in listing.launching
    where gate.key(of: instance.id).map({ !gate.isPresent($0) }) ?? true {
      launching[instance.id] = (instance, false)
    }
    let firstKey = gate.records.count + joining
    return lost.enumerated().flatMap { index, instance in
      [.instanceAdded(instance), .instanceRemoved(InstanceKey(firstKey + index))]
    }
  }

  private static let unregistered = LoadBalancerView(
    state: .initial, description: "not registered")

  /// The events for changed views only.
  private func viewEvents(_ views: [String: LoadBalancerView], in gate: Gate) -> [GateEvent] {
    gate.presentKeys(role).compactMap { key in
      let record = gate[key]
      // An instance that the load balancers no longer list is not in service.
      let unknown = record.view == nil ? nil : Self.unregistered
      guard let view = views[record.instance.id] ?? unknown, view != record.view else { return nil }
      return .loadBalancerSaw(key, view)
    }
  }
}

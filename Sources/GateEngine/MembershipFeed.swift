package import GateCore

/// What the source of instances, or the load balancer, answered while the run went on.
package enum FeedUpdate: Sendable {
  /// The group as the source has it now.
  case listed(GroupListing)
  /// The source could not be read.
  case sourceFailed(GateFault)
  /// The load balancer's view of every instance that it knows, by id.
  case viewed([String: LoadBalancerView])
  /// The load balancer could not be asked.
  case viewFailed(GateFault)
}

/// The members of a group at one moment.
package struct GroupListing: Hashable, Sendable {
  /// Those that are to be checked.
  package var instances: [Instance]
  /// Ids of those that cannot be checked yet: they do not join, but who is in stays in.
  package var awaited: Set<String>
  /// Those of them whose ids they keep when they join: one that goes before it joined was lost.
  package var launching: [Instance]
  /// Ids of those that are there, but no longer a part of the group.
  package var leaving: Set<String>
  /// How many the source wants; nil when it does not say.
  package var expected: Int?

  package init(
    instances: [Instance], awaited: Set<String> = [], launching: [Instance] = [],
    leaving: Set<String> = [], expected: Int? = nil
  ) {
    self.instances = instances
    self.awaited = awaited.union(launching.map(\.id))
    self.launching = launching
    self.leaving = leaving
    self.expected = expected
  }
}

/// Asks the source and the load balancer again and again, on a thread of its own.
package protocol MembershipFeed: AnyObject {
  /// What came since it was asked last; never waits.
  func takeUpdates() -> [FeedUpdate]
}

/// Turns what the source says into events: who joined, who left, how many are wanted.
package struct Membership: Sendable {
  /// Ids that the last listing lacked: the APIs are eventually consistent, so once is not gone.
  private var missing: Set<String> = []
  /// Those that are on their way, and whether the last listing lacked them.
  private var launching: [String: (instance: Instance, isMissing: Bool)] = [:]
  private var isFailing: Bool
  /// The user's own number, which the source's does not override.
  private let fixedExpected: Int?
  let role: InstanceRole

  package init(of role: InstanceRole = .member, expected: Int?, isFailing: Bool = false) {
    self.role = role
    self.isFailing = isFailing
    fixedExpected = expected
  }

  /// The events of an update, in the order in which they are to be folded in.
  package mutating func events(of update: FeedUpdate, in gate: Gate) -> [GateEvent] {
    switch update {
    case .listed(let listing):
      defer { isFailing = false }
      let events =
        expectedEvents(listing, in: gate) + joined(listing, in: gate) + left(listing, in: gate)
      return events + lostOnTheirWay(listing, in: gate, after: events)
    case .sourceFailed(let fault):
      isFailing = true
      return [role == .member ? .gateFault(fault) : .baselineUnlisted(fault)]
    case .viewed(let views):
      return viewEvents(views, in: gate)
    case .viewFailed(let fault):
      return [.loadBalancerUnseen(fault)]
    }
  }

  private func expectedEvents(_ listing: GroupListing, in gate: Gate) -> [GateEvent] {
    // How many there are in the old group decides nothing.
    guard role == .member else { return [] }
    let expected = fixedExpected ?? listing.expected.map { max($0, 1) } ?? gate.expected
    return isFailing || expected != gate.expected ? [.groupListed(expected: expected)] : []
  }

  /// Who is listed twice joins once, and who is at another place now was replaced.
  private func joined(_ listing: GroupListing, in gate: Gate) -> [GateEvent] {
    var ids: Set<String> = []
    var events: [GateEvent] = []
    for listed in listing.instances where ids.insert(listed.id).inserted {
      var instance = listed
      instance.role = role
      guard let key = gate.key(of: instance.id, role), gate[key].removed == nil else {
        events.append(.instanceAdded(instance))
        continue
      }
      let known = gate[key].instance
      guard known.address != instance.address || known.port != instance.port else { continue }
      events += [.instanceRemoved(key), .instanceAdded(instance)]
    }
    return events
  }

  private mutating func left(_ listing: GroupListing, in gate: Gate) -> [GateEvent] {
    let listed = Set(listing.instances.map(\.id))
    let present = gate.records.indices.filter {
      gate.records[$0].removed == nil && gate.records[$0].instance.role == role
    }
    var nowMissing: Set<String> = []
    var events: [GateEvent] = []
    for index in present {
      let id = gate.records[index].instance.id
      guard !listed.contains(id), !listing.awaited.contains(id) else { continue }
      if listing.leaving.contains(id) || missing.contains(id) {
        events.append(.instanceRemoved(InstanceKey(index)))
      } else {
        nowMissing.insert(id)
      }
    }
    missing = nowMissing
    return events
  }

  /// Those that were on their way and are gone: each joins and leaves at once, so that a group whose
  /// instances die before they serve is told from one that is slow to start.
  private mutating func lostOnTheirWay(
    _ listing: GroupListing, in gate: Gate, after events: [GateEvent]
  ) -> [GateEvent] {
    // The old group is not launched any more.
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
    where gate.key(of: instance.id).map({ gate[$0].removed != nil }) ?? true {
      launching[instance.id] = (instance, false)
    }
    let joining = events.count { event in
      if case .instanceAdded = event { true } else { false }
    }
    let firstKey = gate.records.count + joining
    return lost.enumerated().flatMap { index, instance in
      [.instanceAdded(instance), .instanceRemoved(InstanceKey(firstKey + index))]
    }
  }

  /// Only what is new: a view that says what it said is none.
  private func viewEvents(_ views: [String: LoadBalancerView], in gate: Gate) -> [GateEvent] {
    gate.records.indices.compactMap { index in
      let record = gate.records[index]
      guard record.removed == nil, record.instance.role == role,
        let view = views[record.instance.id],
        view != record.view || record.isViewStale
      else { return nil }
      return .loadBalancerSaw(InstanceKey(index), view)
    }
  }
}

import GateCore
import GateEngine
import TestSupport

/// What the sources of a world say at each moment.
extension World {
  /// A listing, made when it is asked for: a large group's would fill the memory.
  struct Update {
    var at: Int64
    var make: () -> FeedUpdate
  }

  func updates(of role: InstanceRole) -> [Update] {
    let listed = instances.filter { $0.role == role }
    let ofListings = listings.filter { ($0.isOfBaseline ?? false) == (role == .baseline) }
      .map { listing in Update(at: listing.at) { update(listing, of: listed) } }
    let ofViews =
      role == .member
      ? views.map { viewing in Update(at: viewing.at) { view(viewing, of: listed) } } : []
    return (ofListings + ofViews).sorted { $0.at < $1.at }
  }

  /// Who is there when the run begins: members, the old group, guards.
  var atFirst: [Instance] {
    var names: Set<String> = []
    return InstanceRole.allCases.flatMap { role in
      instances.filter { $0.role == role && $0.isThere(at: 0) }
        .filter { names.insert("\(role) \($0.id)").inserted }.map(\.instance)
    }
  }

  /// Whether the source of instances cannot be reached: only where no check gets through either.
  private func isCutOff(at moment: Int64) -> Bool {
    splits.contains { $0.from <= moment && moment < $0.to && $0.part == 100 }
  }

  private func update(_ listing: Listing, of listed: [Inhabitant]) -> FeedUpdate {
    guard listing.tells != .fault, !isCutOff(at: listing.at) else {
      return .sourceFailed(GateFault(detail: "the source does not answer"))
    }
    guard listing.tells != .nothing else { return .listed(GroupListing(instances: [])) }
    let moment = max(0, listing.at - (listing.tells == .late ? listing.age ?? 0 : 0))
    var told = GroupListing(
      instances: listed.filter { $0.isThere(at: moment) }.map(\.instance),
      launching: listed.filter { $0.isOnItsWay(at: moment) }.map(\.instance),
      leaving: listing.saysWhoLeft ?? false
        ? Set(listed.filter { $0.left ?? .max <= moment }.map(\.id)) : [],
      expected: listing.expected)
    switch listing.tells {
    case .twice: told.instances += told.instances.reversed()
    case .part:
      told.instances = told.instances.enumerated().filter { $0.offset % 3 != 1 }.map(\.element)
    case .truth, .late, .nothing, .fault: break
    }
    return .listed(told)
  }

  private func view(_ viewing: Viewing, of listed: [Inhabitant]) -> FeedUpdate {
    guard !(viewing.isFault ?? false), !isCutOff(at: viewing.at) else {
      return .viewFailed(GateFault(detail: "the load balancer does not answer"))
    }
    let moment = max(0, viewing.at - viewing.lag)
    var views: [String: LoadBalancerView] = [:]
    for one in listed where one.isThere(at: moment) {
      views[one.id] = one.view(at: moment, lies: viewing.lies ?? 0, seed: viewing.seed)
    }
    return .viewed(views)
  }
}

extension World.Split {
  /// How it ends a check of this instance that begins then; nil where it gets through.
  func fate(of one: Inhabitant, at moment: Int64, timeout: Int64) -> Fate? {
    guard from <= moment, moment < to, one.seed % 100 < part else { return nil }
    return switch kind {
    case .faults: .lost(after: 0)
    case .lateFaults: .lost(after: Int64(one.seed % UInt64(timeout + 1)))
    case .silence: .silence
    }
  }

  enum Fate {
    case lost(after: Int64)
    case silence
  }
}

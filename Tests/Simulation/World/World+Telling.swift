import GateCore
import GateEngine
import TestSupport

/// What the sources of a world say at each moment.
extension World {
  /// A listing, made when it is asked for: a large group's would fill the memory.
  struct Update {
    var at: Int64
    /// How long the source took.
    var takes: Int64?
    var make: () -> FeedAnswer
  }

  func updates(of role: InstanceRole) -> [Update] {
    let listed = instances.filter { $0.role == role }
    // A fixed list is never asked again.
    let isFollowed = role == .baseline || settings.isChanging
    let ofListings =
      listings
      .filter { isFollowed && ($0.isOfBaseline ?? false) == (role == .baseline) }
      .map { listing in
        Update(at: listing.at, takes: listing.takes) { answer(listing, of: listed) }
      }
    let ofViews =
      role == .member
      ? views.map { viewing in
        Update(at: viewing.at, takes: viewing.takes) { view(viewing, of: listed) }
      } : []
    return (ofListings + ofViews).sorted { $0.at < $1.at }
  }

  /// What the sources say when the run begins.
  var atFirst: [InstanceRole: GroupListing] {
    [.member: listing(of: .member, at: 0), .baseline: listing(of: .baseline, at: 0)]
  }

  /// Those that are asked beside the groups.
  var guards: [Instance] {
    instances.filter { $0.role == .guard }.map { $0.instance(at: 0) }
  }

  private func listing(of role: InstanceRole, at moment: Int64) -> GroupListing {
    listing(of: instances.filter { $0.role == role }, at: moment)
  }

  private func listing(of listed: [Inhabitant], at moment: Int64) -> GroupListing {
    GroupListing(
      instances: listed.filter { $0.isThere(at: moment) }.map { $0.instance(at: moment) },
      launching: settings.isChanging
        ? listed.filter { $0.isOnItsWay(at: moment) }.map { $0.instance(at: moment) } : [])
  }

  /// Whether the source of instances cannot be reached: only where no check gets through either.
  private func isCutOff(at moment: Int64) -> Bool {
    splits.contains { $0.from <= moment && moment < $0.to && $0.part == 100 }
  }

  private func answer(_ listing: Listing, of listed: [Inhabitant]) -> FeedAnswer {
    guard listing.tells != .fault, !isCutOff(at: listing.at) else {
      return .sourceFailed(GateFault(detail: "the source does not answer"))
    }
    let moment = max(0, listing.at - (listing.tells == .late ? listing.age ?? 0 : 0))
    var told = self.listing(of: listed, at: moment)
    if listing.saysWhoLeft ?? false {
      told.leaving = Set(
        listed.filter { $0.left ?? .max <= moment }.map { $0.name(at: moment) })
    }
    told.expected = listing.expected
    told.isEmpty = listing.expected == 0
    switch listing.tells {
    case .twice: told.instances += told.instances.reversed()
    case .doubled:
      told.instances = told.instances.flatMap { one in
        var other = one
        other.id += "-again"
        return [other, one]
      }
    case .part:
      told.instances = told.instances.enumerated().filter { $0.offset % 3 != 1 }.map(\.element)
    case .nothing: told = GroupListing(instances: [])
    case .gone: told = GroupListing(instances: [], isEmpty: true)
    case .truth, .late, .fault: break
    }
    return .listed(told)
  }

  private func view(_ viewing: Viewing, of listed: [Inhabitant]) -> FeedAnswer {
    guard !(viewing.isFault ?? false), !isCutOff(at: viewing.at) else {
      return .viewFailed(GateFault(detail: "the load balancer does not answer"))
    }
    let moment = max(0, viewing.at - viewing.lag)
    var views: [String: LoadBalancerView] = [:]
    for one in listed where one.isThere(at: moment) {
      views[one.name(at: moment)] = one.view(
        at: moment, lies: viewing.lies ?? 0, seed: viewing.seed)
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

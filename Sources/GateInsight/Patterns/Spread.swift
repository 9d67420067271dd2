internal import GateCore

/// The distribution of failures over the group.
struct Spread {
  /// A failing instance, and the cause: the index of its rule or course.
  struct Trouble {
    var instance: Instance
    var cause: Int
  }

  var troubles: [Trouble]
  /// All instances, failing or not.
  var group: [Instance]
  var old = Old.unknown

  /// The state of the old group, as far as it is known.
  enum Old {
    case unknown
    case well
    case failing
  }

  var diagnoses: [Diagnosis] {
    guard group.count > 1, let first = troubles.first else { return [] }
    guard troubles.count < group.count else {
      let isAlike = troubles.allSatisfy { $0.cause == first.cause }
      return isAlike ? [allAlike] : []
    }
    return [oneZone, few].compactMap { $0 }
  }

  private func all(_ count: Int) -> String {
    count == 2 ? "both instances" : "all \(count) instances"
  }

  private var ids: [String] { troubles.map(\.instance.id) }

  private var allAlike: Diagnosis {
    Diagnosis(
      code: .allAlike, instances: ids,
      summary: "\(all(group.count)) fail the same way",
      likelyCause:
        "something that they share is at fault: the build, its settings, the database or "
        + "another dependency, or the health check itself",
      advice: allAlikeAdvice,
      evidence: nil, confidence: .likely)
  }

  private var allAlikeAdvice: String {
    switch old {
    case .unknown:
      "look at one of them; if the old group fails the same check too, it is not the release"
    case .well: "look at one of them; the old group passes the same check, so it is the release"
    case .failing: "look at what they share with the old group, which fails too"
    }
  }

  /// The diagnosis of a zone in which all instances fail, while none does elsewhere; else nil.
  private var oneZone: Diagnosis? {
    let zones = Set(group.compactMap(\.zone))
    guard zones.count > 1, let zone = troubles.first?.instance.zone,
      troubles.allSatisfy({ $0.instance.zone == zone })
    else { return nil }
    let there = group.count { $0.zone == zone }
    guard there == troubles.count else { return nil }
    return Diagnosis(
      code: .oneZoneOnly, instances: ids,
      summary: "\(there == 1 ? "the only instance" : all(there)) in the zone "
        + "\(zone.cleaned(to: 60)) failed, and none in another",
      likelyCause: "something in the zone is at fault: its subnet, route table, "
        + "network "
        + "ACL or NAT gateway, or something that the instances use in it",
      advice: "compare the subnet's route table and network ACL with those of another zone, and "
        + "see "
        + "whether the zone is enabled for the load balancer",
      evidence: nil, confidence: there > 1 ? .likely : .possible)
  }

  /// The diagnosis of so few failing instances that the build is an unlikely cause; else nil.
  private var few: Diagnosis? {
    guard group.count >= 3, troubles.count == 1 || 5 * troubles.count <= group.count else {
      return nil
    }
    let isOne = troubles.count == 1
    return Diagnosis(
      code: .oneBadOfMany, instances: ids,
      summary: "\(troubles.count) of \(group.count) instances failed, and the others did not",
      likelyCause: "not the build, which the others run too, but something on "
        + (isOne
          ? "the instance itself: its boot, its disk, its host, its settings"
          : "the instances themselves: their boot, their disks, their hosts, their settings"),
      advice: "compare \(isOne ? "it" : "one of them") with a healthy one, or replace "
        + "\(isOne ? "it" : "them"); max_unhealthy and min_healthy set how "
        + "many the gate tolerates",
      evidence: nil, confidence: group.count >= 5 ? .likely : .possible)
  }
}

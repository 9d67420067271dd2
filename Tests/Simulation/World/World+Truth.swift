import GateCore
import TestSupport

/// What is true of a world, whatever the gate sees of it.
extension World {
  /// Spoils the gate's luck and not the group's, in some worlds: whatever goes wrong in them is the
  /// gate's own fault.
  mutating func spareTheGroup(_ random: inout SplitMix64) {
    guard random.chance(0.15) else { return }
    settings.window = nil
    let loses = random.pick([nil, 0.05, 0.3, 0.8])
    instances = instances.filter { $0.role != .member || $0.isThere(at: 0) }.map { one in
      guard one.role != .baseline else { return one }
      var well = Inhabitant(id: one.id, address: one.address, role: one.role, seed: one.seed)
      well.latency = one.latency
      well.loses = loses
      return well
    }
    // One at each place, and as many as are wanted.
    var places: Set<String> = []
    instances = instances.filter { $0.role == .guard || places.insert($0.address).inserted }
    settings.expected = max(1, min(settings.expected, instances.count { $0.role == .member }))
    for index in listings.indices {
      listings[index].expected = nil
      if listings[index].tells != .fault { listings[index].tells = .truth }
    }
    for index in views.indices { (views[index].lies, views[index].lag) = (nil, 0) }
    strays = strays.filter { $0.kind != .signal }
  }

  /// For a while longer than the gate takes to notice that it was held up.
  mutating func addLongPause(until end: Int64, _ random: inout SplitMix64) {
    guard random.chance(0.05) else { return }
    pauses.append(
      Pause(
        at: Int64.random(in: 0...end, using: &random),
        lasts: Int64.random(in: 240_000...300_000, using: &random)))
  }

  /// Whether every member and every guard would pass every check from the start to the end, and no
  /// source says otherwise.
  var isGroupWell: Bool {
    let isEachWell = instances.allSatisfy { one in
      one.role == .baseline || (one.isWell && one.joined == 0 && one.left == nil)
    }
    let places = instances.filter { $0.role == .member }.map(\.address)
    let isTold = listings.allSatisfy { [.truth, .fault].contains($0.tells) && $0.expected == nil }
    return isEachWell && isTold && Set(places).count == places.count
      && views.allSatisfy { $0.lies == nil && $0.lag == 0 }
      && !strays.contains { $0.kind == .signal }
      // What is silent is no fault of the gate's: nobody can tell it from a group that hangs.
      && !splits.contains { $0.kind == .silence }
  }

  /// Whether nothing goes wrong that is the gate's own.
  var isGateWell: Bool {
    splits.isEmpty && pauses.isEmpty && settings.room == nil && settings.startCost == nil
      && !(settings.neverTimesOut ?? false) && instances.allSatisfy { $0.loses == nil }
      && listings.allSatisfy { $0.tells != .fault } && views.allSatisfy { $0.isFault == nil }
      && areSourcesAskedInTime
  }

  /// Whether no answer of a source grows old before the next comes.
  private var areSourcesAskedInTime: Bool {
    guard let age = settings.policy.polling?.maximumAge.inMicroseconds else { return true }
    var sources: [[(at: Int64, takes: Int64)]] = []
    if settings.isChanging {
      sources.append(
        [(0, 0)]
          + listings.filter { !($0.isOfBaseline ?? false) }.map { ($0.at, $0.takes ?? 0) })
    }
    if settings.loadBalancer != .none { sources.append(views.map { ($0.at, $0.takes ?? 0) }) }
    return sources.allSatisfy { asked in
      zip(asked, asked.dropFirst()).allSatisfy { $1.at - ($0.at - $0.takes) <= age }
        && (asked.last?.at ?? 0) + age >= settings.deadline
    }
  }

  /// Whether the gate can know what it has lost: a guard is given ten seconds, which no small world
  /// lasts, and a gate that is late by less than a quarter of a second was not held up.
  private var areLossesSeen: Bool {
    let isShortlyLate = pauses.contains {
      !($0.clockStands ?? false) && $0.lasts <= 250_000 + settings.deadline
    }
    guard isShortlyLate || settings.room != nil else { return true }
    return settings.loadBalancer == .none && !instances.contains { $0.role == .guard }
  }

  /// The same world, and a gate that is never late and loses nothing.
  var withoutFaults: World {
    var world = self
    (world.splits, world.pauses, world.strays) = ([], [], [])
    (world.settings.room, world.settings.startCost, world.settings.neverTimesOut) = (nil, nil, nil)
    for index in world.instances.indices { world.instances[index].loses = nil }
    for index in world.listings.indices {
      world.listings[index].tells = .truth
      world.listings[index].takes = nil
    }
    for index in world.views.indices {
      (world.views[index].isFault, world.views[index].takes) = (nil, nil)
    }
    return world
  }

  /// What the verdict must not be, whatever the gate saw; in words.
  func truths(against verdict: Verdict, _ watching: WorldRun.Watch) -> [String] {
    if verdict.reason.code == .gateFault, isGateWell {
      return ["the gate's own fault, in a world in which it had none"]
    }
    guard verdict.decision == .rollback, isGroupWell, !isGateWell, areLossesSeen,
      !watching.isTwin
    else { return [] }
    // A check that begins late, by less than an interval, is not lost: so much is left to it.
    var other = withoutFaults
    other.settings.deadline -= 2 * settings.interval + settings.timeout
    guard other.settings.deadline > 0 else { return [] }
    let twin = WorldRun(of: other, .init(isTwin: true))
    guard twin.verdict.decision == .promote else { return [] }
    return ["rolled back, but the group was well: without faults it is promoted"]
  }

  /// The invariants, with what the world knows.
  var invariants: Invariants {
    let deaths = Dictionary(
      instances.compactMap { one in one.dies.map { (one.address, max($0, one.joined)) } },
      uniquingKeysWith: max)
    // At a place at which others were or will be, nobody knows whose answers they are.
    let places = Dictionary(grouping: instances, by: \.address).mapValues(\.count)
    let isExact = settings.room == nil && settings.startCost == nil && pauses.isEmpty
    return Invariants(
      settings.check, settings.policy, lateness: isExact ? 0 : settings.interval
    ) { instance in
      instance.role == .member && places[instance.address] == 1 ? deaths[instance.address] : nil
    }
  }
}

extension Inhabitant {
  /// Whether it passes every check that gets through.
  var isWell: Bool {
    fails == nil && hangs == nil && boots == nil && outages == nil && dies == nil
      && !(isOldVersion ?? false) && mismatch == nil && renamed == nil
  }
}

import GateCore
import TestSupport

/// Worlds of a few instances in which an interval lasts a few microseconds, so that every moment
/// can be looked at: the slow model goes with them.
extension World {
  static func small(seed: UInt64) -> World {
    var random = SplitMix64(seed: seed)
    var world = World(settings: smallSettings(&random))
    let end = world.settings.deadline + 8
    world.addSmallInstances(&random)
    let refresh = Int64.random(in: 1...6, using: &random)
    if random.chance(0.8) {
      (world.settings.refresh, world.settings.patience) = (
        refresh, Int64.random(in: 0...4, using: &random)
      )
    }
    world.addListings(every: refresh, until: end, mostAge: 12, &random)
    world.addViews(every: refresh, until: end, mostLag: 6, &random)
    world.addDisturbances(until: end, mostLength: 12, &random)
    world.addLongPause(until: end, &random)
    world.spareTheGroup(&random)
    world.addSmallStrays(&random)
    world.spreadSome(seed: seed)
    return world
  }

  private static func smallSettings(_ random: inout SplitMix64) -> Settings {
    let checks = Int.random(in: 1...6, using: &random)
    let healthy = Int.random(in: 1...3, using: &random)
    let interval = Int64.random(in: 1...6, using: &random)
    let soaks: Int64 = random.pick([0, 0, 0, 1, 2, 5])
    return Settings(
      semantics: random.pick(Semantics.allCases), interval: interval,
      timeout: Int64.random(in: 1...8, using: &random), healthy: healthy,
      // A new instance wants no more than one that recovers: else failing would be a short cut.
      initial: Int.random(in: 1...healthy, using: &random),
      unhealthy: Int.random(in: 1...4, using: &random),
      window: random.chance(0.3) ? "\(Int.random(in: 1...checks, using: &random))/\(checks)" : nil,
      minHealthy: random.pick(["100%", "100%", "50%", "34%", "0", "1", "2"]),
      maxUnhealthy: random.pick(["0", "0", "1", "50%", "100%"]),
      maxReplaced: random.pick(["0", "1", "100%"]),
      grace: random.pick([0, 0, interval, interval * 3]),
      soak: soaks == 0 ? 0 : Int64.random(in: 1...(6 * soaks), using: &random),
      deadline: Int64.random(in: 0...50, using: &random),
      expected: Int.random(in: 1...3, using: &random), isChanging: random.chance(0.6),
      loadBalancer: random.pick([.none, .none, .none, .confirms, .decides]),
      room: random.chance(0.1) ? Int.random(in: 1...3, using: &random) : nil,
      startCost: random.chance(0.1) ? 1 : nil,
      neverTimesOut: random.chance(0.3) ? true : nil)
  }

  /// Drawn apart, so that what else a seed means stays.
  mutating func spreadSome(seed: UInt64) {
    var random = SplitMix64(seed: ~seed)
    if random.chance(0.3) { settings.spreads = true }
  }

  // MARK: - Who is there

  private mutating func addSmallInstances(_ random: inout SplitMix64) {
    let habits = Habits(&random)
    // How long an instance lives before it is replaced, in a world that kills its instances.
    let lifetime: Int64? =
      settings.isChanging && random.chance(0.3) ? Int64.random(in: 2...15, using: &random) : nil
    for place in 0..<max(1, settings.expected + random.pick([0, 0, 0, 1, -1])) {
      var launched: Int64 =
        !settings.isChanging || random.chance(0.6) ? 0 : Int64.random(in: 0...20, using: &random)
      for generation in 0..<12 {
        let joined = settings.isChanging ? launched + random.pick([0, 0, 1, 5]) : 0
        let leaves =
          lifetime
          ?? (settings.isChanging && random.chance(0.2)
            ? Int64.random(in: 0...30, using: &random) : nil)
        var one = habits.inhabitant(place, generation, .member, settings, &random)
        (one.launched, one.joined, one.left) = (launched, joined, leaves.map { joined + $0 })
        // It comes up where the one before it was.
        if let before = instances.last, generation > 0, before.role == .member,
          random.chance(0.3)
        {
          one.address = before.address
        }
        if settings.isChanging, random.chance(0.1) {
          one.renamed = .init(
            at: joined + Int64.random(in: 0...30, using: &random), id: one.id + "-new")
        }
        instances.append(one)
        guard let leaves, lifetime != nil || random.chance(0.7) else { break }
        launched = joined + leaves + random.pick([-2, 0, 0, 4])
      }
    }
    let oldHabits = random.chance(0.5) ? habits : Habits(&random)
    for place in 0..<random.pick([0, 0, 1, 2, 3]) {
      var one = oldHabits.inhabitant(place, 0, .baseline, settings, &random)
      one.left = random.chance(0.2) ? Int64.random(in: 0...40, using: &random) : nil
      one.mismatch = nil
      instances.append(one)
    }
    for place in 0..<random.pick([0, 0, 0, 1, 2]) {
      instances.append(habits.inhabitant(place, 0, .guard, settings, &random))
    }
  }

  private mutating func addSmallStrays(_ random: inout SplitMix64) {
    guard random.chance(0.2) else { return }
    for _ in 0..<Int.random(in: 1...3, using: &random) {
      strays.append(
        Stray(
          at: Int64.random(in: 0...40, using: &random), kind: random.pick(Stray.Kind.allCases)))
    }
  }
}

/// How the instances of a world are wont to answer.
struct Habits {
  let fails: Double
  let loses: Double
  let hangs: Double
  let isSlow: Double
  let outages: Double
  let boots: Double
  let dies: Double

  init(_ random: inout SplitMix64) {
    fails = random.pick([0, 0, 0.05, 0.1, 0.3, 0.6, 0.95])
    loses = random.pick([0, 0, 0, 0, 0.1, 0.5, 1])
    hangs = random.pick([0, 0, 0, 0.05, 0.3])
    isSlow = random.pick([0, 0, 0.3, 1])
    outages = random.pick([0, 0.2, 0.6])
    boots = random.pick([0, 0, 0.5])
    dies = random.pick([0, 0, 0.3])
  }

  /// An instance of a world in which moments are short; it bears a name of its own, or that of its
  /// predecessor in its place.
  func inhabitant(
    _ place: Int, _ generation: Int, _ role: InstanceRole, _ settings: World.Settings,
    _ random: inout SplitMix64
  ) -> Inhabitant {
    var one = Inhabitant(
      id: role == .guard
        ? "guard-\(place)"
        : random.chance(0.2) || role == .baseline ? "web-\(place)" : "i-\(place)-\(generation)",
      address: "10.\(role == .baseline ? 1 : 0).\(place).\(generation)", role: role,
      seed: random.next())
    one.fails = chance(fails)
    one.loses = chance(loses)
    one.hangs = chance(hangs)
    one.isSlow = chance(isSlow)
    one.boots =
      random.chance(boots) ? Int64.random(in: 1...(3 * settings.interval), using: &random) : nil
    if random.chance(outages) {
      let from = Int64.random(in: 0...max(1, settings.deadline), using: &random)
      one.outages = [
        .init(
          from: from, to: from + Int64.random(in: 1...20, using: &random),
          kind: random.pick(Inhabitant.Outage.Kind.allCases))
      ]
    }
    if random.chance(dies) {
      one.dies = Int64.random(in: 0...max(1, settings.deadline), using: &random)
    }
    one.isOldVersion = random.chance(0.2) ? true : nil
    one.mismatch = role == .member && random.chance(0.02) ? "image ami-1, not ami-2" : nil
    return one
  }

  private func chance(_ chance: Double) -> Double? { chance > 0 ? chance : nil }
}

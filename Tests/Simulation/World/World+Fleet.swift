import GateCore
import TestSupport

/// Worlds in seconds and minutes, as users have them, with up to 10,000 instances.
extension World {
  static let second: Int64 = 1_000_000
  static let mostInstances = 10_000

  static func fleet(seed: UInt64, size wanted: Int? = nil) -> World {
    var random = SplitMix64(seed: seed)
    let size = wanted ?? fleetSize(&random)
    var world = World(settings: fleetSettings(size, &random))
    let end = world.settings.deadline + second
    world.addFleet(size, &random)
    let refresh = random.pick([10, 15, 30, 60]) * second
    (world.settings.refresh, world.settings.patience) = (refresh, 30 * second)
    world.addListings(every: refresh, until: end, mostAge: 120 * second, &random)
    world.addViews(every: refresh, until: end, mostLag: 60 * second, &random)
    world.addDisturbances(until: end, mostLength: random.pick([5, 60, 600]) * second, &random)
    world.spareTheGroup(&random)
    if random.chance(0.02) {
      world.strays = [Stray(at: Int64.random(in: 0...end, using: &random), kind: .signal)]
    }
    world.spreadSome(seed: seed)
    return world
  }

  /// Mostly few, now and then very many.
  private static func fleetSize(_ random: inout SplitMix64) -> Int {
    let most = random.pick([3, 10, 10, 30, 30, 100, 100, 300, 1000, 3000, mostInstances])
    return random.chance(0.3) ? most : Int.random(in: 1...most, using: &random)
  }

  private static func fleetSettings(_ size: Int, _ random: inout SplitMix64) -> Settings {
    let semantics = random.pick(Semantics.allCases)
    let target = HealthCheckTarget(scheme: .http, port: .number(80), path: "/")
    let usual = semantics.defaults(for: target)
    // As the load balancer has it by default, as in the article, or as somebody has set it.
    let thresholds = random.pick([
      (
        interval: usual.interval, healthy: usual.healthyThreshold,
        unhealthy: usual.unhealthyThreshold
      ),
      (.seconds(15), 2, 10), (.seconds(5), 3, 3), (.seconds(10), 2, 5),
    ])
    var settings = Settings(
      semantics: semantics, interval: thresholds.interval.inMicroseconds,
      timeout: min(usual.timeout, thresholds.interval).inMicroseconds, healthy: thresholds.healthy,
      initial: semantics.initialThreshold(healthyThreshold: thresholds.healthy),
      unhealthy: thresholds.unhealthy, deadline: 0, expected: size)
    settings.window = random.chance(0.2) ? random.pick(["3/10", "2/5", "10/64"]) : nil
    settings.minHealthy = random.pick(["100%", "100%", "90%", "67%", "50%", "1"])
    settings.maxUnhealthy = random.pick(["0", "0", "10%", "1", "34%", "100%"])
    settings.maxReplaced = random.pick(["0", "10%", "50%", "100%"])
    settings.grace = random.pick([0, 0, 60, 300]) * second
    settings.soak = random.pick([0, 0, 60, 600, 3600]) * second
    let usualDeadline = GatePolicy.defaultDeadline(
      for: [settings.check], gracePeriod: .microseconds(settings.grace),
      soak: .microseconds(settings.soak))
    settings.deadline = random.pick([
      usualDeadline.inMicroseconds, usualDeadline.inMicroseconds,
      settings.soak + 300 * second, settings.soak + 1800 * second,
    ])
    settings.isChanging = random.chance(0.4)
    settings.loadBalancer = random.pick([.none, .none, .none, .none, .confirms, .decides])
    settings.room = random.chance(0.2) ? random.pick([16, 200, 1000]) : nil
    settings.startCost = random.pick([nil, 10, 50])
    return settings
  }

  // MARK: - Who is there

  private mutating func addFleet(_ size: Int, _ random: inout SplitMix64) {
    let mood = FleetMood(&random)
    let end = settings.deadline
    for place in 0..<size {
      let one = mood.inhabitant(place, .member, settings, &random)
      instances.append(one)
      guard settings.isChanging, random.chance(mood.replaced) else { continue }
      // It is replaced, by one that comes up in its place.
      let leaves = Int64.random(in: 0...end, using: &random)
      instances[instances.count - 1].left = leaves
      var next = mood.inhabitant(place + size, .member, settings, &random)
      next.launched = leaves + random.pick([0, 5, 60]) * Self.second
      next.joined = next.launched + random.pick([0, 20, 90]) * Self.second
      instances.append(next)
    }
    if random.chance(0.3) {
      let oldMood = random.chance(0.4) ? mood : FleetMood(&random)
      for place in 0..<max(1, size / random.pick([1, 2, 10])) {
        instances.append(oldMood.inhabitant(place, .baseline, settings, &random))
      }
    }
    if random.chance(0.2) {
      for place in 0..<random.pick([1, 2, 5]) {
        instances.append(mood.inhabitant(place, .guard, settings, &random))
      }
    }
  }
}

/// What is the matter with a large group.
private struct FleetMood {
  /// How many of them are bad in one way or another.
  let bad: Double
  let fails: Double
  let boot: Int64
  let loses: Double
  let hangs: Double
  let isSlow: Double
  let replaced: Double
  /// When all of them, or a part, fail together.
  let burst: Inhabitant.Outage?
  let burstPart: Double

  init(_ random: inout SplitMix64) {
    bad = random.pick([0, 0, 0, 0.001, 0.01, 0.1, 0.5])
    fails = random.pick([0.05, 0.2, 0.5, 1])
    boot = random.pick([0, 0, 30, 90, 300]) * World.second
    loses = random.pick([0, 0, 0, 0, 0.001, 0.01, 0.2])
    hangs = random.pick([0, 0, 0, 0.0001, 0.01])
    isSlow = random.pick([0, 0.01, 0.3])
    replaced = random.pick([0, 0.01, 0.1, 0.5])
    let from = Int64.random(in: 0...900, using: &random) * World.second
    burst =
      random.chance(0.3)
      ? .init(
        from: from, to: from + random.pick([5, 20, 45, 200]) * World.second,
        kind: random.pick(Inhabitant.Outage.Kind.allCases)) : nil
    burstPart = random.pick([0.05, 0.3, 1])
  }

  func inhabitant(
    _ place: Int, _ role: InstanceRole, _ settings: World.Settings, _ random: inout SplitMix64
  ) -> Inhabitant {
    var one = Inhabitant(
      id: role == .guard ? "guard-\(place)" : "i-\(place)",
      address:
        "10.\(role == .baseline ? 128 + place >> 16 : place >> 16).\(place >> 8 & 255).\(place & 255)",
      role: role, seed: random.next())
    if role == .member, settings.isChanging, random.chance(0.2) {
      one.joined = Int64.random(in: 0...120, using: &random) * World.second
    }
    one.latency = Int64.random(in: 500...80_000, using: &random)
    if role == .member, boot > 0 {
      one.boots = boot / 2 + Int64.random(in: 0...boot, using: &random)
    }
    one.fails = random.chance(bad) ? fails : nil
    one.loses = loses > 0 ? loses : nil
    one.hangs = hangs > 0 ? hangs : nil
    one.isSlow = isSlow > 0 ? isSlow : nil
    if let burst, role != .guard, random.chance(burstPart) { one.outages = [burst] }
    if random.chance(bad / 3) {
      one.dies = Int64.random(in: 0...settings.deadline, using: &random)
    }
    one.isOldVersion = random.chance(bad / 10) ? true : nil
    one.mismatch = role == .member && random.chance(bad / 100) ? "image ami-1, not ami-2" : nil
    return one
  }
}

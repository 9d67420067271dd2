import GateCore
import GateEngine
import TestSupport

/// A fleet of a few instances that come and go within microseconds, and a source that lies.
struct ChangingWorld {
  let check: HealthCheck
  let policy: GatePolicy
  /// What is there when the run begins.
  let atFirst: [Instance]
  let fleet: VirtualFleet
  let watch: RunWatch

  /// When an instance is where.
  private struct Life {
    var instance: Instance
    /// From then on the source awaits it.
    var launched: Int64
    var joined: Int64
    var left: Int64
  }

  /// What the source says of the truth.
  private enum Telling: CaseIterable {
    case truth, nothing, twice, late, fault
  }

  init(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    check = SmallWorld.check(&random)
    var policy = SmallWorld.policy(&random, interval: check.interval)
    policy.membership = .changing
    self.policy = policy
    let lives = Self.lives(&random, expected: policy.expected)
    var ids: Set<String> = []
    atFirst = Self.listing(of: lives, at: 0, &random).instances.filter {
      ids.insert($0.id).inserted
    }
    watch = RunWatch(policy: policy, model: SlowModel(check: check, policy: policy))
    let updates = Self.updates(lives, until: policy.deadline.inMicroseconds + 8, &random)
    let (failureRate, lossRate, silenceRate, slowness) = (
      random.pick([0, 0, 0.1, 0.5, 0.95]), random.pick([0, 0, 0, 0.1, 0.6]),
      random.pick([0, 0, 0, 0.1]), random.pick([0, 0, 0.3, 1])
    )
    let timeout = check.timeout.inMicroseconds
    var answers = random
    fleet = VirtualFleet(updates: updates) { _, _ in
      guard !answers.chance(silenceRate) else { return nil }
      let mark: Mark =
        answers.chance(lossRate)
        ? .lost : answers.chance(failureRate) ? answers.pick([.failure, .wrongVersion]) : .success
      return (mark, answers.chance(slowness) ? Int64.random(in: 0...timeout, using: &answers) : 0)
    }
  }

  /// Lets the real engine judge it.
  func judge() -> (verdict: Verdict, gate: Gate) {
    let engine = GateEngine(
      Gate(check: check, policy: policy), port: fleet, observers: [watch], feed: fleet)
    let verdict = engine.run(atFirst)
    return (verdict, engine.gate)
  }

  // MARK: - The truth

  private static func lives(_ random: inout SplitMix64, expected: Int) -> [Life] {
    // How long an instance lives before it is replaced, in a world that kills its instances.
    let lifetime: Int64? = random.chance(0.3) ? Int64.random(in: 2...15, using: &random) : nil
    var lives: [Life] = []
    for place in 0..<(expected + random.pick([0, 0, 0, 1, -1])) {
      var launched: Int64 = random.chance(0.6) ? 0 : Int64.random(in: 0...20, using: &random)
      for generation in 0..<12 {
        let joined = launched + random.pick([0, 0, 1, 5])
        let leaves =
          lifetime ?? (random.chance(0.2) ? Int64.random(in: 0...30, using: &random) : nil)
        lives.append(
          Life(
            instance: instance(place, generation, &random), launched: launched, joined: joined,
            left: leaves.map { joined + $0 } ?? .max))
        guard let leaves, lifetime != nil || random.chance(0.7) else { break }
        launched = joined + leaves + random.pick([-2, 0, 0, 4])
      }
    }
    return lives
  }

  /// A replacement has an id of its own, or its predecessor's at another address.
  private static func instance(
    _ place: Int, _ generation: Int, _ random: inout SplitMix64
  ) -> Instance {
    let keepsItsName = random.chance(0.2)
    return Instance(
      id: keepsItsName ? "web-\(place)" : "i-\(place)-\(generation)",
      address: "10.0.\(place).\(generation)", port: 80,
      mismatch: random.chance(0.02) ? "image ami-1, not ami-2" : nil)
  }

  // MARK: - The source

  private static func updates(
    _ lives: [Life], until end: Int64, _ random: inout SplitMix64
  ) -> [(at: GateInstant, update: FeedUpdate)] {
    let refresh = Int64.random(in: 1...6, using: &random)
    let honesty = random.pick([1, 1, 0.8, 0.4])
    let tellings = Array(Telling.allCases.dropFirst())
    // From some moment on it fails or lists nothing, for ever or for a while.
    let outage = random.chance(0.25) ? Int64.random(in: 0...end, using: &random) : Int64.max
    let outageEnds = random.chance(0.5) ? outage &+ 10 : Int64.max
    let duringOutage = random.pick([Telling.fault, .nothing])
    var updates: [(at: GateInstant, update: FeedUpdate)] = []
    for moment in stride(from: refresh, through: end, by: Int(refresh)) {
      var telling = random.chance(honesty) ? Telling.truth : random.pick(tellings)
      if moment >= outage, moment < outageEnds { telling = duringOutage }
      updates.append(
        (GateInstant(microseconds: moment), update(telling, lives, at: moment, &random)))
    }
    return updates
  }

  private static func update(
    _ telling: Telling, _ lives: [Life], at moment: Int64, _ random: inout SplitMix64
  ) -> FeedUpdate {
    switch telling {
    case .truth: return .listed(listing(of: lives, at: moment, &random))
    case .nothing: return .listed(GroupListing(instances: []))
    case .late:
      let age = Int64.random(in: 1...12, using: &random)
      return .listed(listing(of: lives, at: max(0, moment - age), &random))
    case .twice:
      var listing = listing(of: lives, at: moment, &random)
      listing.instances += listing.instances.reversed()
      listing.launching += listing.launching
      return .listed(listing)
    case .fault: return .sourceFailed(GateFault(detail: "no answer"))
    }
  }

  private static func listing(
    of lives: [Life], at moment: Int64, _ random: inout SplitMix64
  ) -> GroupListing {
    let saysWhoLeft = random.chance(0.5)
    return GroupListing(
      instances: lives.filter { ($0.joined..<$0.left).contains(moment) }.map(\.instance),
      launching: lives.filter { $0.launched <= moment && moment < min($0.joined, $0.left) }
        .map(\.instance),
      leaving: saysWhoLeft ? Set(lives.filter { $0.left <= moment }.map(\.instance.id)) : [],
      expected: random.chance(0.1) ? Int.random(in: 0...4, using: &random) : nil)
  }
}

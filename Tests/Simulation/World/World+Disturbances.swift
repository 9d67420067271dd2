import GateCore
import TestSupport

/// What goes wrong in a world, beside its instances.
extension World {
  /// A source that tells the truth, or lies, or is late, or from some moment on says nothing.
  mutating func addListings(
    every refresh: Int64, until end: Int64, mostAge: Int64, _ random: inout SplitMix64
  ) {
    guard settings.isChanging else { return }
    let honesty = random.pick([1, 1, 0.8, 0.4])
    let outage = random.chance(0.25) ? Int64.random(in: 0...end, using: &random) : Int64.max
    let outageEnds = random.chance(0.5) ? outage &+ 2 * refresh : Int64.max
    let duringOutage = random.pick([Listing.Telling.fault, .nothing])
    let wants = random.chance(0.3)
    // A group that is gone is seldom back, and the run is over: few worlds have one.
    let lies = Listing.Telling.allCases.filter {
      $0 != .truth && ($0 != .gone || random.chance(0.1))
    }
    for moment in stride(from: refresh, through: end, by: Int(refresh)) {
      var tells =
        random.chance(honesty)
        ? Listing.Telling.truth : random.pick(lies)
      if moment >= outage, moment < outageEnds { tells = duringOutage }
      var listing = Listing(at: moment, tells: tells)
      listing.age = tells == .late ? Int64.random(in: 1...mostAge, using: &random) : nil
      listing.saysWhoLeft = random.chance(0.5) ? true : nil
      listing.takes = random.chance(0.3) ? Int64.random(in: 0...refresh, using: &random) : nil
      listing.expected =
        wants && random.chance(0.2)
        ? random.chance(0.1)
          ? 0 : Int.random(in: 1...(settings.expected + 1), using: &random)
        : nil
      listings.append(listing)
      guard random.chance(0.2), instances.contains(where: { $0.role == .baseline }) else {
        continue
      }
      listing.isOfBaseline = true
      listing.expected = nil
      if listing.tells == .gone { listing.tells = .part }
      listings.append(listing)
    }
  }

  mutating func addViews(
    every refresh: Int64, until end: Int64, mostLag: Int64, _ random: inout SplitMix64
  ) {
    guard settings.loadBalancer != .none else { return }
    let lies = random.pick([0, 0, 0.1, 0.5])
    let faults = random.pick([0, 0, 0.1, 0.6])
    for moment in stride(from: 0, through: end, by: Int(refresh)) {
      views.append(
        Viewing(
          at: moment, seed: random.next(), lag: Int64.random(in: 0...mostLag, using: &random),
          lies: lies > 0 ? lies : nil, isFault: random.chance(faults) ? true : nil,
          takes: random.chance(0.3) ? Int64.random(in: 0...refresh, using: &random) : nil))
    }
  }

  /// Splits of the network, and a process that is held up.
  mutating func addDisturbances(
    until end: Int64, mostLength: Int64, _ random: inout SplitMix64
  ) {
    while random.chance(0.15) {
      let from = Int64.random(in: 0...end, using: &random)
      splits.append(
        Split(
          from: from, to: from + Int64.random(in: 1...mostLength, using: &random),
          kind: random.pick(Split.Kind.allCases), part: random.pick([100, 100, 50])))
    }
    while random.chance(0.15) {
      pauses.append(
        Pause(
          at: Int64.random(in: 0...end, using: &random),
          lasts: Int64.random(in: 1...mostLength, using: &random),
          clockStands: random.chance(0.4) ? true : nil))
    }
  }
}

internal import GateCore

/// The odds of a group by simulation, for settings with too many possible groups to calculate them.
///
/// The random numbers have a fixed seed, so the same settings give the same odds.
struct DrawnGroup {
  private let rule: GroupRule
  private let count: Int
  private var random = Draws()
  private var places: [Int]
  private var order: [Int]

  init(rule: GroupRule, count: Int) {
    (self.rule, self.count) = (rule, count)
    places = Array(repeating: 0, count: count)
    order = Array(0..<count)
  }

  static let fewestRuns = 1000
  static let mostRuns = 100_000
  /// The approximate number of checks that are simulated for one failure rate.
  static let work = 4_000_000

  /// The number of runs that this work allows, for a group of `count` instances.
  static func runs(of count: Int, rounds: Int) -> Int {
    min(max(work / (count * rounds), fewestRuns), mostRuns)
  }

  mutating func course(failing rates: [Double], runs: Int) -> VerdictDistribution {
    var ends = DrawnEnds()
    for _ in 0..<runs {
      let (outcome, at) = run(rates)
      ends.note(at: at, isPromoted: outcome == .promote)
    }
    return ends.course(of: runs)
  }

  private mutating func run(_ rates: [Double]) -> (GroupRule.Outcome, at: Int64) {
    for index in places.indices { places[index] = 0 }
    var phase = GroupRule.Phase.waiting
    var tally = GroupRule.Tally()
    tally.add(rule.tally(0, nextCheck: 0), times: Int32(count))
    for (round, rate) in rates.enumerated() {
      if let soaked = rule.soaked(phase), soaked <= rule.slots.time(of: round),
        rule.begin(tally, &phase) == .promote
      {
        return (.promote, soaked)
      }
      for checked in 0..<count {
        order.swapAt(checked, checked + random.below(count - checked))
        let index = order[checked]
        tally -= rule.tally(places[index], nextCheck: round)
        places[index] = rule.after(
          places[index], isPass: !random.chance(rate), phase, in: round)
        tally += rule.tally(places[index], nextCheck: round + 1)
        let wasHeld = phase == .held
        let outcome = rule.decide(tally, &phase, in: round)
        guard outcome == .undecided else { return (outcome, rule.slots.time(of: round)) }
        if wasHeld, phase != .held { forgetEpisode(&tally, order[...checked], in: round) }
      }
    }
    // A group that is undecided after the last check is promoted when its soak ends.
    guard let soaked = rule.soaked(phase) else { preconditionFailure("a run ends by its deadline") }
    return (.promote, soaked)
  }

  /// Marks checks that were missed since all other conditions held as ordinary misses.
  ///
  /// The conditions no longer hold; when they hold again, such an instance must pass a check first.
  private mutating func forgetEpisode(
    _ tally: inout GroupRule.Tally, _ checked: ArraySlice<Int>, in round: Int
  ) {
    for (position, index) in order.enumerated() where places[index] % 2 == 1 {
      let next = position < checked.endIndex ? round + 1 : round
      tally -= rule.tally(places[index], nextCheck: next)
      places[index] -= 1
      tally += rule.tally(places[index], nextCheck: next)
    }
  }
}

/// Random numbers with a fixed seed.
///
/// Source: Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators" (2014).
struct Draws {
  private var state: UInt64 = 0

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  mutating func chance(_ probability: Double) -> Bool {
    Double(next() >> 11) < probability * 0x1p53
  }

  /// A number from 0 to less than the bound; all are equally probable up to an error of 2^-54.
  mutating func below(_ bound: Int) -> Int {
    Int(next().multipliedFullWidth(by: UInt64(bound)).high)
  }
}

/// The decisions of simulated runs, with their times.
struct DrawnEnds {
  private var ends: [Int64: (promoted: Int, rolledBack: Int)] = [:]

  /// Counts a run that ended at this time, in microseconds.
  mutating func note(at: Int64, isPromoted: Bool) {
    if isPromoted {
      ends[at, default: (0, 0)].promoted += 1
    } else {
      ends[at, default: (0, 0)].rolledBack += 1
    }
  }

  /// The odds from this number of runs.
  func course(of runs: Int) -> VerdictDistribution {
    var course = VerdictDistribution()
    for (at, end) in ends.sorted(by: { $0.key < $1.key }) {
      course.add(
        at: at, promote: Double(end.promoted) / Double(runs),
        rollback: Double(end.rolledBack) / Double(runs))
    }
    course.noteDraws(runs)
    return course
  }
}

/// The Mann–Whitney U test, one-sided: whether the first group's values tend to be greater.
///
/// Small samples without ties are tested exactly, by counting the orders of the values; others by
/// the normal distribution, corrected for ties and continuity. Source: Mann and Whitney (1947);
/// Hollander, Wolfe and Chicken, "Nonparametric Statistical Methods", 4.1.
struct RankTest {
  /// The values of the new group, sorted.
  let new: [Int64]
  let old: [Int64]
  /// The number of pairs in which the first group's value is the greater one; a tie is a half.
  let u: Double
  let hasTies: Bool
  private let tieTerm: Double

  /// The number of pairs above which the normal distribution is used, which is as good there.
  private static let mostExactPairs = 400

  init(_ new: [Int64], _ old: [Int64]) {
    self.new = new.sorted()
    self.old = old.sorted()
    var ranks = 0.0
    var ties = 0.0
    let all = (self.new.map { ($0, true) } + self.old.map { ($0, false) }).sorted { $0.0 < $1.0 }
    var start = 0
    while start < all.count {
      var end = start
      while end < all.count, all[end].0 == all[start].0 { end += 1 }
      // Equal values have the mean of their ranks.
      let rank = Double(start + end + 1) / 2
      ranks += rank * Double(all[start..<end].count { $0.1 })
      let count = Double(end - start)
      ties += count * count * count - count
      start = end
    }
    let count = Double(new.count)
    u = ranks - count * (count + 1) / 2
    hasTies = ties > 0
    tieTerm = ties
  }

  private var pairs: Double { Double(new.count) * Double(old.count) }

  /// Whether the exact distribution is used, by counting the orders of the values.
  var isExact: Bool { !hasTies && new.count * old.count <= Self.mostExactPairs }

  /// The probability of this U or a greater one if both groups are equal.
  var pValue: Double {
    guard !isExact else {
      let orders = orders
      return orders[Int(u)...].reduce(0, +) / orders.reduce(0, +)
    }
    let deviation = deviation
    guard deviation > 0 else { return 1 }
    return min(normalTail((u - pairs / 2 - 0.5) / deviation), 1)
  }

  /// The standard deviation of U if both groups are equal.
  private var deviation: Double {
    let total = Double(new.count + old.count)
    return (pairs / 12 * (total + 1 - tieTerm / (total * (total - 1)))).squareRoot()
  }

  /// The number of orders of the values for which U is 0, 1, and so on.
  private var orders: [Double] {
    let (first, second) = (new.count, old.count)
    // The orders by the number of placed values of the first group, and their contribution to U.
    var counts = Array(
      repeating: Array(repeating: 0.0, count: first * second + 1), count: first + 1)
    counts[0][0] = 1
    for position in 0..<(first + second) {
      for placed in stride(from: min(position, first - 1), through: 0, by: -1) {
        let below = position - placed
        guard below <= second else { continue }
        for u in 0...(first * second - below) {
          counts[placed + 1][u + below] += counts[placed][u]
        }
      }
    }
    return counts[first]
  }

  /// The rank, counted from 1 from the smallest, of the pair difference that bounds the shift; 0 if
  /// there are too few values for this error on each side.
  func boundingPlace(errorOnEachSide error: Double) -> Int {
    guard isExact else {
      let total = Double(new.count + old.count)
      let place =
        pairs / 2 - normalQuantile(ofTail: error) * (pairs * (total + 1) / 12).squareRoot()
      return max(Int(place.rounded(.down)), 0)
    }
    let orders = orders
    let all = orders.reduce(0, +)
    var below = 0.0
    for (u, count) in orders.enumerated() {
      below += count
      guard below / all <= error else { return u }
    }
    return 0
  }
}

/// The differences of all pairs: the new group's value minus the old one's.
struct PairDifferences {
  private let sorted: [Int64]
  private let test: RankTest

  init(_ test: RankTest) {
    self.test = test
    sorted = test.new.flatMap { new in test.old.map { new - $0 } }.sorted()
  }

  /// The Hodges–Lehmann estimate of the shift.
  var median: Double { GateCore.median(ofSorted: sorted) }

  /// The confidence interval of the shift, with this error in total.
  func interval(error: Double) -> ClosedRange<Double>? {
    let place = test.boundingPlace(errorOnEachSide: error / 2)
    guard place >= 1, place <= sorted.count else { return nil }
    return Double(sorted[place - 1])...Double(sorted[sorted.count - place])
  }
}

/// The middle value, or the mean of the middle two; 0 for an empty list.
func median(ofSorted values: [Int64]) -> Double {
  guard !values.isEmpty else { return 0 }
  return (Double(values[(values.count - 1) / 2]) + Double(values[values.count / 2])) / 2
}

/// Functions for probabilities of counts, exact except for rounding.
enum Probability {
  /// `base` to the power of a whole number of at least 0.
  static func power(_ base: Double, _ exponent: Int) -> Double {
    var (result, square, rest) = (1.0, base, exponent)
    while rest > 0 {
      if rest & 1 == 1 { result *= square }
      square *= square
      rest >>= 1
    }
    return result
  }

  /// The probability that `count` items are all of the first or second kind, `least` of the first.
  ///
  /// `first` and `second` are the probabilities of the kinds; the rest is neither.
  static func atLeast(_ least: Int, of count: Int, _ first: Double, _ second: Double) -> Double {
    guard least > 0 else { return power(first + second, count) }
    guard least <= count, first > 0 else { return 0 }
    guard least < count, second > 0 else { return power(first, count) }
    let (sum, tail) = weights(of: count, first, second, from: least)
    return power(first + second, count) * (tail / sum)
  }

  /// The binomial terms relative to the greatest one: their sum, and the sum from `least` on.
  private static func weights(
    of count: Int, _ first: Double, _ second: Double, from least: Int
  ) -> (sum: Double, tail: Double) {
    let mode = min(Int(Double(count + 1) * (first / (first + second))), count)
    let odds = first / second
    var (below, above) = (0.0, 0.0)
    func add(_ weight: Double, at place: Int) {
      if place < least { below += weight } else { above += weight }
    }
    add(1, at: mode)
    var weight = 1.0
    for place in stride(from: mode + 1, through: count, by: 1) where weight > 0 {
      weight *= Double(count - place + 1) / Double(place) * odds
      add(weight, at: place)
    }
    weight = 1.0
    for place in stride(from: mode - 1, through: 0, by: -1) where weight > 0 {
      weight *= Double(place + 1) / Double(count - place) / odds
      add(weight, at: place)
    }
    return (below + above, above)
  }

  /// One term of the binomial sum: `chosen` of the first kind, all others of the second.
  static func exactly(
    _ chosen: Int, of count: Int, _ first: Double, _ second: Double
  ) -> Double {
    guard chosen <= count else { return 0 }
    let pairs = min(chosen, count - chosen)
    // Factors are paired with those of the coefficient, so that nothing overflows.
    var term = power(chosen > pairs ? first : second, count - 2 * pairs)
    for place in 0..<pairs {
      term *= Double(count - place) / Double(place + 1) * first * second
    }
    return term
  }

  /// The smallest number of successes in a row whose probability is below `chance`.
  static func runLength(of success: Double, under chance: Double) -> Int {
    var (length, probability) = (0, 1.0)
    while probability > chance, length < 1_000_000 {
      probability *= success
      length += 1
    }
    return length
  }

  /// The number from 0 to 1 whose power `exponent` (at least 1) is `value`.
  static func root(_ value: Double, _ exponent: Int) -> Double {
    var (low, high) = (0.0, 1.0)
    while true {
      let middle = (low + high) / 2
      guard middle > low, middle < high else { return middle }
      if power(middle, exponent) < value { low = middle } else { high = middle }
    }
  }
}

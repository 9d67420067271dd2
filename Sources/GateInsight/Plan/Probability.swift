/// Functions for probabilities, exact except for rounding.
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

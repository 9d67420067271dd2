/// The probability that a standard normal value is greater than `z`.
///
/// It uses Marsaglia's series near the middle and Laplace's continued fraction in the tails, both
/// to about 13 digits. The core imports no C library, because a replay on another machine must have
/// the same result. Source: Marsaglia, "Evaluating the Normal Distribution" (2004).
func normalTail(_ z: Double) -> Double {
  guard z >= 0 else { return 1 - normalTail(-z) }
  let density = exponential(-z * z / 2) * 0.398_942_280_401_432_7
  guard z < 3 else {
    var fraction = z
    for level in stride(from: 200.0, through: 1, by: -1) { fraction = z + level / fraction }
    return density / fraction
  }
  var term = z
  var sum = z
  var odd = 1.0
  while term > sum * 1e-17 {
    odd += 2
    term *= z * z / odd
    sum += term
  }
  return 0.5 - density * sum
}

/// The value that a standard normal value exceeds with this probability.
func normalQuantile(ofTail probability: Double) -> Double {
  var (low, high) = (-40.0, 40.0)
  // After this many halvings, the two bounds are neighboring numbers.
  for _ in 0..<100 {
    let middle = (low + high) / 2
    if normalTail(middle) > probability { low = middle } else { high = middle }
  }
  return (low + high) / 2
}

/// e to the power of `x`, for `x` up to 0.
private func exponential(_ x: Double) -> Double {
  guard x > -745 else { return 0 }
  let halvings = (x * 1.442_695_040_888_963_4).rounded()
  // The product is split in two, so that the rest keeps its precision.
  let rest = (x - halvings * 0.693_147_180_369_123_8) - halvings * 1.908_214_929_270_587_7e-10
  var term = 1.0
  var sum = 1.0
  for power in 1...20 {
    term *= rest / Double(power)
    sum += term
  }
  return sum * Double(sign: .plus, exponent: Int(halvings), significand: 1)
}

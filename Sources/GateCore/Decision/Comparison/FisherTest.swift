/// Fisher's exact test, one-sided: the probability of at least this many failures in the first
/// group, given the failures of both groups together, if every check is equally likely to fail.
///
/// The probabilities of the hypergeometric distribution are each computed from the neighboring one,
/// relative to the likeliest, so no factorial is needed that could overflow.
func fisherTest(
  failures: Int, of checks: Int, against otherFailures: Int, of otherChecks: Int
) -> Double {
  let allFailures = failures + otherFailures
  let lowest = max(0, allFailures - otherChecks)
  let highest = min(allFailures, checks)
  guard lowest < highest else { return 1 }
  /// The probability of `count + 1` failures relative to that of `count`.
  func ratio(_ count: Int) -> Double {
    Double(checks - count) * Double(allFailures - count)
      / (Double(count + 1) * Double(otherChecks - allFailures + count + 1))
  }
  let mode = min(
    max((checks + 1) * (allFailures + 1) / (checks + otherChecks + 2), lowest), highest)
  var all = 1.0
  var tail = mode >= failures ? 1.0 : 0
  var weight = 1.0
  for count in mode..<highest {
    weight *= ratio(count)
    // From there on, each term is smaller still, and adds nothing to either sum.
    guard weight > 0 else { break }
    all += weight
    if count + 1 >= failures { tail += weight }
  }
  weight = 1
  for count in (lowest..<mode).reversed() {
    weight /= ratio(count)
    guard weight > 0 else { break }
    all += weight
    if count >= failures { tail += weight }
  }
  return min(tail / all, 1)
}

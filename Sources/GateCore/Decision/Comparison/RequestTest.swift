/// The number of requests of one group, and how many of them failed.
package struct RequestCount: Hashable, Sendable {
  package var requests: Int
  package var errors: Int

  /// Errors beyond the number of requests, which extrapolated estimates can give, are capped at it.
  package init(requests: Int, errors: Int) {
    self.requests = requests
    self.errors = min(errors, requests)
  }

  var share: Double { Double(errors) / Double(max(requests, 1)) }
}

/// A test, repeated during a step, of whether a higher share of the new group's requests fails than
/// of the old group's.
///
/// Each look is a one-sided Fisher's exact test with a part of the error. However the looks depend
/// on each other and however many there are, all of them together find an equal group worse with at
/// most the whole error (Bonferroni; the parts of infinitely many looks add up to it).
package struct RequestTest: Hashable, Sendable {
  /// The maximum probability that any of the looks is wrong: 0 to 1.
  package let error: Double
  /// The number of expected looks, which share one half of the error equally.
  package let expectedLooks: Int
  /// The increase in the share of errors that is tolerated: 0 to 1.
  package let maxIncrease: Double
  /// The number of looks so far.
  package private(set) var looks = 0

  package init(error: Double, expectedLooks: Int, maxIncrease: Double = 0) {
    precondition(expectedLooks >= 1, "a count")
    self.error = error
    self.expectedLooks = expectedLooks
    self.maxIncrease = maxIncrease
  }

  package struct Finding: Hashable, Sendable {
    /// The probability of at least this many errors in the new group if both groups are equal.
    package var pValue: Double
    /// The p-value below which the new group counts as worse.
    package var limit: Double
    package var isWorse: Bool
  }

  package mutating func look(at new: RequestCount, beside old: RequestCount) -> Finding {
    looks += 1
    let limit = limit(ofLook: looks)
    let pValue = fisherTest(
      failures: new.errors, of: new.requests, against: old.errors, of: old.requests)
    return Finding(
      pValue: pValue, limit: limit,
      isWorse: pValue < limit && new.share - old.share > maxIncrease)
  }

  /// The part of the error for one look.
  ///
  /// The looks beyond the expected ones share the other half of the error: their parts fall as
  /// 1 / (k (k + 1)), whose sum from `n + 1` on is 1 / (n + 1).
  private func limit(ofLook look: Int) -> Double {
    let half = error / 2
    guard look > expectedLooks else { return half / Double(expectedLooks) }
    return half * Double(expectedLooks + 1) / (Double(look) * Double(look + 1))
  }
}

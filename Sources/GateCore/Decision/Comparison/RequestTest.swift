/// Requests of one group, and how many of them failed.
package struct RequestCount: Hashable, Sendable {
  package var requests: Int
  package var errors: Int

  /// More errors than requests, as estimates by extrapolation can give, count as all of them.
  package init(requests: Int, errors: Int) {
    self.requests = requests
    self.errors = min(errors, requests)
  }

  var share: Double { Double(errors) / Double(max(requests, 1)) }
}

/// Whether a share of the new group's requests fails that is higher than the old group's, asked
/// again and again.
///
/// Each look is Fisher's exact test, one-sided, with a part of the error: whatever the looks have in
/// common and however many they become, all of them together take an equal group for a worse one at
/// most as often as the whole says (Bonferroni; the parts of infinitely many looks add up to it).
package struct RequestTest: Hashable, Sendable {
  /// How often, at most, all looks together may be wrong: 0 to 1.
  package let error: Double
  /// How many looks are expected: they have equal parts of one half of the error.
  package let expectedLooks: Int
  /// By how much the new group's share of errors may be higher, all the same: 0 to 1.
  package let maxIncrease: Double
  /// How many there were.
  package private(set) var looks = 0

  package init(error: Double, expectedLooks: Int, maxIncrease: Double = 0) {
    precondition(expectedLooks >= 1, "a count")
    self.error = error
    self.expectedLooks = expectedLooks
    self.maxIncrease = maxIncrease
  }

  package struct Finding: Hashable, Sendable {
    /// How probable so many errors of the new group are, were both alike.
    package var pValue: Double
    /// Below what it is too improbable.
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

  /// Of the other half of the error, the parts fall as 1 / (k (k + 1)), whose sum from `n + 1` on is
  /// 1 / (n + 1).
  private func limit(ofLook look: Int) -> Double {
    let half = error / 2
    guard look > expectedLooks else { return half / Double(expectedLooks) }
    return half * Double(expectedLooks + 1) / (Double(look) * Double(look + 1))
  }
}

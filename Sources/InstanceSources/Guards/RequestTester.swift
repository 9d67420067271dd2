internal import GateCore
internal import GateSettings
internal import GateText
internal import Synchronization

/// Counts the requests of both groups, and tests them at each look.
final class RequestTester: Sendable {
  private let test: Mutex<RequestTest>

  init(_ test: RequestTest) {
    self.test = Mutex(test)
  }

  /// Runs a query; returns its result as one number, and when it was evaluated.
  typealias Query =
    (_ query: String, _ time: String?) throws(GuardFailure) -> (value: Double, time: String?)

  /// Counts and tests once; all four queries are evaluated at the time of the first one's response.
  ///
  /// - Throws: `GuardFailure` of a query.
  func judge(
    _ queries: RequestQueries, atLeast wanted: Int, _ count: Query
  ) throws(GuardFailure) -> GuardAnswer {
    let newRequests = try count(queries.new.requests, nil)
    let time = newRequests.time
    let counts = try [queries.new.errors, queries.old.requests, queries.old.errors].map {
      (query) throws(GuardFailure) in try count(query, time).value
    }
    let new = RequestCount(counting: newRequests.value, errors: counts[0])
    let old = RequestCount(counting: counts[1], errors: counts[2])
    for (count, group) in [(new, "new"), (old, "old")] where count.requests < wanted {
      return .waits("\(count.requests) of \(wanted) requests of the \(group) group", isEmpty: false)
    }
    let finding = test.withLock { $0.look(at: new, beside: old) }
    let seen = "\(new.words) failed, \(old.words) of the old group: \(words(finding.pValue))"
    return finding.isWorse
      ? .fails("\(seen), below \(rounded(finding.limit))", .expectationFailed) : .holds(seen)
  }
}

extension RequestCount {
  /// Creates a sample from counts, which may be fractions, because `increase()` extrapolates.
  ///
  /// If there are more requests than can be tested quickly, a smaller number with the same share of
  /// errors represents them.
  fileprivate init(counting requests: Double, errors: Double) {
    let part = min(1, 1e9 / max(requests, 1))
    self.init(
      requests: Int((requests * part).rounded()), errors: Int(min(errors * part, 1e9).rounded()))
  }

  fileprivate var words: String { "\(errors) of \(requests)" }
}

/// A probability to six digits after the point: `p = 0.0312`.
private func words(_ pValue: Double) -> String {
  pValue < 0.000_001 ? "p < 0.000001" : "p = \(rounded(pValue))"
}

private func rounded(_ probability: Double) -> Double {
  (probability * 1_000_000).rounded() / 1_000_000
}

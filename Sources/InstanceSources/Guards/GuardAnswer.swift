package import GateCore

/// The result of one check of a guard.
package enum GuardAnswer: Hashable, Sendable {
  /// The guard holds; the text says what was seen.
  case holds(String, status: Int? = nil)
  case fails(String, FailureKind, status: Int? = nil)
  /// There is too little data, or none at all.
  case waits(String, isEmpty: Bool)
  /// It could not be queried, or its response is inconclusive.
  case unknown(String, GateFault.Cause? = nil)
}

/// Why a guard has no result: it could not be queried, or its response is inconclusive.
struct GuardFailure: Error {
  var words: String
  var cause: GateFault.Cause?
}

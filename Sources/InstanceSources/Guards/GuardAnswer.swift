package import GateCore

/// What a guard was found to be.
package enum GuardAnswer: Hashable, Sendable {
  /// With what was seen.
  case holds(String, status: Int? = nil)
  case fails(String, FailureKind, status: Int? = nil)
  /// There is too little to go by, or nothing at all.
  case waits(String, isEmpty: Bool)
  /// It could not be asked, or its answer says neither.
  case unknown(String, GateFault.Cause? = nil)
}

/// The sequence of one instance's results, in a fixed number of bytes.
///
/// It decides nothing, but is used by diagnoses.
package struct ResultPattern: Hashable, Sendable {
  /// The latest 64 results, the newest in the lowest bit; 1 is a failure.
  package private(set) var latest: UInt64 = 0
  /// The number of results that differ from the previous one.
  package private(set) var changes = 0
  /// When the first check passed; nil if none has.
  package private(set) var firstSuccess: GateInstant?
  /// When the first check of the present run of failures ended; nil after a success.
  package private(set) var failingSince: GateInstant?
  /// The number of failures by kind.
  private var failures = SIMD16<UInt32>()

  /// The number of checks that failed in this way.
  package func failures(of kind: FailureKind) -> Int { Int(failures[kind.ordinal]) }

  mutating func record(_ result: CheckResult, at now: GateInstant) {
    let wasFailing = failingSince != nil
    let isFirst = !wasFailing && firstSuccess == nil
    switch result {
    case .success:
      latest <<= 1
      firstSuccess = firstSuccess ?? now
      failingSince = nil
    case .failure(let kind):
      latest = latest << 1 | 1
      failures[kind.ordinal] &+= 1
      failingSince = failingSince ?? now
    }
    if !isFirst, wasFailing != (failingSince != nil) { changes += 1 }
  }
}

extension FailureKind {
  private static let kinds = allCases

  /// The index of the kind, below 16.
  fileprivate var ordinal: Int { Self.kinds.firstIndex(of: self) ?? 0 }
}

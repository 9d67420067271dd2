package import GateCore
internal import GateRecords
internal import GateText

/// The events of a run for drawings: all checks, the times when the group was healthy, gate faults.
///
/// It is a fold over the gate's events. A live run and its journal have the same events, and so the
/// same timeline. Memory is limited: for an instance with very many checks, every two neighbors
/// among the earlier checks are reduced to the worse one.
package struct Timeline: Hashable, Sendable {
  /// The checks by instance key, in the order in which they ended.
  package private(set) var checks: [[Check]] = []
  /// The times when the group met the policy, except for the soak; the last one may be unfinished.
  package private(set) var healthySpans: [Span] = []
  /// The times of gate faults that cost no check.
  package private(set) var faults: [GateInstant] = []
  /// The number of earlier checks that were thinned out.
  package private(set) var thinned = 0

  package struct Check: Hashable, Sendable {
    package var ended: GateInstant
    /// The latency in microseconds, at most 71 minutes.
    package var latency: UInt32
    package var outcome: Outcome
  }

  /// The outcome of a check; worse outcomes are greater.
  package enum Outcome: UInt8, Hashable, Sendable, Comparable {
    case success
    /// Lost to a gate fault.
    case lost
    case failure
    /// A failure with a complete response, which has a latency.
    case answeredFailure

    package static func < (left: Outcome, right: Outcome) -> Bool {
      left.rawValue < right.rawValue
    }
  }

  package struct Span: Hashable, Sendable {
    package var from: GateInstant
    /// The end; nil while the span lasts.
    package var to: GateInstant?
  }

  /// The maximum number of checks kept per instance.
  static let checksKept = 360
  /// The maximum number of faults and of spans kept per run.
  static let marksKept = 200

  package init() {}

  /// Records an event that the gate has handled.
  package mutating func observe(_ event: GateEvent, at instant: GateInstant, in gate: Gate) {
    switch event {
    case .instanceAdded: while checks.count < gate.records.count { checks.append([]) }
    case .checked(let key, let report):
      let outcome: Outcome =
        switch report.result {
        case .success: .success
        case .failure(let kind): kind.isAnswered ? .answeredFailure : .failure
        }
      let latency = UInt32(clamping: report.latencyMicroseconds)
      add(Check(ended: instant, latency: latency, outcome: outcome), of: key)
    case .checkLost(let key, let fault):
      let latency = fault.started.map { instant.microseconds - $0.microseconds } ?? 0
      add(Check(ended: instant, latency: UInt32(clamping: latency), outcome: .lost), of: key)
    case .listed, .loadBalancerAsked:
      guard event.fault != nil else { break }
      if faults.count < Self.marksKept { faults.append(instant) }
    default: break
    }
    noteGroup(at: instant, in: gate)
  }

  private mutating func noteGroup(at instant: GateInstant, in gate: Gate) {
    let isOpen = healthySpans.last.map { $0.to == nil } ?? false
    if let since = gate.healthySince {
      guard !isOpen || healthySpans.last?.from != since else { return }
      close(at: since)
      guard healthySpans.count < Self.marksKept else { return }
      healthySpans.append(Span(from: since))
    } else if isOpen {
      close(at: instant)
    }
  }

  private mutating func close(at instant: GateInstant) {
    guard let last = healthySpans.indices.last, healthySpans[last].to == nil else { return }
    healthySpans[last].to = instant
  }

  private mutating func add(_ check: Check, of key: InstanceKey) {
    guard checks.indices.contains(key.index) else { return }
    if checks[key.index].count == Self.checksKept { thin(key.index) }
    checks[key.index].append(check)
  }

  /// Keeps the worse of each two checks, in the memory of all.
  private mutating func thin(_ index: Int) {
    let half = Self.checksKept / 2
    for place in 0..<half {
      let (first, second) = (checks[index][2 * place], checks[index][2 * place + 1])
      checks[index][place] = first.outcome > second.outcome ? first : second
    }
    checks[index].removeLast(half)
    thinned += half
  }
}

internal import GateCore
internal import GateText

/// The importance of an instance to somebody who watches the run, the lowest first.
enum Standing: UInt8, Hashable, Sendable, CaseIterable, Comparable {
  case unhealthy
  /// Not unhealthy, but its latest check did not pass.
  case troubled
  case initial
  case healthy
  case gone

  init(_ state: InstanceState, isPresent: Bool, last mark: CheckHistory.Mark?) {
    self =
      switch (state, mark) {
      case _ where !isPresent: .gone
      case (.unhealthy, _): .unhealthy
      case (_, .failure), (_, .lost): .troubled
      case (.initial, _): .initial
      case (.healthy, _): .healthy
      }
  }

  static func < (left: Standing, right: Standing) -> Bool { left.rawValue < right.rawValue }

  /// The word after a number, as in `3 healthy`.
  var words: String {
    switch self {
    case .unhealthy: "unhealthy"
    case .troubled: "failing"
    case .initial: "initial"
    case .healthy: "healthy"
    case .gone: "gone"
    }
  }

  var tone: Tone {
    switch self {
    case .unhealthy: .bad
    case .troubled: .waiting
    case .initial: .plain
    case .healthy: .good
    case .gone: .faint
    }
  }
}

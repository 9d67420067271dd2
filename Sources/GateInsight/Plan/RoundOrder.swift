/// What a round makes of a group whose checks end in any order, each as probable as any other.
///
/// Only the checks that move an instance into or out of `healthy` or `unhealthy` matter, and of
/// them only how many there are of each kind.
struct RoundOrder {
  /// So many must be healthy, and so many may be unhealthy.
  let wanted: Int
  let allowed: Int
  /// Whether a healthy group is promoted at once.
  let isPromotedAtOnce: Bool
  private var known: [Position: Ends] = [:]

  init(wanted: Int, allowed: Int, isPromotedAtOnce: Bool) {
    self.wanted = wanted
    self.allowed = allowed
    self.isPromotedAtOnce = isPromotedAtOnce
  }

  /// Since when the group is healthy.
  enum Standing: Hashable, Sendable {
    case unhealthy
    /// Since before the round.
    case healthy
    /// Since a check of the round.
    case renewed
  }

  /// A moment within a round.
  struct Position: Hashable, Sendable {
    var healthy: Int
    var unhealthy: Int
    var standing: Standing
    /// Whether a group that is not healthy any more cannot be so again in time.
    var isLate: Bool
    /// Moves to come: healthy → unhealthy, unhealthy → healthy, initial → healthy, initial →
    /// unhealthy.
    var relapses = 0
    var recoveries = 0
    var rises = 0
    var failures = 0
  }

  /// The probabilities of what comes of it; together 1.
  struct Ends: Hashable, Sendable {
    var promote = 0.0
    var rollback = 0.0
    var unhealthy = 0.0
    var healthy = 0.0
    var renewed = 0.0

    fileprivate mutating func add(_ other: Ends, _ weight: Double) {
      promote += weight * other.promote
      rollback += weight * other.rollback
      unhealthy += weight * other.unhealthy
      healthy += weight * other.healthy
      renewed += weight * other.renewed
    }
  }

  mutating func ends(from position: Position) -> Ends {
    let moves = position.relapses + position.recoveries + position.rises + position.failures
    guard moves > 0 else {
      return switch position.standing {
      case .unhealthy: Ends(unhealthy: 1)
      case .healthy: Ends(healthy: 1)
      case .renewed: Ends(renewed: 1)
      }
    }
    if let ends = known[position] { return ends }
    var ends = Ends()
    for next in position.nexts {
      ends.add(decided(next.position), Double(next.ways) / Double(moves))
    }
    known[position] = ends
    return ends
  }

  /// As the gate decides after each check.
  private mutating func decided(_ position: Position) -> Ends {
    guard position.unhealthy <= allowed else { return Ends(rollback: 1) }
    var position = position
    if position.healthy < wanted {
      guard !position.isLate else { return Ends(rollback: 1) }
      position.standing = .unhealthy
    } else if position.standing == .unhealthy {
      position.standing = .renewed
    }
    if isPromotedAtOnce, position.standing != .unhealthy { return Ends(promote: 1) }
    return ends(from: position)
  }
}

extension RoundOrder.Position {
  /// The positions after the next move, and how many of the moves to come lead there.
  fileprivate var nexts: [(position: Self, ways: Int)] {
    var nexts: [(Self, Int)] = []
    func move(_ ways: Int, _ change: (inout Self) -> Void) {
      guard ways > 0 else { return }
      var next = self
      change(&next)
      nexts.append((next, ways))
    }
    move(relapses) {
      $0.relapses -= 1
      $0.healthy -= 1
      $0.unhealthy += 1
    }
    move(recoveries) {
      $0.recoveries -= 1
      $0.healthy += 1
      $0.unhealthy -= 1
    }
    move(rises) {
      $0.rises -= 1
      $0.healthy += 1
    }
    move(failures) {
      $0.failures -= 1
      $0.unhealthy += 1
    }
    return nexts
  }
}

internal import GateCore

/// A rate limit for progress lines, with a count of the lines that were left out.
struct LineAllowance: Sendable {
  /// The topic of a line that may be left out.
  enum Topic: Int, Sendable, CaseIterable {
    case failing
    case recovered
    case unhealthy
    case healthy
    /// The load balancer's view of an instance, if it is neither healthy nor unhealthy.
    case seen

    var words: String {
      switch self {
      case .failing: "failing"
      case .recovered: "ok again"
      case .unhealthy: "became unhealthy"
      case .healthy: "became healthy"
      case .seen: "initial to the load balancer"
      }
    }
  }

  static let linesPerSecond = 20
  static let window = Duration.seconds(1)

  private var began: GateInstant?
  private var used = 0
  private var leftOut = [Int](repeating: 0, count: Topic.allCases.count)

  /// Whether another line may be written; if not, it is counted.
  mutating func allows(_ topic: Topic, at now: GateInstant) -> Bool {
    if began.map({ $0 + Self.window <= now }) ?? true { (began, used) = (now, 0) }
    guard used < Self.linesPerSecond else {
      leftOut[topic.rawValue] += 1
      return false
    }
    used += 1
    return true
  }

  /// When a summary is due; nil while nothing was left out.
  var summaryDue: GateInstant? {
    guard leftOut.contains(where: { $0 > 0 }) else { return nil }
    return began.map { $0 + Self.window }
  }

  /// Takes the summary, such as `and 980 more: 970 failing, 10 became unhealthy`; nil if there is
  /// none.
  mutating func takeSummary() -> String? {
    let total = leftOut.reduce(0, +)
    guard total > 0 else { return nil }
    let parts = Topic.allCases.compactMap { topic -> String? in
      leftOut[topic.rawValue] > 0 ? "\(leftOut[topic.rawValue]) \(topic.words)" : nil
    }
    leftOut = [Int](repeating: 0, count: leftOut.count)
    return "and \(total) more: \(parts.joined(separator: ", "))"
  }
}

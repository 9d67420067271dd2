import GateCore
import TestSupport

/// All that a run depends on, as data: what is to be decided, who is there, and what goes wrong.
///
/// Nothing is drawn while the run goes on: how a check ends follows from the instance's own seed
/// and the time. So parts can be taken out without changing the rest, which is all that shrinking
/// does. Times are microseconds since the run began, on the world's own clock.
struct World: Hashable, Sendable {
  var settings: Settings
  var instances: [Inhabitant] = []
  /// What the sources say, and when.
  var listings: [Listing] = []
  /// What the load balancer says, and when.
  var views: [Viewing] = []
  /// When the gate is cut off.
  var splits: [Split] = []
  /// When the gate's process is held up.
  var pauses: [Pause] = []
  /// Events that no port should report, and signals.
  var strays: [Stray] = []

  struct Settings: Hashable, Codable, Sendable {
    var semantics = Semantics.alb
    var interval: Int64
    var timeout: Int64
    var healthy: Int
    var initial: Int
    var unhealthy: Int
    var window: String?
    /// Whether the checks are spread over the interval.
    var spreads: Bool?
    var minHealthy = "100%"
    var maxUnhealthy = "0"
    var maxReplaced = "0"
    var grace: Int64 = 0
    var soak: Int64 = 0
    var deadline: Int64
    var expected: Int
    var isChanging = false
    /// How often the sources are asked, and how long they have for an answer; nil: never too old.
    var refresh: Int64?
    var patience: Int64?
    var loadBalancer = GatePolicy.LoadBalancerRole.none
    /// So many checks can be under way; nil: any number.
    var room: Int?
    /// How long it takes to begin a check.
    var startCost: Int64?
    /// A check without an answer is never reported, not even as a time-out: a port that is broken.
    var neverTimesOut: Bool?
  }

  /// What the source says of the truth at a moment.
  struct Listing: Hashable, Codable, Sendable {
    enum Telling: String, Hashable, Codable, Sendable, CaseIterable {
      case truth, nothing, twice, late, part, fault
      /// Each instance under another name too.
      case doubled
      /// The group is gone.
      case gone
    }

    /// When the answer comes.
    var at: Int64
    var tells: Telling
    /// How long the source took to answer.
    var takes: Int64?
    /// How old a late listing is.
    var age: Int64?
    var expected: Int?
    var saysWhoLeft: Bool?
    /// Of the old group.
    var isOfBaseline: Bool?
  }

  struct Viewing: Hashable, Codable, Sendable {
    var at: Int64
    var seed: UInt64
    /// How old the view is.
    var lag: Int64
    /// How often it says another state than the true one.
    var lies: Double?
    var isFault: Bool?
    /// How long the load balancer took to answer.
    var takes: Int64?
  }

  /// For a while nothing that the gate asks gets through.
  struct Split: Hashable, Codable, Sendable {
    enum Kind: String, Hashable, Codable, Sendable, CaseIterable {
      /// Each check is lost at once to a fault of the gate's own, or after a while, or times out.
      case faults, lateFaults, silence
    }

    var from: Int64
    var to: Int64
    var kind: Kind
    /// Of the instances, in percent.
    var part: UInt64
  }

  /// The gate's process does not run for a while.
  struct Pause: Hashable, Codable, Sendable {
    var at: Int64
    var lasts: Int64
    /// The monotonic clock stands still meanwhile, as when the machine sleeps; otherwise it goes on,
    /// as for a process that is stopped.
    var clockStands: Bool?
  }

  struct Stray: Hashable, Codable, Sendable {
    enum Kind: String, Hashable, Codable, Sendable, CaseIterable {
      /// Of an instance that nobody knows.
      case success, failure, loss, removal, view
      /// The end of a check of an instance that has left.
      case departed
      case signal
    }

    var at: Int64
    var kind: Kind
  }
}

extension Semantics: Codable {}
extension GatePolicy.LoadBalancerRole: Codable {}
extension InstanceRole: Codable {}

extension World.Settings {
  var check: HealthCheck {
    HealthCheck(
      target: HealthCheckTarget(scheme: .http, port: .number(80), path: "/health"),
      semantics: semantics, interval: .microseconds(interval), timeout: .microseconds(timeout),
      healthyThreshold: healthy, initialThreshold: initial, unhealthyThreshold: unhealthy,
      unhealthyWindow: window.flatMap { try? UnhealthyWindow(parsing: $0) }, matcher: [200...200],
      spreadChecks: spreads ?? false)
  }

  var policy: GatePolicy {
    GatePolicy(
      minHealthy: Self.count(minHealthy), maxUnhealthy: Self.count(maxUnhealthy),
      maxReplaced: Self.count(maxReplaced), gracePeriod: .microseconds(grace),
      soak: .microseconds(soak), deadline: .microseconds(deadline), expected: expected,
      membership: isChanging ? .changing : .fixed, loadBalancer: loadBalancer, polling: polling)
  }

  private var polling: GatePolicy.Polling? {
    guard let refresh, isChanging || loadBalancer != .none else { return nil }
    return GatePolicy.Polling(
      refresh: .microseconds(refresh), timeout: .microseconds(patience ?? 0))
  }

  private static func count(_ text: String) -> InstanceCount {
    guard let count = try? InstanceCount(parsing: text) else {
      preconditionFailure("'\(text)' is no count of instances")
    }
    return count
  }
}

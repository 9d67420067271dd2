import GateCore
import TestSupport

/// An instance of a simulated world: when it is where, and how it answers.
struct Inhabitant: Hashable, Codable, Sendable {
  var id: String
  var address: String
  var role = InstanceRole.member
  var seed: UInt64
  /// From then on the source awaits it.
  var launched: Int64 = 0
  var joined: Int64 = 0
  var left: Int64?
  /// From then on it bears another name.
  var renamed: Rename?
  /// From then on each of its checks fails.
  var dies: Int64?
  /// So long after it joined it refuses connections.
  var boots: Int64?
  /// How often a check fails, is lost to a fault of the gate's own, is never answered, or is
  /// answered at any moment up to the time-out.
  var fails: Double?
  var loses: Double?
  var hangs: Double?
  var isSlow: Double?
  /// How long an answer takes otherwise.
  var latency: Int64 = 0
  var outages: [Outage]?
  /// It answers with the version before.
  var isOldVersion: Bool?
  /// It is of another release.
  var mismatch: String?

  struct Rename: Hashable, Codable, Sendable {
    var at: Int64
    var id: String
  }

  struct Outage: Hashable, Codable, Sendable {
    enum Kind: String, Hashable, Codable, Sendable, CaseIterable {
      case fails, hangs, flaps
    }

    var from: Int64
    var to: Int64
    var kind: Kind
  }

  func instance(at moment: Int64) -> Instance {
    role == .guard
      ? .guarding(id)
      : Instance(
        id: name(at: moment), address: address, port: 80, mismatch: mismatch, role: role)
  }

  func name(at moment: Int64) -> String {
    renamed.flatMap { $0.at <= moment ? $0.id : nil } ?? id
  }

  func isThere(at moment: Int64) -> Bool { joined <= moment && moment < left ?? .max }

  func isOnItsWay(at moment: Int64) -> Bool {
    launched <= moment && moment < min(joined, left ?? .max)
  }

  /// How a check that begins now ends, and after how long; nil when it is never answered.
  func answer(at moment: Int64, timeout: Int64) -> (mark: Mark, after: Int64)? {
    var random = draw(moment)
    let usual = min(latency, timeout)
    let failure = isOldVersion ?? false ? Mark.wrongVersion : .failure
    if moment < joined + (boots ?? 0) || moment >= dies ?? .max { return (.failure, usual) }
    if let outage = outages?.first(where: { $0.from <= moment && moment < $0.to }) {
      switch outage.kind {
      case .fails: return (failure, usual)
      case .hangs: return nil
      case .flaps: return (random.chance(0.5) ? .success : failure, usual)
      }
    }
    guard !random.chance(hangs ?? 0) else { return nil }
    let mark: Mark =
      random.chance(loses ?? 0) ? .lost : random.chance(fails ?? 0) ? failure : .success
    return (
      mark, random.chance(isSlow ?? 0) ? Int64.random(in: 0...timeout, using: &random) : usual
    )
  }

  /// What a load balancer that saw it then would say.
  func view(at moment: Int64, lies: Double, seed lie: UInt64) -> LoadBalancerView {
    var random = draw(moment ^ Int64(bitPattern: lie >> 1))
    if random.chance(lies) {
      return LoadBalancerView(state: random.pick(InstanceState.allCases), reasonCode: "Elb.Lie")
    }
    guard moment >= joined + (boots ?? 0) else {
      return LoadBalancerView(state: .initial, reasonCode: "Elb.InitialHealthChecking")
    }
    // What is lost is lost to the gate alone.
    return [.success, .lost].contains(answer(at: moment, timeout: latency)?.mark)
      ? LoadBalancerView(state: .healthy)
      : LoadBalancerView(state: .unhealthy, reasonCode: "Target.FailedHealthChecks")
  }

  private func draw(_ moment: Int64) -> SplitMix64 {
    SplitMix64(seed: seed ^ (UInt64(bitPattern: moment) &* 0xD6E8_FEB8_6659_FD93))
  }
}

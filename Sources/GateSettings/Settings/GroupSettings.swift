package import GateCore
internal import GateText

/// The settings of the group's policy, before the size of the group is known.
@dynamicMemberLookup
package struct GroupSettings: Hashable, Sendable {
  /// The policy as set; the size of the group and its membership are added later.
  package var policy: GatePolicy
  /// The setting `expected`; nil for the number that the source reports.
  package var expected: Int?

  package subscript<Value>(dynamicMember path: KeyPath<GatePolicy, Value>) -> Value {
    policy[keyPath: path]
  }

  /// The policy for a group of this size.
  package func policy(
    expecting count: Int, _ membership: GatePolicy.Membership,
    loadBalancer: GatePolicy.LoadBalancerRole = .none
  ) -> GatePolicy {
    var policy = policy
    policy.expected = count
    policy.membership = membership
    policy.loadBalancer = loadBalancer
    return policy
  }
}

extension Settings {
  /// The policy for a fixed list of this many instances.
  ///
  /// - Throws: `SettingsError` if the list is empty, more instances are expected than listed, or
  ///   more must be healthy than expected.
  package func policy(for instanceCount: Int) throws(SettingsError) -> GatePolicy {
    let problems = group.problems(forListOf: instanceCount, from: source.key, inForce)
    guard problems.isEmpty else { throw SettingsError(problems) }
    return group.policy(expecting: group.expected ?? instanceCount, .fixed)
  }

  /// The policy for a group that may change, with the number that the source expects, if it does.
  ///
  /// - Throws: `SettingsError` if more instances must be healthy than expected.
  package func policy(
    forChangingGroupOf listed: Int, declared: Int?
  ) throws(SettingsError) -> GatePolicy {
    let expected = group.expected ?? declared ?? max(listed, 1)
    // An expected size of 0 is reported when the run begins.
    let problems = expected > 0 ? group.problems(expecting: expected, inForce) : []
    guard problems.isEmpty else { throw SettingsError(problems) }
    return group.policy(
      expecting: expected, source.membership, loadBalancer: following.loadBalancerRole)
  }
}

extension GroupSettings {
  func problems(
    forListOf count: Int, from source: SettingKey, _ inForce: RawSettings
  ) -> [SettingProblem] {
    var problems: [SettingProblem] = []
    if count == 0 {
      problems.append(
        SettingProblem(
          .inconsistent(source, "\(source.rawValue) lists no instances"),
          at: inForce.origin(of: source)
        ))
    } else if let expected, expected > count {
      problems.append(
        SettingProblem(
          .inconsistent(
            .expected, "expected is \(expected), but \(source.rawValue) lists \(count)",
            hint: "list the others, or leave expected out for \(count)"),
          at: inForce.origin(of: .expected)))
    }
    if let total = expected ?? (count > 0 ? count : nil) {
      problems += self.problems(expecting: total, inForce)
    }
    return problems
  }

  func problems(expecting total: Int, _ inForce: RawSettings) -> [SettingProblem] {
    guard case .number(let wanted) = policy.minHealthy, wanted > total else { return [] }
    return [
      SettingProblem(
        .inconsistent(
          .minHealthy, "min_healthy is \(wanted), but only \(total) are expected",
          hint: "write 100% for all of them"),
        at: inForce.origin(of: .minHealthy))
    ]
  }
}

extension RawSettings {
  /// The origin of a setting's first value; nil if it has none.
  package func origin(of key: SettingKey) -> SettingOrigin? {
    values[key]?.first?.origin
  }
}

/// The ports on which each instance is checked, in the order of the health checks.
package struct CheckPorts: Hashable, Sendable {
  /// The ports of the health checks; never empty.
  private var wanted: [HealthCheckTarget.Port]

  package init(_ wanted: [HealthCheckTarget.Port]) {
    precondition(!wanted.isEmpty, "something is checked")
    self.wanted = wanted
  }

  package init(_ port: HealthCheckTarget.Port) { self.init([port]) }

  package static func number(_ port: Int) -> CheckPorts { CheckPorts(.number(port)) }
  package static let trafficPort = CheckPorts(HealthCheckTarget.Port.trafficPort)

  /// The ports of an instance with this port of its own; nil if one is `traffic-port` and it has
  /// none.
  package func ports(own: Int?) -> [Int]? {
    var ports: [Int] = []
    for port in wanted {
      switch port {
      case .number(let number): ports.append(number)
      case .trafficPort:
        guard let own else { return nil }
        ports.append(own)
      }
    }
    return ports
  }

  /// The ports of an instance that a user wrote with its port.
  ///
  /// In `10.0.1.6:8080` the port overrides that of a single target. With several health checks, it
  /// is the traffic port.
  package func ports(written own: Int?) -> [Int]? {
    guard wanted.count == 1, let own else { return ports(own: own) }
    return [own]
  }
}

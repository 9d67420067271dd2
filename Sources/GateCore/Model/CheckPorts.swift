/// The ports on which each instance is checked, in the order of the health checks.
package struct CheckPorts: Hashable, Sendable {
  /// Never empty.
  private var wanted: [HealthCheckTarget.Port]

  package init(_ wanted: [HealthCheckTarget.Port]) {
    precondition(!wanted.isEmpty, "something is checked")
    self.wanted = wanted
  }

  package init(_ port: HealthCheckTarget.Port) { self.init([port]) }

  package static func number(_ port: Int) -> CheckPorts { CheckPorts(.number(port)) }
  package static let trafficPort = CheckPorts(HealthCheckTarget.Port.trafficPort)

  /// Those of an instance with this port of its own; nil where `traffic-port` is wanted and it has none.
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

  /// The same for an instance that was written down with its port: who writes `10.0.1.6:8080` means
  /// it, whether or not the one target names another for the rest. Of several health checks it is
  /// the traffic port.
  package func ports(written own: Int?) -> [Int]? {
    guard wanted.count == 1, let own else { return ports(own: own) }
    return [own]
  }
}

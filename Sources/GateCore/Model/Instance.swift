/// An instance or a guard, with its address and port.
package struct Instance: Hashable, Sendable {
  /// The source's ID: an EC2 instance ID, a user's name, the address; of a guard, its text without
  /// secrets.
  package var id: String
  /// A literal IPv4 or IPv6 address without brackets, or a host name; empty for a guard.
  package var address: String
  /// The port of the health check: the target's, or the instance's own under `traffic-port`; a
  /// guard's is 0.
  package var port: Int
  /// The ports of further health checks, in their order; empty if there is only one.
  package var otherPorts: [Int] = []
  /// The availability zone; nil if the source does not know it.
  package var zone: String?
  /// Why it does not belong to the new release, in words; nil if it does, or that is not checked.
  package var mismatch: String?
  package var role: InstanceRole
  /// The step of the canary that a guard belongs to; nil for a guard of the run.
  package var step: Int?

  package init(
    id: String, address: String, port: Int, zone: String? = nil, mismatch: String? = nil,
    role: InstanceRole = .member
  ) {
    self.id = id
    self.address = address
    self.port = port
    self.zone = zone
    self.mismatch = mismatch?.cleaned(to: 300)
    self.role = role
  }

  /// Creates an instance with a port for each of the health checks; at least one.
  package init(
    id: String, address: String, ports: [Int], zone: String? = nil, mismatch: String? = nil
  ) {
    self.init(id: id, address: address, port: ports[0], zone: zone, mismatch: mismatch)
    otherPorts = Array(ports.dropFirst())
  }

  /// Creates a guard.
  package static func guarding(_ id: String, step: Int? = nil) -> Instance {
    var instance = Instance(id: id, address: "", port: 0, role: .guard)
    instance.step = step
    return instance
  }
}

/// The role of an instance or a guard; IDs are unique within a role.
package enum InstanceRole: String, Hashable, Sendable, CaseIterable {
  /// A member of the new group.
  case member
  /// A member of the old group, with which failures are compared.
  case baseline
  /// A guard: an additional condition that must hold.
  case `guard`
}

/// The index of an instance in the order of joining, from 0; never reused.
///
/// An ID that leaves and joins again is a new instance with a new key.
package struct InstanceKey: Hashable, Sendable {
  package var index: Int
  /// The index of the health check, if there are several; 0 for events of the instance as a whole.
  package var check: Int

  package init(_ index: Int) { self.init(index, check: 0) }

  package init(_ index: Int, check: Int) {
    self.index = index
    self.check = check
  }
}

extension Instance {
  /// The instance with the port of the health check with this index.
  package func checked(by number: Int) -> Instance {
    guard number > 0 else { return self }
    var instance = self
    if otherPorts.indices.contains(number - 1) { instance.port = otherPorts[number - 1] }
    return instance
  }

  /// The canonical address and port, which identify an instance whatever its name is.
  package var place: String {
    "\((try? NetworkAddress(parsing: address))?.canonical ?? address) \(port)"
  }
}

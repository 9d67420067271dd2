/// An instance or a guard: what is checked, and its address and port.
package struct Instance: Hashable, Sendable {
  /// The name that the source gives it: an EC2 instance ID, a name of the user's, or the address;
  /// of a guard, the guard as it was written, without its secrets.
  package var id: String
  /// A literal IPv4 or IPv6 address without brackets, or a host name; a guard has none.
  package var address: String
  /// The port of the health check: the target's, or the instance's own under `traffic-port`; a
  /// guard's is 0.
  package var port: Int
  /// The ports of further health checks, in their order; empty where there is one.
  package var otherPorts: [Int] = []
  /// The availability zone, where the source knows it.
  package var zone: String?
  /// Why it is not of the new release, in words; nil if it is, or if that is not checked.
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

  /// One with a port for each of the health checks; never none.
  package init(
    id: String, address: String, ports: [Int], zone: String? = nil, mismatch: String? = nil
  ) {
    self.init(id: id, address: address, port: ports[0], zone: zone, mismatch: mismatch)
    otherPorts = Array(ports.dropFirst())
  }

  /// What is asked beside the instances.
  package static func guarding(_ id: String, step: Int? = nil) -> Instance {
    var instance = Instance(id: id, address: "", port: 0, role: .guard)
    instance.step = step
    return instance
  }
}

/// The role of what is checked.
///
/// Ids are unique within a role.
package enum InstanceRole: String, Hashable, Sendable, CaseIterable {
  /// A member of the new group, which is promoted or not.
  case member
  /// A member of the old group, which shows whether a failure is shared, and what is usual.
  case baseline
  /// A guard: an additional condition that must hold.
  case `guard`
}

/// An instance's place in the order in which the instances joined: dense, from 0, never reused.
///
/// The same id that leaves and joins again is a new instance with a new key.
package struct InstanceKey: Hashable, Sendable {
  package var index: Int
  /// Of several health checks the one that is meant, by its place; of what happens to the instance
  /// as a whole 0.
  package var check: Int

  package init(_ index: Int) { self.init(index, check: 0) }

  package init(_ index: Int, check: Int) {
    self.index = index
    self.check = check
  }
}

extension Instance {
  /// As the health check at this place sees it: at its port.
  package func checked(by number: Int) -> Instance {
    guard number > 0 else { return self }
    var instance = self
    if otherPorts.indices.contains(number - 1) { instance.port = otherPorts[number - 1] }
    return instance
  }

  /// Where it is checked, the same for every spelling of its address: one place is one instance,
  /// whatever it is called.
  package var place: String {
    "\((try? NetworkAddress(parsing: address))?.canonical ?? address) \(port)"
  }
}

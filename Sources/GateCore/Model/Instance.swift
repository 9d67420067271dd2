/// One member of the group, and the place where it is checked.
package struct Instance: Hashable, Sendable {
  /// The name that the source gives it: an EC2 instance ID, a name of the user's, or the address.
  package var id: String
  /// A literal IPv4 or IPv6 address without brackets, or a host name.
  package var address: String
  /// The port of the health check: the target's, or the instance's own under `traffic-port`.
  package var port: Int
  /// The availability zone, where the source knows it.
  package var zone: String?
  /// Why it is not of the new release, in words; nil when it is, or nobody asked.
  package var mismatch: String?

  package init(
    id: String, address: String, port: Int, zone: String? = nil, mismatch: String? = nil
  ) {
    self.id = id
    self.address = address
    self.port = port
    self.zone = zone
    self.mismatch = mismatch
  }
}

/// An instance's place in the order in which the instances joined: dense, from 0, never reused.
///
/// The same id that leaves and joins again is a new instance with a new key.
package struct InstanceKey: Hashable, Sendable {
  package var index: Int

  package init(_ index: Int) {
    self.index = index
  }
}

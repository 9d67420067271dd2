/// The ends of a check's phases, each in microseconds from the check's start.
///
/// They are cumulative, like curl's: the TLS handshake took `tls` minus `connect`. A phase is nil
/// if the check does not have it, or did not complete it.
package struct CheckPhases: Hashable, Sendable {
  /// The name was looked up; nil for an address.
  package var nameLookup: Int64?
  /// The connection was made, to the proxy if there is one.
  package var connect: Int64?
  /// The TLS handshake was complete.
  package var tls: Int64?
  /// The first byte of the response arrived.
  package var firstByte: Int64?
  package var total: Int64

  package init(total: Int64) {
    self.total = total
  }
}

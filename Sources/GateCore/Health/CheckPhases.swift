/// When the phases of one check were over, each in microseconds from the check's start.
///
/// They are cumulative, as curl's are: the TLS handshake took `tls` less `connect`. Nil: the check
/// has no such phase, or did not get so far.
package struct CheckPhases: Hashable, Sendable {
  /// The name was looked up; for an address there is nothing to look up.
  package var nameLookup: Int64?
  /// The connection was there, to the proxy if there is one.
  package var connect: Int64?
  /// The TLS handshake was over.
  package var tls: Int64?
  /// The first byte of the answer came.
  package var firstByte: Int64?
  package var total: Int64

  package init(
    nameLookup: Int64? = nil, connect: Int64? = nil, tls: Int64? = nil, firstByte: Int64? = nil,
    total: Int64
  ) {
    self.nameLookup = nameLookup
    self.connect = connect
    self.tls = tls
    self.firstByte = firstByte
    self.total = total
  }
}

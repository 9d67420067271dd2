internal import Curl
package import GateCore

/// Details of a check beside its report: the address it connected to, and the time of each phase.
package struct CheckTrace: Hashable, Sendable {
  package var phases: CheckPhases
  /// The address that answered the connection, the proxy's if there is one; nil: none did.
  package var connectedTo: String?
}

extension CheckTrace {
  /// Reads it off a transfer that has ended, or was given up at its timeout.
  ///
  /// Source: curl_easy_getinfo(3), "TIMES"; each is zero until its phase is over.
  init(of transfer: Transfer, _ end: TransferEnd, at now: GateInstant) {
    // libcurl's own total is that of its last look, if it does not know of the end.
    let total = end.isTimeout ? nil : transfer.totalMicroseconds
    phases = CheckPhases(
      nameLookup: transfer.lookupMicroseconds,
      connect: transfer.openedMicroseconds ?? transfer.time(.connectTime),
      tls: transfer.time(.appConnectTime), firstByte: transfer.firstByteMicroseconds,
      total: total ?? now.microseconds - transfer.started.microseconds)
    let connected = transfer.openedMicroseconds == nil ? transfer.current : transfer.opener
    connectedTo = phases.connect == nil ? nil : connected?[.primaryIP]
  }
}

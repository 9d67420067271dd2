internal import Curl
package import GateCore

/// Details of a check that its report lacks: the connected address, and the time of each phase.
package struct CheckTrace: Hashable, Sendable {
  package var phases: CheckPhases
  /// The address that answered the connection, the proxy's if there is one; nil: none did.
  package var connectedTo: String?
}

extension CheckTrace {
  /// Reads the details from a transfer that has finished, or was abandoned at its timeout.
  ///
  /// Source: curl_easy_getinfo(3), "TIMES"; each is zero until its phase is over.
  init(of transfer: Transfer, _ end: TransferEnd, at now: GateInstant) {
    // If libcurl does not know of the end, its total is the time of its last look.
    let total = end.isTimeout ? nil : transfer.totalMicroseconds
    phases = CheckPhases(total: total ?? now.microseconds - transfer.started.microseconds)
    phases.nameLookup = transfer.lookupMicroseconds
    phases.connect = transfer.openedMicroseconds ?? transfer.time(.connectTime)
    phases.tls = transfer.time(.appConnectTime)
    phases.firstByte = transfer.firstByteMicroseconds
    let connected = transfer.openedMicroseconds == nil ? transfer.current : transfer.opener
    connectedTo = phases.connect == nil ? nil : connected?.primaryIP
  }
}

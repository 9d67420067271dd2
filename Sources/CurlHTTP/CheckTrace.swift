internal import CCurl
package import GateCore

/// What a check leaves behind beside its report: where it went, and how long each phase took.
package struct CheckTrace: Hashable, Sendable {
  package var phases: CheckPhases
  /// The address that answered the connection, the proxy's if there is one; nil: none did.
  package var connectedTo: String?
}

extension CheckTrace {
  /// Reads it off a transfer that has ended, or was given up at its time-out.
  ///
  /// Source: curl_easy_getinfo(3), "TIMES"; each is zero until its phase is over.
  init(of transfer: Transfer, _ end: TransferEnd, at now: GateInstant) {
    let handle = transfer.handle
    func time(_ info: CURLINFO) -> Int64? {
      let time = handle.microseconds(info)
      return time > 0 ? time : nil
    }
    // libcurl's own total is that of its last look, if it does not know of the end.
    let total = end.isTimeout ? nil : time(CURLINFO_TOTAL_TIME_T)
    phases = CheckPhases(
      nameLookup: transfer.looksUpName ? time(CURLINFO_NAMELOOKUP_TIME_T) : nil,
      connect: time(CURLINFO_CONNECT_TIME_T), tls: time(CURLINFO_APPCONNECT_TIME_T),
      firstByte: time(CURLINFO_STARTTRANSFER_TIME_T),
      total: total ?? now.microseconds - transfer.started.microseconds)
    connectedTo = phases.connect == nil ? nil : handle.text(CURLINFO_PRIMARY_IP)
  }
}

extension ProbePlan {
  /// Whether a check of the instance may have to look up a name: its own, or that of a proxy.
  func looksUpName(of instance: Instance) -> Bool {
    guard proxy == nil, connectTo.isEmpty else { return true }
    guard !instance.address.contains(":") else { return false }
    // An address's last part is a number, a name's never (RFC 3696, section 2).
    return instance.address.split(separator: ".").last?.asWholeNumber == nil
  }
}

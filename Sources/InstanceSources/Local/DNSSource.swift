package import GateCore
internal import GateSettings
internal import GateText

/// All IPv4 and IPv6 addresses of a host name; each is an instance, whose ID is its address.
package struct DNSSource: Sendable {
  package var name: String

  package init(name: String) {
    self.name = name
  }

  /// Queries the system's resolver and waits for it; an address has no port.
  ///
  /// - Throws: `SourceError` if there is no result.
  package func list(ports: CheckPorts) throws(SourceError) -> SourceListing {
    guard let ports = ports.ports(own: nil) else {
      throw .unusable(
        detail: "the target's port is traffic-port, but the addresses of a name have no ports",
        advice: "give the target a port, such as HTTP:80/health, or use srv, whose records have "
          + "ports")
    }
    try checkHostName(name)
    let addresses: [String]
    do throws(HostAddresses.NoAnswer) {
      addresses = try HostAddresses.find(name)
    } catch {
      throw .unreachable(
        place: "the name server, for \(shownLine(name))", detail: error.words, cause: .nameServer)
    }
    guard !addresses.isEmpty else {
      throw .notFound(what: "host", name: shownLine(name), place: "the DNS")
    }
    let members = addresses.map { address in
      SourceMember(
        instance: Instance(id: address, address: address, ports: ports), standing: .checked)
    }
    return SourceListing(members: members, expected: nil)
  }
}

/// Checks that a name can be a host name.
///
/// - Throws: `SourceError.unusable` if it cannot.
func checkHostName(_ name: String) throws(SourceError) {
  do throws(GrammarError) {
    _ = try NetworkAddress(parsing: name)
  } catch {
    throw .unusable(
      detail: shownLine(error.description), advice: "give a name such as web.example.com")
  }
}

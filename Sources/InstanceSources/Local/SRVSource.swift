internal import CResolver
package import GateCore

/// The hosts and ports in the SRV records of a name, such as `_http._tcp.web.example`.
///
/// All records count, whatever their priority and weight: these tell clients how to spread, and a
/// standby that fails is no standby. Each address of a record's target is an instance, whose ID is
/// `address:port`.
package struct SRVSource: Sendable {
  package var name: String
  /// Queried for the records instead of the system's name servers; nil for those.
  var server: hg_name_server?
  /// Looks up the addresses of a record's target.
  var addresses: @Sendable (String) throws(HostAddresses.NoAnswer) -> [String] =
    HostAddresses.find

  package init(name: String) {
    self.name = name
  }

  /// Looks up the records and the addresses of their targets, and waits.
  ///
  /// A target that has no address yet is awaited. Under `traffic-port` each instance is checked on
  /// the port of its record.
  ///
  /// - Throws: `SourceError` if there is no result.
  package func list(ports: CheckPorts) throws(SourceError) -> SourceListing {
    try checkHostName(name)
    let places = try places()
    var known: [String: [String]] = [:]
    for place in places where known[place.host] == nil {
      known[place.host] = try addresses(ofTarget: place.host)
    }
    var ids: Set<String> = []
    var members: [SourceMember] = []
    for place in places {
      let addresses = known[place.host] ?? []
      // A target without an address has its name as ID until it has an address.
      for address in addresses.isEmpty ? [""] : addresses {
        let id = place.id(at: address.isEmpty ? place.host : address)
        guard ids.insert(id).inserted else { continue }
        guard let ports = ports.ports(own: place.port) else { continue }
        members.append(
          SourceMember(
            instance: Instance(id: id, address: address, ports: ports),
            standing: address.isEmpty ? .awaited : .checked))
      }
    }
    return SourceListing(members: members, expected: nil)
  }

  /// The target of a record.
  private struct Place: Hashable {
    var host: String
    var port: Int

    func id(at address: String) -> String {
      address.contains(":") ? "[\(address)]:\(port)" : "\(address):\(port)"
    }
  }

  private func addresses(ofTarget host: String) throws(SourceError) -> [String] {
    do throws(HostAddresses.NoAnswer) {
      return try addresses(host)
    } catch {
      throw .unreachable(
        place: "the name server, for \(shownLine(host)) of \(shownLine(name))",
        detail: error.words, cause: .nameServer)
    }
  }

  /// The targets by host and port, so that the order does not depend on the server's rotation.
  private func places() throws(SourceError) -> [Place] {
    var places: Set<Place> = []
    for record in try records() {
      let bytes = withUnsafeBytes(of: record.target) { Array($0.prefix { $0 != 0 }) }
      let host = String(decoding: bytes, as: UTF8.self).lowercased()
      // The root as target means that the service does not exist (RFC 2782).
      guard !host.isEmpty else { continue }
      try checkHostName(host)
      guard record.port > 0 else {
        throw .malformed(
          place: server(for: name), detail: "the port of \(host) is 0", cause: .nameServer)
      }
      places.insert(Place(host: host, port: Int(record.port)))
    }
    guard !places.isEmpty else { throw noRecords }
    return places.sorted { ($0.host, $0.port) < ($1.host, $1.port) }
  }

  /// More than a response can have: it has at most 65535 bytes, and a record at least 19.
  private static let mostRecords = 4096

  private func records() throws(SourceError) -> [hg_srv_record] {
    let buffer = UnsafeMutableBufferPointer<hg_srv_record>.allocate(capacity: Self.mostRecords)
    defer { buffer.deallocate() }
    var count = 0
    let ending: hg_srv_ending
    if var asked = server {
      ending = hg_srv_find(name, &asked, buffer.baseAddress, buffer.count, &count)
    } else {
      ending = hg_srv_find(name, nil, buffer.baseAddress, buffer.count, &count)
    }
    switch ending {
    case HG_SRV_FOUND: return Array(buffer.prefix(count))
    case HG_SRV_NO_NAME, HG_SRV_NO_RECORDS: throw noRecords
    case HG_SRV_REFUSED:
      throw .rejected(
        place: server(for: name), detail: "it does not answer for that name", cause: .nameServer)
    case HG_SRV_GARBLED:
      throw .malformed(
        place: server(for: name), detail: "it is truncated, or is not a DNS response",
        cause: .nameServer)
    default:
      throw .unreachable(
        place: server(for: name), detail: "no response, or a temporary failure",
        cause: .nameServer)
    }
  }

  private var noRecords: SourceError {
    .notFound(what: "SRV record", name: shownLine(name), place: "the DNS")
  }

  private func server(for name: String) -> String { "the name server, for \(shownLine(name))" }
}

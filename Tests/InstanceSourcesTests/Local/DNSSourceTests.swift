import GateCore
import Glibc
import Testing

@testable import InstanceSources

@Suite struct DNSSourceTests {
  @Test(arguments: ["127.0.0.1", "::1"])
  func anAddressIsItself(address: String) throws {
    let listing = try DNSSource(name: address).list(ports: .number(8080))
    #expect(
      listing
        == SourceListing(
          members: [
            SourceMember(
              instance: Instance(id: address, address: address, port: 8080), standing: .checked)
          ], expected: nil))
  }

  @Test func eachAddressOfAHostIsListedOnce() throws {
    let ids = try DNSSource(name: "localhost").list(ports: .number(80)).members.map(\.instance.id)
    #expect(!ids.isEmpty && Set(ids).isSubset(of: ["127.0.0.1", "::1"]))
    #expect(ids == ids.sorted() && Set(ids).count == ids.count)
  }

  /// Where no name server answers, nobody can say that there is no such host.
  @Test func aHostThatDoesNotExistIsNotThere() {
    let error = #expect(throws: SourceError.self) {
      try DNSSource(name: "does-not-exist.invalid").list(ports: .number(80))
    }
    switch error {
    case .notFound(let what, let name, _):
      #expect(what == "host" && name == "does-not-exist.invalid")
    case .unreachable: break
    default: Issue.record("\(String(describing: error))")
    }
  }

  @Test(arguments: [
    (EAI_NONAME, nil),
    (-5, nil),
    (-9, nil),
    (EAI_AGAIN, "Temporary failure in name resolution"),
    (EAI_FAIL, "Non-recoverable failure in name resolution"),
    (EAI_SYSTEM, "Too many open files"),
  ])
  func onlyTheNamesOwnFaultIsNoAddress(code: CInt, words: String?) {
    #expect(HostAddresses.failure(code, systemError: EMFILE)?.words == words)
  }

  @Test func theTrafficPortOfAnAddressIsUnknown() {
    let error = #expect(throws: SourceError.self) {
      try DNSSource(name: "localhost").list(ports: .trafficPort)
    }
    #expect(error?.message.contains("traffic-port") == true)
    #expect(error?.hint.contains("srv") == true)
  }

  @Test(arguments: ["", "a b", "-x.example", "a..b", "10.0.0.300", "x\0y", "http://x/"])
  func whatIsNoHostNameIsNotLookedUp(name: String) {
    let error = #expect(throws: SourceError.self) {
      try DNSSource(name: name).list(ports: .number(80))
    }
    guard case .unusable? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }
}

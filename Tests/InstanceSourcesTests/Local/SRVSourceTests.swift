import GateCore
import Testing

@testable import InstanceSources

@Suite struct SRVSourceTests {
  private static let name = "_http._tcp.web.example"

  private static let hosts: [String: [String]] = [
    "a.example": ["10.0.0.1"],
    "b.example": ["10.0.0.2", "2001:db8::2"],
    "same.example": ["10.0.0.1"],
    "gone.example": [],
  ]

  private func listing(
    port: CheckPorts = .trafficPort, name: String = name,
    answer: @escaping @Sendable ([UInt8]) -> [UInt8]?
  ) throws -> SourceListing {
    let server = try LoopbackNameServer(answer)
    defer { withExtendedLifetime(server) {} }
    var source = SRVSource(name: name)
    source.server = .loopback(server.port)
    source.addresses = { host throws(HostAddresses.NoAnswer) in
      guard let addresses = Self.hosts[host] else { throw .init(words: "try again") }
      return addresses
    }
    return try source.list(ports: port)
  }

  private func failure(
    name: String = name, sourceLocation: SourceLocation = #_sourceLocation,
    answer: @escaping @Sendable ([UInt8]) -> [UInt8]?
  ) -> SourceError? {
    let started = ContinuousClock.now
    defer {
      #expect(started.duration(to: .now) < .seconds(15), sourceLocation: sourceLocation)
    }
    return #expect(throws: SourceError.self, sourceLocation: sourceLocation) {
      try listing(name: name, answer: answer)
    }
  }

  private func isNotFound(_ error: SourceError?) -> Bool {
    guard case .notFound? = error else { return false }
    return true
  }

  private func isUnreachable(_ error: SourceError?) -> Bool {
    guard case .unreachable? = error else { return false }
    return true
  }

  private func isMalformed(_ error: SourceError?) -> Bool {
    guard case .malformed? = error else { return false }
    return true
  }

  @Test func everyAddressOfEveryRecordIsAnInstanceWhateverItsPriority() throws {
    let listing = try listing { query in
      DNSAnswer.make(
        to: query,
        records: [
          .init(priority: 20, port: 8081, target: "b.example"),
          .init(priority: 10, weight: 5, port: 8080, target: "A.example."),
          .init(priority: 10, weight: 0, port: 8081, target: "a.example"),
        ])
    }
    #expect(
      listing
        == SourceListing(
          members: [
            Instance(id: "10.0.0.1:8080", address: "10.0.0.1", port: 8080),
            Instance(id: "10.0.0.1:8081", address: "10.0.0.1", port: 8081),
            Instance(id: "10.0.0.2:8081", address: "10.0.0.2", port: 8081),
            Instance(id: "[2001:db8::2]:8081", address: "2001:db8::2", port: 8081),
          ].map { SourceMember(instance: $0, standing: .checked) }, expected: nil))
  }

  @Test func aPortOfTheTargetsOwnIsCheckedInPlaceOfTheRecords() throws {
    let listing = try listing(port: .number(9000)) { query in
      DNSAnswer.make(to: query, records: [.init(port: 8080, target: "a.example")])
    }
    #expect(
      listing.members.map(\.instance)
        == [Instance(id: "10.0.0.1:8080", address: "10.0.0.1", port: 9000)])
  }

  @Test func oneAddressByTwoNamesIsOneInstance() throws {
    let listing = try listing { query in
      DNSAnswer.make(
        to: query,
        records: [
          .init(port: 8080, target: "a.example"), .init(port: 8080, target: "same.example"),
          .init(port: 8080, target: "a.example"),
        ])
    }
    #expect(listing.members.map(\.instance.id) == ["10.0.0.1:8080"])
  }

  @Test func aTargetWithoutAnAddressIsAwaited() throws {
    let listing = try listing { query in
      DNSAnswer.make(
        to: query,
        records: [
          .init(port: 8080, target: "gone.example"), .init(port: 8080, target: "a.example"),
        ])
    }
    #expect(listing.members.map(\.instance.id) == ["10.0.0.1:8080", "gone.example:8080"])
    #expect(listing.members.map(\.standing) == [.checked, .awaited])
  }

  @Test func aTargetThatNobodyCanResolveNowIsNoReasonToDropIt() {
    let error = failure { query in
      DNSAnswer.make(
        to: query,
        records: [.init(port: 1, target: "a.example"), .init(port: 1, target: "other.example")])
    }
    #expect(isUnreachable(error))
    #expect(error?.message.contains("other.example") == true)
  }

  @Test func anAnswerOfManyKilobytesIsRead() throws {
    let listing = try listing { query in
      DNSAnswer.make(
        to: query, records: (1...500).map { .init(port: 8000 + $0, target: "a.example") })
    }
    #expect(listing.members.count == 500)
  }

  @Test func aNameWithoutRecordsIsNotThere() {
    #expect(isNotFound(failure { DNSAnswer.make(to: $0) }))
    #expect(isNotFound(failure { DNSAnswer.make(to: $0, code: 3) }))
    // The root as the only target: the service is decidedly not there.
    #expect(isNotFound(failure { DNSAnswer.make(to: $0, records: [.init(port: 0, target: "")]) }))
  }

  @Test func aServerThatFailsOrRefusesIsNotTheNamesFault() {
    #expect(isUnreachable(failure { DNSAnswer.make(to: $0, code: 2) }))
    #expect(isUnreachable(failure { DNSAnswer.make(to: $0, code: 5) }))
  }

  @Test func aTruncatedAnswerIsNotTakenForTheWhole() {
    // There is no TCP to ask again by.
    let error = failure { query in
      DNSAnswer.make(to: query, flags: 2, records: [.init(port: 80, target: "a.example")])
    }
    #expect(isUnreachable(error))
  }

  @Test func silenceEndsWithinItsTime() {
    #expect(isUnreachable(failure { _ in nil }))
  }

  @Test func whatIsNoAnswerIsPassedOver() {
    #expect(isUnreachable(failure { _ in Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8) }))
    #expect(isUnreachable(failure { _ in [0xFF] }))
    // An answer to another question.
    #expect(
      isUnreachable(
        failure { query in
          var answer = DNSAnswer.make(to: query, records: [.init(port: 80, target: "a.example")])
          answer[14] ^= 1
          return answer
        }))
  }

  @Test(arguments: [1, 5, 20])
  func anAnswerThatIsCutOffIsMalformed(missing: Int) {
    let error = failure { query in
      DNSAnswer.make(to: query, records: [.init(port: 80, target: "a.example")])
        .dropLast(missing)
    }
    #expect(isMalformed(error))
  }

  @Test func aRecordThatLiesAboutItsLengthOrPointsAtItselfIsMalformed() {
    let tooShort = failure { query in
      var answer = DNSAnswer.make(to: query, records: [.init(port: 80, target: "a.example")])
      // The low byte of the record's length: the name then ends before its data does.
      answer[answer.count - 18] -= 1
      return answer
    }
    #expect(isMalformed(tooShort))
    let loop = failure { query in
      var answer = DNSAnswer.make(to: query, records: [.init(port: 80, target: "aa")])
      let target = answer.count - 4
      answer.replaceSubrange(target..., with: [0xC0, UInt8(target), 0, 0])
      return answer
    }
    #expect(isMalformed(loop))
  }

  @Test func aPortOfZeroOrATargetThatIsNoHostIsRefused() {
    let zero = failure { DNSAnswer.make(to: $0, records: [.init(port: 0, target: "a.example")]) }
    #expect(isMalformed(zero))
    let odd = failure { DNSAnswer.make(to: $0, records: [.init(port: 1, target: "a b.\u{1B}c")]) }
    #expect(odd?.message.contains("\u{1B}") == false)
  }

  @Test func aPlaceWhereNothingListensIsUnreachable() throws {
    // The port of a server that is gone.
    let port = try LoopbackNameServer { _ in nil }.port
    var source = SRVSource(name: Self.name)
    source.server = .loopback(port)
    let error = #expect(throws: SourceError.self) { try source.list(ports: .trafficPort) }
    #expect(isUnreachable(error))
  }

  @Test(arguments: ["", "_http._tcp.web example", "_http..example", "a\0b"])
  func whatIsNoNameIsNotAskedFor(name: String) {
    let error = failure(name: name) { _ in nil }
    guard case .unusable? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }
}

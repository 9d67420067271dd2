import CSystem
import Curl
import GateCore
import Glibc
import Testing

@testable import CurlHTTP

/// What the system refuses the loop is never an instance's failure, and nothing waits for it in vain.
@Suite(.serialized) struct LoopFaultTests {
  /// What is put in the place of an epoll is no poller.
  private static let hasEpoll = String(cString: hg_poller_kind()) == "epoll"

  private static func epolls() -> Set<Int32> {
    Set(
      (0..<256).filter { descriptor in
        var text = [CChar](repeating: 0, count: 64)
        let length = readlink("/proc/self/fd/\(descriptor)", &text, 63)
        let name = text.prefix(max(length, 0)).map { UInt8(bitPattern: $0) }
        return String(decoding: name, as: UTF8.self) == "anon_inode:[eventpoll]"
      })
  }

  /// A checker, and what puts something else in the place of its epoll.
  private static func breakable(
    _ instance: Instance
  ) throws -> (probing: Probing, breakIt: () -> Bool) {
    let before = epolls()
    let probing = try Probing(.sample(timeout: .seconds(60)), [instance])
    let own = epolls().subtracting(before)
    var event = hg_event()
    try #require(hg_event_open(&event) == 0)
    return (probing, { own.count == 1 && own.allSatisfy { dup2(event.reader, $0) >= 0 } })
  }

  private static func answering() throws -> RawPeer {
    try RawPeer { connection in
      let head = connection.readHead()
      connection.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
      return head
    }
  }

  @Test(.enabled(if: hasEpoll, "it is built without epoll"))
  func aConnectionThatIsNotWatchedIsALostCheck() async {
    await #expect(processExitsWith: .success) {
      let web = try Self.answering()
      let instance = Instance(id: "web-1", address: "127.0.0.1", port: web.port)
      var (probing, breakIt) = try Self.breakable(instance)
      #expect(probing.checkAll() == [.success(200)])
      #expect(breakIt())
      #expect(
        probing.checkAll() == [.fault("cannot watch a connection: invalid argument")])
    }
  }

  @Test(.enabled(if: hasEpoll, "it is built without epoll"))
  func aWaitThatTheSystemRefusesLosesTheChecksUnderWay() async {
    await #expect(processExitsWith: .success) {
      let silent = try RawPeer { connection in
        let head = connection.readHead()
        connection.hold()
        return head
      }
      let instance = Instance(id: "web-1", address: "127.0.0.1", port: silent.port)
      var (probing, breakIt) = try Self.breakable(instance)
      probing.start(0)
      probing.wait(.milliseconds(100))
      #expect(probing.happenings.isEmpty)
      #expect(breakIt())
      let isOver = probing.wait(forTotal: 1)
      #expect(isOver)
      guard case .fault(let detail) = Outcome(probing.happenings.last?.event) else {
        Issue.record("it is held against the instance: \(probing.happenings)")
        return
      }
      #expect(detail.hasSuffix(": invalid argument"))
    }
  }

  @Test func aLoopThatCannotBeWokenIsNone() throws {
    let checker = try CurlChecker([.sample()], signals: -1)
    for descriptor in [-1, 1 << 20] {
      let event = hg_event(reader: Int32(descriptor), writer: Int32(descriptor))
      #expect(throws: CurlFailure.self) { try checker.wake(on: event) }
    }
    #expect(throws: CurlFailure.self) { try CurlChecker([.sample()], signals: 1 << 20) }
  }

  /// libcurl keeps the connection, and closes it when nobody has the handle any more.
  @Test func aConnectionThatIsKeptOutlivesItsHandle() throws {
    let web = try Self.answering()
    let keeping = try RawPeer { connection in
      let head = connection.readHead()
      connection.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
      connection.hold()
      return head
    }
    func instance(_ peer: RawPeer) -> Instance {
      Instance(id: "web", address: "127.0.0.1", port: peer.port)
    }
    func use() throws {
      let asker = try SingleAsker()
      let opened = asker.ask(.check(on: .opened), .sample(), of: instance(keeping))
      #expect(opened.end == .answered)
      #expect(openConnections(to: keeping.port) == 1)
      #expect(asker.ask(.check(on: .own), .sample(), of: instance(web)).end == .answered)
    }
    try use()
    #expect(openConnections(to: keeping.port) == 0)
  }

  /// Each socket that libcurl has open owns what it reports to, and lets go of it once.
  @Test func aResponseIsOwnedByItsSockets() throws {
    let keeping = try RawPeer { connection in
      let head = connection.readHead()
      connection.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
      connection.hold()
      return head
    }
    let runner = try TransferRunner()
    let plan = RequestTemplate.sample()
    let transfer = try runner.make(plan)
    try transfer.handle.set(.forbidReuse, 0)
    let instance = Instance(id: "web", address: "127.0.0.1", port: keeping.port)
    try transfer.aim(at: Place(instance, plan), headers: nil, mappings: nil)
    #expect(transfer.handle.response.pointee.owners == 1)
    try runner.begin(transfer, looking: [])
    var isOver = false
    for _ in 0..<2000 where !isOver {
      runner.runTimer(at: hg_monotonic_us())
      _ = runner.loop.serve(waitingAtMost: 10_000) {}
      while runner.nextEnd({ _ in plan.way }) != nil { isOver = true }
    }
    #expect(isOver)
    runner.drop(transfer)
    #expect(transfer.handle.response.pointee.owners == 2)
  }
}

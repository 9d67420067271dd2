import Glibc
import HostileReplies
import Testing

@testable import DemoFleet

/// Each in a process of its own, whose limits and signals are nobody else's.
@Suite struct LimitsTests {
  @Test func aPeerThatIsGoneEndsItsConnectionAndNotTheProcess() async {
    await #expect(processExitsWith: .success) {
      signal(SIGPIPE, SIG_DFL)
      var ends: [CInt] = [-1, -1]
      socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends)
      close(ends[1])
      var closed = 0
      let instance = DemoInstance(id: "web-1", address: "", port: 0, behaviour: .healthy())
      let connection = Connection(
        ends[0], of: instance, reply: Reply([.send([1])], then: .hold), on: EventLoop()
      ) { _ in closed += 1 }
      connection.begin()
      #expect(closed == 1)
    }
  }

  @Test func aPeerThatDoesNotReadCostsNoMemory() async {
    await #expect(processExitsWith: .success) {
      try await DemoFleet.serving([.always(.endlessBody()), .healthy()]) { fleet in
        let connections = (0..<4).map { _ in fleet.instances[0].client.open() }
        let areServed = try await eventually { fleet.instances[0].observed.requests == 4 }
        #expect(areServed)
        #expect(fleet.instances[1].client.exchange().end == .closed)
        let before = residentMebibytes()
        // Each takes some turns of the loop, and in each turn there would be a piece for each peer.
        for _ in 0..<500 { _ = fleet.instances[1].client.exchange() }
        #expect(residentMebibytes() - before < 20)
        for connection in connections { close(connection) }
      }
    }
  }

  @Test func attemptsWaitForDescriptorsAndTheLoopDoesNotSpin() async {
    await #expect(processExitsWith: .success) {
      try await DemoFleet.serving([.always(.hang)]) { fleet in
        let (client, instance) = (fleet.instances[0].client, fleet.instances[0])
        let sockets = (0..<20).map { _ in client.makeSocket() }
        let taken = takeAllDescriptors(but: 0)
        for socket in sockets { #expect(client.connect(socket, by: .now + .seconds(60)) == nil) }
        let before = clock()
        #expect(!client.wait(sockets[19], for: POLLIN, until: .now + .seconds(1)))
        #expect(clock() - before < CLOCKS_PER_SEC / 20)
        // Whatever else the process runs may have closed one or two.
        #expect(instance.observed.connections < 10)
        for descriptor in taken { close(descriptor) }
        let areAccepted = try await eventually { instance.observed.connections == 20 }
        #expect(areAccepted)
      }
    }
  }

  /// So many that what else the process opens and closes makes no difference: with 39 and one or
  /// two more, all instances have a socket, and the loop has none.
  @Test(arguments: [20, 39]) func aFleetThatCannotStartSaysWhyAndKeepsNothing(left: Int) async {
    await #expect(processExitsWith: .success) { [left] in
      let taken = takeAllDescriptors(but: left)
      let error = #expect(throws: LoopbackError.self) {
        _ = try DemoFleet.start((0..<40).map { _ in .healthy() })
      }
      let stillLeft = takeAllDescriptors(but: 0)
      for descriptor in taken + stillLeft { close(descriptor) }
      #expect(stillLeft.count > left - 5)
      let words = try #require(error).description
      #expect(words.contains("Too many open files; each instance"))
    }
  }
}

internal import Glibc
internal import NIOCore
internal import NIOPosix

/// A group of loopback instances that misbehave on demand.
///
/// Each has an address of its own in 127.0.0.0/16 and all share one port, as a real group does.
/// One thread serves them all; every socket listens on loopback only.
package struct DemoFleet: Sendable {
  package let instances: [DemoInstance]
  package let port: Int

  /// What lets the behaviours' time pass.
  package enum Time: Sendable {
    case runs
    /// It stands at zero, until `advance(to:)`.
    case standsStill
  }

  private let threads: MultiThreadedEventLoopGroup
  private let servers: NIOLoopBound<[InstanceServer]>

  /// Binds every instance's address; the clock of the behaviours starts when this returns.
  ///
  /// - Parameters:
  ///   - behaviours: One an instance; they are called `web-1`, `web-2`, ….
  ///   - network: The x of 127.0.x.1, the first address.
  ///   - port: 0 chooses one that is free on all the addresses.
  ///   - time: Whether it passes by itself.
  /// - Returns: The fleet, every instance of it in its first stance.
  /// - Throws: `LoopbackError` when the port is taken or no descriptors are left.
  package static func start(
    _ behaviours: [InstanceBehaviour], network: Int = 10, port: Int = 0, time: Time = .runs
  ) async throws -> DemoFleet {
    let addresses = behaviours.indices.map { LoopbackEndpoint.address($0, network: network) }
    let reservation = try PortReservation(
      addresses: addresses, sockets: behaviours.map(\.socketsNeeded), port: port)
    let instances = zip(addresses, behaviours).enumerated().map { index, pair in
      DemoInstance(
        id: "web-\(index + 1)", address: pair.0, port: reservation.port, behaviour: pair.1)
    }
    let threads = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let loop = threads.next()
    let servers = try await loop.submit {
      NIOLoopBound(
        zip(instances, reservation.sockets).map { InstanceServer($0, sockets: $1, on: loop) },
        eventLoop: loop)
    }.get()
    let fleet = DemoFleet(
      instances: instances, port: reservation.port, threads: threads, servers: servers)
    do {
      try await fleet.advance(to: .zero)
      if time == .runs { try await fleet.startClock() }
    } catch {
      await fleet.stop()
      throw error
    }
    return fleet
  }

  /// What event loops open, and a connection or two.
  private static let loopDescriptors = 8

  /// Sees to it that a fleet would find its descriptors: without them its event loops do not fail, they trap.
  ///
  /// - Throws: `LoopbackError` when there are too few.
  package static func checkDescriptors(for behaviours: [InstanceBehaviour]) throws(LoopbackError) {
    let count = behaviours.map(\.socketsNeeded).reduce(loopDescriptors, +)
    var copies: [CInt] = []
    defer { for copy in copies { close(copy) } }
    for _ in 0..<count {
      let copy = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0)
      guard copy >= 0 else {
        throw LoopbackEndpoint(address: "127.0.0.1", port: 0).failure("serve \(count) sockets at")
      }
      copies.append(copy)
    }
  }

  /// Starts a fleet for as long as `body` runs.
  package static func serving<Value: Sendable>(
    _ behaviours: [InstanceBehaviour], network: Int = 10, port: Int = 0, time: Time = .runs,
    _ body: (DemoFleet) async throws -> Value
  ) async throws -> Value {
    let fleet = try await start(behaviours, network: network, port: port, time: time)
    do {
      let value = try await body(fleet)
      await fleet.stop()
      return value
    } catch {
      await fleet.stop()
      throw error
    }
  }

  /// As the setting `instances` wants it: `web-1=127.0.10.1:PORT,…`.
  package var instanceList: String {
    instances.map { "\($0.id)=\($0.address):\($0.port)" }.joined(separator: ",")
  }

  /// Ends everything: when it returns, all sockets are closed.
  ///
  /// To be called once.
  package func stop() async {
    _ = try? await threads.next().submit { [servers] in
      for server in servers.value { server.stop() }
    }.get()
    try? await threads.shutdownGracefully()
  }

  /// Lets every instance enter the phases that start by then, when time stands still.
  ///
  /// - Throws: `LoopbackError` or `IOError` when an instance that boots cannot listen.
  package func advance(to moment: Duration) async throws {
    let loop = threads.next()
    try await loop.flatSubmit { [servers] in
      EventLoopFuture.andAllSucceed(servers.value.map { $0.advance(to: moment) }, on: loop)
    }.get()
  }

  private func startClock() async throws {
    try await threads.next().submit { [servers] in
      for server in servers.value { server.startClock() }
    }.get()
  }
}

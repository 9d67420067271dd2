internal import LibC

/// A group of loopback instances that misbehave on demand.
///
/// Each has an address in 127.0.0.0/16, and all share one port, as in a real group. One thread
/// serves them all; every socket listens only on loopback.
package struct DemoFleet: Sendable {
  package let instances: [DemoInstance]
  package let port: Int

  private let thread: ServingThread

  /// Binds every instance's address; the clock of the behaviors stands at zero until `startClock`.
  ///
  /// - Parameters: - behaviours: One for each instance; the instances are called `web-1`, `web-2`,
  ///   …. - network: The x of 127.0.x.1, the first address. - port: 0 chooses one that is free on
  ///   all the addresses.
  /// - Returns: The fleet, with every instance in its first stance.
  /// - Throws: `LoopbackError` if the port is taken or no descriptors are left.
  package static func start(
    _ behaviours: [InstanceBehaviour], network: Int = 10, port: Int = 0
  ) throws -> DemoFleet {
    let addresses = behaviours.indices.map { LoopbackEndpoint.address($0, network: network) }
    let reservation = try PortReservation(
      addresses: addresses, sockets: behaviours.map(\.socketsNeeded), port: port)
    let instances = zip(addresses, behaviours).enumerated().map { index, pair in
      DemoInstance(
        id: "web-\(index + 1)", address: pair.0, port: reservation.port, behaviour: pair.1)
    }
    let thread: ServingThread
    do {
      thread = try ServingThread(instances, sockets: reservation.sockets)
    } catch {
      reservation.cancel()
      throw error
    }
    let fleet = DemoFleet(instances: instances, port: reservation.port, thread: thread)
    do {
      try fleet.advance(to: .zero)
    } catch {
      fleet.stop()
      throw error
    }
    return fleet
  }

  /// Two descriptors that wake the thread, and some for connections.
  private static let furtherDescriptors = 8

  /// Checks that a fleet would have enough descriptors, including some for connections.
  ///
  /// Otherwise it could not serve, and nothing would report that.
  ///
  /// - Throws: `LoopbackError` if there are too few.
  package static func checkDescriptors(for behaviours: [InstanceBehaviour]) throws(LoopbackError) {
    let count = behaviours.map(\.socketsNeeded).reduce(furtherDescriptors, +)
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

  /// The instances in the notation of the setting `instances`: `web-1=127.0.10.1:PORT,…`.
  package var instanceList: String {
    instances.map { "\($0.id)=\($0.address):\($0.port)" }.joined(separator: ",")
  }

  /// Stops the fleet: when this returns, all sockets are closed.
  ///
  /// It must be called exactly once.
  package func stop() {
    try? thread.perform { $0.stop() }
    thread.join()
  }

  /// Lets every instance enter the phases that start by this time, before `startClock`.
  ///
  /// - Throws: `LoopbackError` if an instance that boots cannot listen.
  package func advance(to moment: Duration) throws {
    try thread.perform { try $0.advance(to: moment) }
  }

  /// Lets time pass by itself from now on.
  package func startClock() throws {
    try thread.perform { $0.startClock() }
  }
}

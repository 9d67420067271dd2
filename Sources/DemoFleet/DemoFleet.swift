internal import LibC

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

  private let thread: ServingThread

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
    let thread: ServingThread
    do {
      thread = try ServingThread(instances, sockets: reservation.sockets)
    } catch {
      reservation.cancel()
      throw error
    }
    let fleet = DemoFleet(instances: instances, port: reservation.port, thread: thread)
    do {
      try await fleet.advance(to: .zero)
      if time == .runs { try await fleet.startClock() }
    } catch {
      await fleet.stop()
      throw error
    }
    return fleet
  }

  /// The two by which the thread is woken, and those of some connections.
  private static let furtherDescriptors = 8

  /// Finds out whether a fleet would have its descriptors: without those of connections nobody would
  /// be told that it cannot serve.
  ///
  /// - Throws: `LoopbackError` when there are too few.
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
    try? await thread.perform { $0.stop() }
    thread.join()
  }

  /// Lets every instance enter the phases that start by then, when time stands still.
  ///
  /// - Throws: `LoopbackError` when an instance that boots cannot listen.
  package func advance(to moment: Duration) async throws {
    try await thread.perform { try $0.advance(to: moment) }
  }

  private func startClock() async throws {
    try await thread.perform { $0.startClock() }
  }
}

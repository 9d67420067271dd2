package import DemoFleet

extension DemoFleet {
  /// The clock of the behaviors.
  package enum Time: Sendable {
    case runs
    /// It stays at zero until `advance(to:)`.
    case standsStill
  }

  /// Runs a fleet while `body` runs.
  package static func serving<Value: Sendable>(
    _ behaviours: [InstanceBehaviour], network: Int = 10, port: Int = 0, time: Time = .runs,
    _ body: (DemoFleet) async throws -> Value
  ) async throws -> Value {
    let fleet = try await start(behaviours, network: network, port: port)
    do {
      if time == .runs { try await fleet.startClock() }
      let value = try await body(fleet)
      await fleet.stop()
      return value
    } catch {
      await fleet.stop()
      throw error
    }
  }
}

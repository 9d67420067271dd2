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
    let fleet = try start(behaviours, network: network, port: port)
    do {
      if time == .runs { try fleet.startClock() }
      let value = try await body(fleet)
      fleet.stop()
      return value
    } catch {
      fleet.stop()
      throw error
    }
  }
}

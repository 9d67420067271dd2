internal import Synchronization

/// One loopback instance: where it is, what it does, and what it has seen.
package final class DemoInstance: Sendable {
  package let id: String
  package let address: String
  package let port: Int
  package let behaviour: InstanceBehaviour

  private let log = Mutex(Observations())

  /// What came in since the start of the fleet.
  package struct Observations: Hashable, Sendable {
    package var connections = 0
    /// Whole HTTP requests.
    package var requests = 0
    /// The newest connection's bytes as they came, to the end of the request's head.
    ///
    /// Of what is no HTTP: all; of either no more than 64 KiB.
    package var lastHead: [UInt8] = []
    /// A fault of this machine's, not the behaviour's: why a later phase could not listen.
    package var fault: String?
  }

  init(id: String, address: String, port: Int, behaviour: InstanceBehaviour) {
    self.id = id
    self.address = address
    self.port = port
    self.behaviour = behaviour
  }

  package var observed: Observations { log.withLock { $0 } }

  func note(_ change: (inout Observations) -> Void) { log.withLock { change(&$0) } }
}

internal import Synchronization

/// One loopback instance: its address, its behavior, and its observations.
package final class DemoInstance: Sendable {
  package let id: String
  package let address: String
  package let port: Int
  package let behaviour: InstanceBehaviour

  private let log = Mutex(Observations())

  /// What it received since the start of the fleet.
  package struct Observations: Hashable, Sendable {
    package var connections = 0
    /// The number of complete HTTP requests.
    package var requests = 0
    /// The bytes of the newest connection up to the end of the request's head, at most 64 KiB.
    ///
    /// If they are not HTTP, all bytes are kept up to that limit.
    package var lastHead: [UInt8] = []
    /// An error of this machine: why a later phase could not listen; nil if there was none.
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

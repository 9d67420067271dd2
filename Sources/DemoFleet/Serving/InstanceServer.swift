internal import Glibc
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix

/// One instance's sockets and where it is in its phases; confined to the fleet's event loop.
final class InstanceServer {
  private let instance: DemoInstance
  private let loop: any EventLoop
  /// Bound, not listening yet; the next one first.
  private var sockets: ArraySlice<CInt>
  private var listener: (any Channel)?
  private var fullQueue: FullQueue?
  private var connections: [ObjectIdentifier: any Channel] = [:]
  private var phasesToCome: ArraySlice<InstanceBehaviour.Phase>
  private var replies: Replies?
  private var checks = 0

  init(_ instance: DemoInstance, sockets: [CInt], on loop: any EventLoop) {
    self.instance = instance
    self.sockets = sockets[...]
    phasesToCome = instance.behaviour.phases[...]
    self.loop = loop
  }

  /// Enters every phase that starts by then; done when the last of them stands.
  func advance(to time: Duration) -> EventLoopFuture<Void> {
    var entered: [EventLoopFuture<Void>] = []
    while let phase = phasesToCome.first, phase.start <= time {
      phasesToCome.removeFirst()
      entered.append(take(phase.stance))
    }
    return EventLoopFuture.andAllSucceed(entered, on: loop)
  }

  /// Lets time pass from now on.
  func startClock() {
    for phase in phasesToCome {
      loop.assumeIsolated().scheduleTask(in: TimeAmount(phase.start)) {
        self.advance(to: phase.start).assumeIsolated().whenFailure { error in
          self.instance.note { $0.fault = "\(error)" }
        }
      }
    }
  }

  /// Closes everything that is open, and gives back the port.
  func stop() {
    die()
    for socket in sockets { close(socket) }
    sockets = []
  }

  // MARK: - Stances

  private func take(_ stance: InstanceBehaviour.Stance) -> EventLoopFuture<Void> {
    switch stance {
    case .refuse:
      die()
      return loop.makeSucceededVoidFuture()
    case .drop: return loop.makeCompletedFuture(withResultOf: drop)
    case .accept(let replies):
      fullQueue = nil
      self.replies = replies
      checks = 0
      return listener == nil ? listen() : loop.makeSucceededVoidFuture()
    }
  }

  private func die() {
    listener?.close(promise: nil)
    listener = nil
    fullQueue = nil
    for connection in connections.values { connection.reset() }
  }

  private func drop() throws {
    guard fullQueue == nil, let socket = sockets.popFirst() else { return }
    die()
    let endpoint = LoopbackEndpoint(address: instance.address, port: instance.port)
    fullQueue = try FullQueue(filling: socket, at: endpoint)
  }

  private func listen() -> EventLoopFuture<Void> {
    guard let socket = sockets.popFirst() else { return loop.makeSucceededVoidFuture() }
    let server = NIOLoopBound(self, eventLoop: loop)
    return ServerBootstrap(group: loop)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture { try server.value.accept(channel) }
      }
      .withBoundSocket(socket)
      .assumeIsolated()
      .map { self.listener = $0 }
      .nonisolated()
  }

  // MARK: - Connections

  private func accept(_ channel: any Channel) throws {
    guard let replies else { return }
    let reply = replies[checks]
    checks += 1
    instance.note {
      $0.connections += 1
      $0.lastHead = []
    }
    connections[ObjectIdentifier(channel)] = channel
    channel.closeFuture.assumeIsolated().whenComplete { _ in
      self.connections[ObjectIdentifier(channel)] = nil
    }
    try channel.pipeline.syncOperations.addHandlers(
      RequestRecorder(of: instance),
      ByteToMessageHandler(HTTPRequestDecoder(leftOverBytesStrategy: .dropBytes)),
      ConnectionHandler(of: instance, reply: reply))
  }
}

internal import LibC

/// The sockets of one instance, and its current phase; used only on the fleet's thread.
final class InstanceServer: DescriptorOwner {
  private let instance: DemoInstance
  private let loop: EventLoop
  /// Sockets that are bound but do not listen yet, the next one first.
  private var sockets: ArraySlice<CInt>
  private var listener: CInt?
  private var fullQueue: FullQueue?
  private var connections: [ObjectIdentifier: Connection] = [:]
  private var phasesToCome: ArraySlice<InstanceBehaviour.Phase>
  private var replies: Replies?
  private var checks = 0

  init(_ instance: DemoInstance, sockets: [CInt], on loop: EventLoop) {
    self.instance = instance
    self.sockets = sockets[...]
    phasesToCome = instance.behaviour.phases[...]
    self.loop = loop
  }

  /// Enters every phase that starts by this time.
  func advance(to time: Duration) throws(LoopbackError) {
    while let phase = phasesToCome.first, phase.start <= time {
      phasesToCome.removeFirst()
      try take(phase.stance)
    }
  }

  /// Starts the clock of the behaviors.
  func startClock() {
    for phase in phasesToCome {
      loop.after(phase.start) {
        do throws(LoopbackError) {
          try self.advance(to: phase.start)
        } catch {
          self.instance.note { $0.fault = "\(error)" }
        }
      }
    }
  }

  /// Closes everything that is open, and releases the port.
  func stop() {
    die()
    for socket in sockets { close(socket) }
    sockets = []
  }

  // MARK: - Stances

  private var endpoint: LoopbackEndpoint {
    LoopbackEndpoint(address: instance.address, port: instance.port)
  }

  private func take(_ stance: InstanceBehaviour.Stance) throws(LoopbackError) {
    switch stance {
    case .refuse: die()
    case .drop: try drop()
    case .accept(let replies):
      fullQueue = nil
      self.replies = replies
      checks = 0
      if listener == nil { try listen() }
    }
  }

  private func die() {
    if let listener {
      loop.forget(listener)
      close(listener)
    }
    listener = nil
    fullQueue = nil
    for connection in connections.values { connection.reset() }
  }

  private func drop() throws(LoopbackError) {
    guard fullQueue == nil, let socket = sockets.popFirst() else { return }
    die()
    fullQueue = try FullQueue(filling: socket, at: endpoint)
  }

  private func listen() throws(LoopbackError) {
    guard let socket = sockets.popFirst() else { return }
    guard LibC.listen(socket, SOMAXCONN) == 0 else {
      let error = endpoint.failure("listen on")
      close(socket)
      throw error
    }
    listener = socket
    loop.watch(socket, for: self)
  }

  // MARK: - Connections

  /// Accepts one connection per turn of the loop, so that other instances get theirs.
  func descriptorIsReady() {
    guard let listener, let replies else { return }
    let socket = accept(listener, nil, nil)
    guard socket >= 0 else {
      if [EMFILE, ENFILE, ENOBUFS, ENOMEM].contains(errno) { rest() }
      return
    }
    _ = fcntl(socket, F_SETFD, FD_CLOEXEC)
    instance.note {
      $0.connections += 1
      $0.lastHead = []
    }
    checks += 1
    serve(socket, replies[checks - 1])
  }

  /// Leaves attempts in the queue for a while, until there are descriptors again.
  ///
  /// Otherwise each turn of the loop would find them there.
  private func rest() {
    guard let listener else { return }
    loop.forget(listener)
    loop.after(.milliseconds(50)) {
      if let listener = self.listener { self.loop.watch(listener, for: self) }
    }
  }

  private func serve(_ socket: CInt, _ reply: Reply) {
    let connection = Connection(socket, of: instance, reply: reply, on: loop) {
      self.connections[ObjectIdentifier($0)] = nil
    }
    connections[ObjectIdentifier(connection)] = connection
    connection.begin()
  }
}

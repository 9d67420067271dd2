internal import LibC

/// Performs one reply's steps on one connection.
final class Connection: DescriptorOwner {
  private let socket: CInt
  private let instance: DemoInstance
  private let loop: EventLoop
  private let whenClosed: (Connection) -> Void
  private let end: Reply.End
  /// The remaining steps, the next one last.
  private var steps: [Reply.Step]
  private var reader = RequestReader()
  /// Bytes that are not written yet; no more are added than the peer has room for, to bound memory.
  private var unsent: ArraySlice<UInt8> = []
  private var waits = Wait.forNothing

  /// What must happen before the next step.
  private enum Wait {
    case forNothing
    case forRequest
    case forRoom
    case forTime
    /// All steps are done.
    case forPeersEnd
    case isClosed
  }

  /// Takes ownership of a connected socket.
  init(
    _ socket: CInt, of instance: DemoInstance, reply: Reply, on loop: EventLoop,
    whenClosed: @escaping (Connection) -> Void
  ) {
    self.socket = socket
    self.instance = instance
    self.loop = loop
    self.whenClosed = whenClosed
    end = reply.end
    steps = reply.steps.reversed()
  }

  func begin() {
    // What a step sends must be a packet of its own, at its time.
    var on: CInt = 1
    setsockopt(socket, CInt(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<CInt>.size))
    loop.watch(socket, for: self)
    goOn()
  }

  /// Closes with a reset (RST), so that sent bytes that were not read yet are lost too.
  func reset() {
    guard waits != .isClosed else { return }
    var option = linger(l_onoff: 1, l_linger: 0)
    setsockopt(socket, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
    close()
  }

  func descriptorIsReady() {
    if waits == .forRoom { sendRest() }
    if waits != .isClosed { receive() }
  }

  // MARK: - Steps

  /// Performs steps until one has to wait.
  private func goOn() {
    waits = .forNothing
    while waits == .forNothing {
      if let step = steps.popLast() { take(step) } else { finish() }
    }
  }

  /// Performs a step, or its beginning, and makes its remainder the next step.
  private func take(_ step: Reply.Step) {
    switch step {
    case .awaitRequest: if !reader.request.isDone { waits = .forRequest }
    case .wait(let delay): pause(delay)
    case .send(let bytes): send(bytes)
    case .fill(let bytes, let times, let pace):
      guard times != 0 else { return }
      // Without a pace, only one piece is sent per turn of the loop, so that other connections get
      // theirs.
      steps += [.fill(bytes, times: times.map { $0 - 1 }, every: pace), .wait(pace ?? .zero)]
      send(bytes)
    case .answer(let answer): send(response(of: answer))
    }
  }

  private func finish() {
    switch end {
    case .close: close()
    case .reset: reset()
    case .hold: waits = .forPeersEnd
    }
  }

  private func response(of answer: Reply.Answer) -> [UInt8] {
    switch reader.request {
    case .whole(let head), .headOnly(let head):
      let response = answer.response(to: head)
      return head.method == "HEAD" ? response.head : response.bytes
    case .none, .malformed: return Reply.Response.badRequest.bytes
    }
  }

  private func pause(_ delay: Duration) {
    waits = .forTime
    loop.after(delay) { [weak self] in
      if let self, waits == .forTime { goOn() }
    }
  }

  // MARK: - The socket

  /// Neither blocks, nor raises a signal if the peer is gone.
  private static let flags = CInt(MSG_DONTWAIT | MSG_NOSIGNAL)

  private func send(_ bytes: [UInt8]) {
    unsent = bytes[...]
    write()
  }

  private func sendRest() {
    write()
    guard unsent.isEmpty, waits == .forRoom else { return }
    loop.watch(socket, for: self)
    goOn()
  }

  /// Writes as much as there is room for.
  private func write() {
    while !unsent.isEmpty {
      let count = unsent.withUnsafeBytes {
        LibC.send(socket, $0.baseAddress, $0.count, Self.flags)
      }
      guard count >= 0 else { return isForLater(errno) ? waitForRoom() : close() }
      unsent = unsent.dropFirst(count)
    }
  }

  private func waitForRoom() {
    waits = .forRoom
    loop.watch(socket, for: self, room: true)
  }

  /// Reads during every step: bytes after the request are dropped, and the peer's end is noticed.
  private func receive() {
    var received = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: 1 << 16) { buffer, count in
      received = recv(socket, buffer.baseAddress, buffer.count, Self.flags)
      count = max(received, 0)
    }
    switch received {
    case 0: close()
    case ..<0: if !isForLater(errno) { close() }
    default: read(bytes)
    }
  }

  private func read(_ bytes: [UInt8]) {
    let (known, wasWhole) = (reader.firstBytes.count, reader.request.isWhole)
    reader.read(bytes)
    let (first, isNew) = (reader.firstBytes, reader.request.isWhole && !wasWhole)
    instance.note {
      if first.count > known { $0.lastHead = first }
      if isNew { $0.requests += 1 }
    }
    if waits == .forRequest, reader.request.isDone { goOn() }
  }

  private func isForLater(_ code: CInt) -> Bool { [EAGAIN, EWOULDBLOCK, EINTR].contains(code) }

  private func close() {
    waits = .isClosed
    (steps, unsent) = ([], [])
    loop.forget(socket)
    LibC.close(socket)
    whenClosed(self)
  }
}

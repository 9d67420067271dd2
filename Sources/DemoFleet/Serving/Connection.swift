internal import LibC

/// Plays one reply's steps to one connection.
final class Connection: DescriptorOwner {
  private let socket: CInt
  private let instance: DemoInstance
  private let loop: EventLoop
  private let whenClosed: (Connection) -> Void
  private let end: Reply.End
  /// The next one last.
  private var steps: [Reply.Step]
  private var reader = RequestReader()
  /// No more is taken on than the peer's window has room for, so that memory stays bounded.
  private var unsent: ArraySlice<UInt8> = []
  private var waits = Wait.forNothing

  /// What has to come before the next step.
  private enum Wait {
    case forNothing
    case forRequest
    case forRoom
    case forTime
    /// All steps are done.
    case forPeersEnd
    case isClosed
  }

  /// Takes over a connected socket.
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
    // Every byte of a trickle is its own packet, at its time.
    var on: CInt = 1
    setsockopt(socket, CInt(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<CInt>.size))
    loop.watch(socket, for: self)
    goOn()
  }

  /// Closes with a reset (RST): what was sent and is not yet read is lost, too.
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

  /// Takes one step after the other, until one has to wait.
  private func goOn() {
    waits = .forNothing
    while waits == .forNothing {
      if let step = steps.popLast() { take(step) } else { finish() }
    }
  }

  /// Does a step, or its beginning, and leaves the rest of it to be the next.
  private func take(_ step: Reply.Step) {
    switch step {
    case .awaitRequest: if !reader.request.isDone { waits = .forRequest }
    case .wait(let delay): pause(delay)
    case .send(let bytes): send(bytes)
    case .trickle(let bytes, let pace):
      guard let byte = bytes.first else { return }
      steps += [.trickle(Array(bytes.dropFirst()), every: pace), .wait(pace)]
      send([byte])
    case .fill(let bytes, let times, let pace):
      guard times != 0 else { return }
      // Even without a pace one piece a turn of the loop: other connections have theirs.
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

  /// Neither waits, nor gets a signal from a peer that is gone.
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

  /// Writes what there is room for.
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

  /// Reads on in every step: what a request is followed by is dropped, and its end is seen.
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

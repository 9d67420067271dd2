internal import LibC

/// A listener whose accept queue is full, so that the kernel drops every further attempt.
///
/// It needs no firewall and no privilege: a queue of one is filled by a connection of our own.
struct FullQueue: ~Copyable {
  private let listener: CInt
  private let fillers: [CInt]

  /// Takes over a bound socket.
  ///
  /// - Throws: `LoopbackError` when the socket cannot listen.
  init(filling listener: CInt, at endpoint: LoopbackEndpoint) throws(LoopbackError) {
    self.listener = listener
    guard listen(listener, 0) == 0 else {
      fillers = []
      throw endpoint.failure("listen on")
    }
    let first = endpoint.beginConnecting()
    // Only when it stands in the queue is the next one surely dropped.
    var event = pollfd(fd: listener, events: Int16(POLLIN), revents: 0)
    poll(&event, 1, 1000)
    fillers = [first]
  }

  deinit {
    for descriptor in fillers + [listener] { close(descriptor) }
  }
}

internal import LibC

/// A listener whose accept queue is full, so that the kernel drops every further attempt.
///
/// It needs no firewall and no privilege: our own connection fills a queue of one.
struct FullQueue: ~Copyable {
  private let listener: CInt
  private let fillers: [CInt]

  /// Takes ownership of a bound socket.
  ///
  /// - Throws: `LoopbackError` if the socket cannot listen.
  init(filling listener: CInt, at endpoint: LoopbackEndpoint) throws(LoopbackError) {
    self.listener = listener
    guard listen(listener, 0) == 0 else {
      fillers = []
      throw endpoint.failure("listen on")
    }
    let first = endpoint.beginConnecting()
    // The next attempt is certain to be dropped only after this one is in the queue.
    var event = pollfd(fd: listener, events: Int16(POLLIN), revents: 0)
    poll(&event, 1, 1000)
    fillers = [first]
  }

  deinit {
    for descriptor in fillers + [listener] { close(descriptor) }
  }
}

internal import LibC

/// All the sockets on which a fleet will ever listen, bound before it starts.
///
/// So no other program can take the port of an instance that has not booted yet.
struct PortReservation {
  private(set) var port: Int
  /// The sockets of each instance, as many as it needs.
  private(set) var sockets: [[CInt]] = []

  /// Binds one port on every address; port 0 chooses one that is free on all of them.
  ///
  /// - Throws: `LoopbackError` if the port is taken, or no descriptors are left.
  init(addresses: [String], sockets counts: [Int], port: Int) throws(LoopbackError) {
    var attemptsLeft = port == 0 ? 20 : 1
    while true {
      attemptsLeft -= 1
      do {
        self = try Self(binding: addresses, sockets: counts, port: port)
        return
      } catch  where error.code == EADDRINUSE && attemptsLeft > 0 {
        continue  // the port that the first address had free, another had not
      }
    }
  }

  private init(
    binding addresses: [String], sockets counts: [Int], port wanted: Int
  ) throws(LoopbackError) {
    port = wanted
    do {
      for (address, count) in zip(addresses, counts) {
        sockets.append([])
        for _ in 0..<count {
          let socket = try LoopbackEndpoint(address: address, port: port).bindSocket()
          sockets[sockets.count - 1].append(socket)
          if port == 0 { port = LoopbackEndpoint.port(of: socket) }
        }
      }
    } catch {
      cancel()
      throw error
    }
  }

  /// Closes all sockets, if the fleet does not take ownership of them.
  func cancel() {
    for socket in sockets.joined() { close(socket) }
  }
}

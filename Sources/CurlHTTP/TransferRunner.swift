internal import CSystem
internal import Curl
internal import GateCore
internal import LibC

/// Runs transfers from name resolution to the last byte of a response.
///
/// libcurl runs most of them from beginning to end. The runner does what libcurl cannot: it looks
/// names up first, may send a header on the connection before anything else, and speaks HTTP/2 on a
/// connection that libcurl has made.
final class TransferRunner {
  let loop: TransferLoop
  private(set) var transfers: [Transfer] = []
  /// The transfers that ended outside libcurl, with their ends.
  private var ended: [(transfer: Transfer, end: TransferEnd)] = []
  /// Transfers whose HTTP/2 exchange may have received more data already.
  private var hasMore: [Transfer] = []
  private var resolver: NameResolver?

  /// - Throws: `CurlFailure` if libcurl or the system cannot create a loop.
  init() throws(CurlFailure) {
    loop = try TransferLoop()
  }

  /// Creates a transfer for a plan, or replaces the one at an index.
  ///
  /// - Throws: `CurlFailure` if libcurl refuses a setting.
  func make(
    _ plan: RequestTemplate, lane: Int = 0, at index: Int? = nil
  ) throws(CurlFailure) -> Transfer {
    let transfer = try Transfer(plan, lane: lane, index: index ?? transfers.count)
    guard let index else {
      transfers.append(transfer)
      return transfer
    }
    transfer.generation = transfers[index].generation
    transfers[index] = transfer
    return transfer
  }

  /// Begins a transfer whose instance is set.
  ///
  /// - Throws: `CurlFailure` if libcurl refuses it; then nothing has begun.
  func begin(_ transfer: Transfer, looking names: [Destination]) throws(CurlFailure) {
    guard names.isEmpty else { return try lookUp(names, for: transfer) }
    try connect(transfer)
  }

  /// Abandons a running transfer, or releases one that has ended.
  func drop(_ transfer: Transfer) {
    switch transfer.stage {
    case .idle, .lookingUp: break
    case .opening: if let opener = transfer.opener { loop.remove(opener) }
    case .transferring: loop.remove(transfer.handle)
    case .exchanging:
      if let socket = transfer.handle.openSocket { loop.forget(socket) }
      hasMore.removeAll { $0 === transfer }
      loop.remove(transfer.handle)
      transfer.exchange = nil
    }
    if !ended.isEmpty { ended.removeAll { $0.transfer === transfer } }
    if transfer.opener != nil { transfer.handle.dropGivenConnection() }
    transfer.stage = .idle
  }

  /// When `runTimer` must be called at the latest: 0 (at once) if there is work already.
  var nextMoment: Int64? { hasMore.isEmpty && ended.isEmpty ? loop.nextMoment : 0 }

  /// Performs the work that is due by now.
  func runTimer(at now: Int64) {
    loop.runTimer(at: now)
    guard !hasMore.isEmpty else { return }
    let transfers = hasMore
    hasMore = []
    for transfer in transfers { serve(transfer) }
  }

  /// The next transfer that has ended, and how; nil if there is none.
  func nextEnd(_ way: (Transfer) -> CheckWay) -> (transfer: Transfer, end: TransferEnd)? {
    endWhatIsLost()
    if !ended.isEmpty { return ended.removeFirst() }
    while let done = loop.nextDone() {
      precondition(transfers.indices.contains(done.tag), "a handle of nobody's")
      let transfer = transfers[done.tag]
      if transfer.stage == .opening, let opener = transfer.opener {
        guard let end = goOn(transfer, from: opener, done.result, way(transfer)) else { continue }
        return (transfer, end)
      }
      if transfer.usesHTTP2, done.result == .ok {
        exchange(transfer)
        if !ended.isEmpty { return ended.removeFirst() }
        continue
      }
      return (transfer, TransferEnd(done.result, of: transfer.handle, way(transfer)))
    }
    return nil
  }

  /// Ends the transfers that an error of the loop affects, as lost: it is never an instance's
  /// failure.
  private func endWhatIsLost() {
    for fault in loop.takeFaults() {
      let concerned =
        if let tag = fault.tag { [transfers[tag]] } else {
          transfers.filter { $0.current?.group == fault.group }
        }
      for transfer in concerned where transfer.current != nil {
        end(transfer, .fault(said: fault.failure.description))
      }
    }
  }

  /// The end of a transfer at its timeout, by how far it had come.
  func timedOut(_ transfer: Transfer, after timeout: Duration, _ way: CheckWay) -> TransferEnd {
    guard let handle = transfer.current else {
      // Nothing was sent to the instance yet: its name, or the proxy's, is still being looked up.
      return .fault("the name server: no answer within \(timeout.inWords)", .nameServer)
    }
    return .timedOut(handle, after: timeout, way)
  }

  // MARK: - Names

  private func lookUp(_ names: [Destination], for transfer: Transfer) throws(CurlFailure) {
    let resolver: NameResolver
    if let own = self.resolver { resolver = own } else { resolver = try makeResolver() }
    let started = hg_monotonic_us()
    let generation = transfer.generation
    transfer.stage = .lookingUp
    transfer.names = names.count
    transfer.addresses = []
    for name in names {
      resolver.lookUp(name.host) { [unowned self] outcome in
        guard transfer.stage == .lookingUp, transfer.generation == generation else { return }
        take(outcome, of: name, for: transfer, from: started)
      }
    }
  }

  private func makeResolver() throws(CurlFailure) -> NameResolver {
    let resolver = try NameResolver()
    try loop.onReadable(resolver.event) { [unowned resolver] in resolver.takeDone() }
    self.resolver = resolver
    return resolver
  }

  private func take(
    _ outcome: NameResolver.Outcome, of name: Destination, for transfer: Transfer,
    from started: Int64
  ) {
    switch outcome {
    case .failed(let words):
      end(transfer, .fault("the name server: \(words)", .nameServer))
    case .addresses(let addresses):
      transfer.addresses.append("+\(name.host):\(name.port):\(addresses)")
      transfer.names -= 1
      guard transfer.names == 0 else { return }
      transfer.lookupMicroseconds = hg_monotonic_us() - started
      transfer.earlierMicroseconds = hg_monotonic_us() - started
      transfer.stage = .idle
      do throws(CurlFailure) {
        try transfer.useAddresses()
        try connect(transfer)
      } catch {
        end(transfer, .fault(said: error.description))
      }
    }
  }

  private func end(_ transfer: Transfer, _ end: TransferEnd) {
    if transfer.stage == .lookingUp { transfer.stage = .idle }
    ended.append((transfer, end))
  }

  // MARK: - Connections

  private func connect(_ transfer: Transfer) throws(CurlFailure) {
    try loop.add(transfer.opener ?? transfer.handle)
    transfer.stage = transfer.opener == nil ? .transferring : .opening
  }

  /// Sends the PROXY header on the open connection, and passes the connection to libcurl.
  ///
  /// Returns the end of the transfer if this fails; nil if it continues.
  private func goOn(
    _ transfer: Transfer, from opener: EasyHandle, _ result: CurlResult, _ way: CheckWay
  ) -> TransferEnd? {
    guard result == .ok else { return TransferEnd(result, of: opener, way) }
    guard let socket = opener.openSocket else { return .fault("libcurl lost the connection") }
    switch EasyHandle.sendProxyHeader(on: socket) {
    case 0: break
    case EPIPE, ECONNRESET: return .failed(.connectionReset, "closed before the PROXY header")
    case let code:
      return .fault(CurlFailure("cannot send the PROXY header", errno: code).description)
    }
    let copy = hg_duplicate(socket)
    guard copy >= 0 else {
      return .fault(CurlFailure("no socket", errno: errno).description, .noDescriptor)
    }
    transfer.handle.takeOver(copy)
    transfer.openedMicroseconds = transfer.time(.connectTime)
    transfer.earlierMicroseconds += opener[.totalTime]
    do throws(CurlFailure) {
      try loop.leave(socket)
      loop.remove(opener)
      transfer.stage = .idle
      try loop.add(transfer.handle)
      transfer.stage = .transferring
      return nil
    } catch {
      return .fault(said: error.description)
    }
  }

  // MARK: - HTTP/2

  private func exchange(_ transfer: Transfer) {
    guard let request = transfer.request, let socket = transfer.handle.openSocket else {
      return end(transfer, .fault("libcurl lost the connection"))
    }
    do throws(CurlFailure) {
      transfer.exchange = try HTTP2Exchange(
        request.fields, body: request.body, into: transfer.handle, isTLS: transfer.isTLS)
    } catch {
      return end(transfer, .fault(said: error.description))
    }
    transfer.stage = .exchanging
    if watch(transfer, socket) { serve(transfer) }
  }

  /// Watches the connection; false if that failed, which ended the transfer.
  @discardableResult private func watch(_ transfer: Transfer, _ socket: Int32) -> Bool {
    do throws(CurlFailure) {
      try loop.serve(socket, writes: transfer.exchange?.writes ?? false) { [unowned self] in
        serve(transfer)
      }
      return true
    } catch {
      end(transfer, .fault(said: error.description))
      return false
    }
  }

  private func serve(_ transfer: Transfer) {
    guard transfer.stage == .exchanging, let exchange = transfer.exchange, exchange.endedAt == nil
    else { return }
    let wrote = exchange.writes
    let state = exchange.serve(transfer.handle)
    switch state {
    case .hasMore: hasMore.append(transfer)
    case .waits: break
    case .whole, .closed, .reset, .http1, .malformed, .tooLarge, .noHTTP2, .noMemory:
      return end(transfer, TransferEnd(state, of: exchange, transfer.handle))
    }
    if exchange.writes != wrote, let socket = transfer.handle.openSocket {
      watch(transfer, socket)
    }
  }
}

internal import CCurl
internal import CCurlShims
internal import CSystem
internal import LibC

/// libcurl's multi interface over the system's poller, on the one thread that owns it.
///
/// There are as many of libcurl's own loops as it takes (`TransferGroup`), over one poller.
package final class TransferLoop {
  /// The first has room most of the time, and then the others have nothing to do.
  private var groups: [TransferGroup] = []
  private let poller: OpaquePointer
  /// What is watched of each descriptor, by its number.
  ///
  /// Zeroed by the system, page by page as it is used; an array would be looked after at each of
  /// the ten times a check that it is asked.
  private let watched: UnsafeMutableBufferPointer<Watched>

  private struct Watched {
    /// What libcurl wants of it, or one of the two below; 0: nothing.
    var what: UInt8
    /// The place of the group that it is of.
    var group: UInt16
  }

  /// No more descriptors are ever asked for (`hg_raise_descriptor_limit`).
  private static let mostDescriptors = 1 << 20
  /// Of a descriptor that is not libcurl's.
  private static let isReader: UInt8 = 0x80
  /// Of one of which the poller tells when it becomes ready, and not that it still is; beside what
  /// libcurl wants of it.
  private static let tellsOnce: UInt8 = 0x40
  private var ready = [hg_ready](repeating: hg_ready(), count: 256)
  /// Descriptors that are not libcurl's, and what to do when one can be read.
  private var readers: [Int32: () -> Void] = [:]
  /// What the loop could not do: the transfers that it concerns would wait in vain.
  private var faults: [Fault] = []

  package struct Fault {
    package var failure: CurlFailure
    /// The tag of the transfer's handle; nil: all of the group.
    package var tag: Int?
    package var group: Int
  }

  /// - Throws: `CurlFailure` when the system or libcurl gives no loop.
  package init() throws(CurlFailure) {
    try CurlFailure.check(EasyHandle.library)
    guard let table = calloc(Self.mostDescriptors, MemoryLayout<Watched>.stride) else {
      throw CurlFailure(CURLE_OUT_OF_MEMORY)
    }
    guard let poller = hg_poller_new() else {
      let code = errno
      free(table)
      throw CurlFailure("no loop", errno: code)
    }
    self.poller = poller
    watched = UnsafeMutableBufferPointer(
      start: table.bindMemory(to: Watched.self, capacity: Self.mostDescriptors),
      count: Self.mostDescriptors)
    try makeGroup()
  }

  deinit {
    // libcurl may still say what it watches.
    groups = []
    hg_poller_release(poller)
    free(watched.baseAddress)
  }

  private func makeGroup() throws(CurlFailure) {
    groups.append(try TransferGroup(of: self, at: groups.count))
  }

  package func add(_ handle: EasyHandle) throws(CurlFailure) {
    var place = 0
    while place < groups.count, groups[place].isFull { place += 1 }
    if place == groups.count { try makeGroup() }
    try groups[place].add(handle)
  }

  package func remove(_ handle: EasyHandle) {
    groups[handle.group].remove(handle)
  }

  /// Calls `action` whenever the descriptor can be read.
  ///
  /// - Throws: `CurlFailure` when the system does not watch it.
  package func onReadable(_ descriptor: Int32, _ action: @escaping () -> Void) throws(CurlFailure) {
    try read(descriptor, CURL_POLL_IN, known: false, action)
  }

  /// Calls `action` whenever a connection that libcurl has made, and leaves alone, can be read, or
  /// written to as well where that is asked for.
  ///
  /// - Throws: `CurlFailure` when the system does not watch it.
  package func serve(
    _ descriptor: Int32, writes: Bool, _ action: @escaping () -> Void
  ) throws(CurlFailure) {
    // It is there already, from the time when it was libcurl's.
    try read(descriptor, writes ? CURL_POLL_INOUT : CURL_POLL_IN, known: true, action)
  }

  private func read(
    _ descriptor: Int32, _ what: Int32, known: Bool, _ action: @escaping () -> Void
  ) throws(CurlFailure) {
    guard watched.indices.contains(Int(descriptor)) else { throw Self.beyondTable }
    if let failure = told(hg_poller_set(poller, descriptor, what, known)) { throw failure }
    readers[descriptor] = action
    watched[Int(descriptor)].what = Self.isReader
  }

  private static let beyondTable = CurlFailure("cannot watch a descriptor", errno: EMFILE)

  /// What the system says to a wish to watch something.
  private func told(_ code: Int32) -> CurlFailure? {
    code == 0 ? nil : CurlFailure("cannot watch a connection", errno: errno)
  }

  /// Notes what could not be done, for one handle or for all of a group.
  func note(_ failure: CurlFailure, of raw: UnsafeMutableRawPointer?, for group: Int) {
    faults.append(Fault(failure: failure, tag: raw.map(EasyHandle.tag), group: group))
  }

  /// What could not be done since this was asked.
  package func takeFaults() -> [Fault] {
    guard !faults.isEmpty else { return [] }
    defer { faults = [] }
    return faults
  }

  /// Leaves alone what `serve` was told of, before it is closed.
  package func forget(_ descriptor: Int32) {
    readers[descriptor] = nil
    watched[Int(descriptor)].what = 0
  }

  /// Takes a descriptor out of the poller's set whose connection lives on in a copy.
  ///
  /// Closed, it would stay there as long as the copy does, and tell of the copy under a number that
  /// is soon another connection's (epoll(7), "Will closing a file descriptor cause it to be removed").
  ///
  /// - Throws: `CurlFailure` when the system does not let go of it.
  package func leave(_ descriptor: Int32) throws(CurlFailure) {
    forget(descriptor)
    if let failure = told(hg_poller_set(poller, descriptor, 0, true)) { throw failure }
  }

  /// When libcurl wants to be called at the latest; now, while it has transfers to begin.
  package var nextMoment: Int64? {
    var moment: Int64?
    for group in groups {
      guard let next = group.nextMoment else { continue }
      moment = min(moment ?? next, next)
    }
    return moment
  }

  /// Begins what is new and does what libcurl's own timers wanted done.
  package func runTimer(at now: Int64) {
    for group in groups { group.runTimer(at: now) }
  }

  /// Waits for at most so many microseconds and serves what became ready.
  ///
  /// Returns whether there may be more that is ready already.
  package func serve(waitingAtMost microseconds: Int64, onWake: () -> Void) -> Bool {
    let count = hg_poller_wait(poller, &ready, Int32(ready.count), microseconds)
    let code = errno
    onWake()
    guard count >= 0 else {
      // Interrupted, as by SIGCONT after a stop: nothing was looked at.
      if code == EINTR { return true }
      let failure = CurlFailure("cannot wait for answers", errno: code)
      for group in groups.indices { note(failure, of: nil, for: group) }
      return false
    }
    for index in 0..<Int(count) {
      serve(ready[index])
    }
    return Int(count) == ready.count
  }

  /// The next transfer that has ended, by the tag of its handle.
  package func nextDone() -> (tag: Int, result: CurlResult)? {
    for group in groups {
      if let done = group.nextDone() { return done }
    }
    return nil
  }

  private func serve(_ ready: hg_ready) {
    let index = Int(ready.descriptor)
    switch watched[index].what {
    case 0:
      // Still open, but of no more interest: level-triggered, it would wake the loop for ever.
      if let failure = told(hg_poller_set(poller, ready.descriptor, 0, true)) {
        note(failure, of: nil, for: Int(watched[index].group))
      }
    case Self.isReader:
      readers[ready.descriptor]?()
    default:
      groups[Int(watched[index].group)].act(on: ready.descriptor, ready.actions)
      keepWatching(index, after: ready.actions)
    }
  }

  /// Has the poller tell again of what libcurl may have left in a descriptor that is told of once.
  ///
  /// Most checks need no more than two such tellings, connected and answered: one system call for
  /// both. libcurl promises neither to read all that there is nor to write until no more can be.
  /// So only one who has written, and to whom nothing had come by then, is told of once more.
  private func keepWatching(_ index: Int, after actions: Int32) {
    let wanted = watched[index].what
    guard wanted & Self.tellsOnce != 0 else { return }
    if wanted == Self.tellsOnce | UInt8(CURL_POLL_IN), actions == CURL_CSELECT_OUT { return }
    watched[index].what = wanted & ~Self.tellsOnce
    if let failure = told(hg_poller_set(poller, Int32(index), Int32(watched[index].what), true)) {
      note(failure, of: nil, for: Int(watched[index].group))
    }
  }

  /// Notes what libcurl wants of a descriptor, on behalf of a handle of the group at this place.
  func watch(
    _ descriptor: Int32, _ what: UInt8, of raw: UnsafeMutableRawPointer?, for group: Int
  ) {
    guard watched.indices.contains(Int(descriptor)) else {
      return note(Self.beyondTable, of: raw, for: group)
    }
    let index = Int(descriptor)
    let old = watched[index].what
    watched[index].group = UInt16(group)
    switch Int32(what) {
    case CURL_POLL_REMOVE:
      // It is about to be closed and leaves the poller's set by itself: a system call saved.
      watched[index].what = 0
    case CURL_POLL_OUT where old == 0:
      // A connection is begun.
      watched[index].what = what | Self.tellsOnce
      if let failure = told(hg_poller_set_edges(poller, descriptor)) {
        note(failure, of: raw, for: group)
      }
    case _ where old & Self.tellsOnce != 0:
      // Both directions are told of: `keepWatching` sees whether that is enough.
      watched[index].what = what | Self.tellsOnce
    default:
      watched[index].what = what
      if let failure = told(hg_poller_set(poller, descriptor, Int32(what), old != 0)) {
        note(failure, of: raw, for: group)
      }
    }
  }
}

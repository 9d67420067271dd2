internal import CCurl
internal import CCurlShims
internal import CSystem
internal import LibC

/// Runs transfers with libcurl's multi interface over the system's poller, on the thread that owns
/// it.
///
/// It has one poller and as many multi handles as it needs (`TransferGroup`).
package final class TransferLoop {
  /// The groups in the order in which they are filled; usually the first has room for all
  /// transfers.
  private var groups: [TransferGroup] = []
  private let poller: OpaquePointer
  /// What is watched for each descriptor, indexed by its number.
  ///
  /// The system zeroes the memory page by page when it is first used. An array would be slower: its
  /// bounds and uniqueness would be checked at each of about ten accesses per check.
  private let watched: UnsafeMutableBufferPointer<Watched>

  private struct Watched {
    /// What libcurl waits for, or one of the two flags below; 0 if nothing is watched.
    var what: UInt8
    /// The index of the group to which the descriptor belongs.
    var group: UInt16
  }

  /// The size of the table; `hg_raise_descriptor_limit` never requests more descriptors.
  private static let mostDescriptors = 1 << 20
  /// Marks a descriptor that does not belong to libcurl.
  private static let isReader: UInt8 = 0x80
  /// Flag for a descriptor that the poller reports when it becomes ready, but not while it stays
  /// ready (edge-triggered); combined with what libcurl waits for.
  private static let tellsOnce: UInt8 = 0x40
  private var ready = [hg_ready](repeating: hg_ready(), count: 256)
  /// Descriptors that do not belong to libcurl, and the action for when one is readable.
  private var readers: [Int32: () -> Void] = [:]
  /// Errors of the loop since `takeFaults`; the transfers that they affect would never finish.
  private var faults: [Fault] = []

  package struct Fault {
    package var failure: CurlFailure
    /// The tag of the affected transfer's handle; nil if all transfers of the group are affected.
    package var tag: Int?
    package var group: Int
  }

  /// - Throws: `CurlFailure` if the system or libcurl cannot create a loop.
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
    // Releasing the groups still calls back into the table, so they go first.
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

  /// Calls `action` whenever the descriptor is readable.
  ///
  /// - Throws: `CurlFailure` if the system cannot watch it.
  package func onReadable(_ descriptor: Int32, _ action: @escaping () -> Void) throws(CurlFailure) {
    try read(descriptor, CURL_POLL_IN, known: false, action)
  }

  /// Calls `action` whenever a connection that libcurl made and no longer uses is readable, or with
  /// `writes` also when it is writable.
  ///
  /// - Throws: `CurlFailure` if the system cannot watch it.
  package func serve(
    _ descriptor: Int32, writes: Bool, _ action: @escaping () -> Void
  ) throws(CurlFailure) {
    // The poller already has the descriptor from when libcurl used it.
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

  /// The error for a return code of the poller; nil if it succeeded.
  private func told(_ code: Int32) -> CurlFailure? {
    code == 0 ? nil : CurlFailure("cannot watch a connection", errno: errno)
  }

  /// Records an error, for one handle or (nil) for all handles of a group.
  func note(_ failure: CurlFailure, of raw: UnsafeMutableRawPointer?, for group: Int) {
    faults.append(Fault(failure: failure, tag: raw.map(EasyHandle.tag), group: group))
  }

  /// Records the error for a return code of the poller, unless it succeeded.
  private func note(_ code: Int32, of raw: UnsafeMutableRawPointer?, for group: UInt16) {
    if let failure = told(code) { note(failure, of: raw, for: Int(group)) }
  }

  /// Returns the errors since the last call, and clears them.
  package func takeFaults() -> [Fault] {
    guard !faults.isEmpty else { return [] }
    defer { faults = [] }
    return faults
  }

  /// Stops watching a descriptor that was given to `serve`, before it is closed.
  package func forget(_ descriptor: Int32) {
    readers[descriptor] = nil
    watched[Int(descriptor)].what = 0
  }

  /// Removes a descriptor from the poller's set when its connection lives on in a copy.
  ///
  /// If it were only closed, it would stay in the set as long as the copy exists, and report events
  /// of the copy under a number that soon belongs to another connection (epoll(7), "Will closing a
  /// file descriptor cause it to be removed").
  ///
  /// - Throws: `CurlFailure` if the system cannot remove it.
  package func leave(_ descriptor: Int32) throws(CurlFailure) {
    forget(descriptor)
    if let failure = told(hg_poller_set(poller, descriptor, 0, true)) { throw failure }
  }

  /// When libcurl must be called at the latest: 0 (at once) if there are transfers to begin.
  package var nextMoment: Int64? {
    var moment: Int64?
    for group in groups {
      guard let next = group.nextMoment else { continue }
      moment = min(moment ?? next, next)
    }
    return moment
  }

  /// Begins new transfers, and calls libcurl where its timers have expired.
  package func runTimer(at now: Int64) {
    for group in groups { group.runTimer(at: now) }
  }

  /// Waits at most this many microseconds, and handles the descriptors that became ready.
  ///
  /// Returns whether more descriptors may be ready already.
  package func serve(waitingAtMost microseconds: Int64, onWake: () -> Void) -> Bool {
    let count = hg_poller_wait(poller, &ready, Int32(ready.count), microseconds)
    let code = errno
    onWake()
    guard count >= 0 else {
      // Interrupted, for example by SIGCONT after a stop: nothing was reported.
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

  /// The next finished transfer, with the tag of its handle; nil if there is none.
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
      // The descriptor is open but no longer watched: level-triggered, it would wake the loop
      // forever.
      note(hg_poller_set(poller, ready.descriptor, 0, true), of: nil, for: watched[index].group)
    case Self.isReader:
      readers[ready.descriptor]?()
    default:
      // A reset is reported as an error alone if it is seen before the end of the stream (Linux,
      // `tcp_reset`). libcurl would not read then, and not learn what the error is.
      let isErrorAlone = ready.actions == CURL_CSELECT_ERR
      let actions = isErrorAlone ? CURL_CSELECT_ERR | CURL_CSELECT_IN : ready.actions
      groups[Int(watched[index].group)].act(on: ready.descriptor, actions)
      keepWatching(index, after: actions)
    }
  }

  /// Makes the poller report a descriptor again if libcurl may have left data in an edge-triggered
  /// one.
  ///
  /// Most checks need only two such reports, connected and responded, which costs one system call
  /// for both. libcurl promises neither to read all data nor to write until no more fits. So only a
  /// descriptor that was writable, but not readable at the time, stays edge-triggered once more.
  private func keepWatching(_ index: Int, after actions: Int32) {
    let wanted = watched[index].what
    guard wanted & Self.tellsOnce != 0 else { return }
    if wanted == Self.tellsOnce | UInt8(CURL_POLL_IN), actions == CURL_CSELECT_OUT { return }
    watched[index].what = wanted & ~Self.tellsOnce
    note(
      hg_poller_set(poller, Int32(index), Int32(watched[index].what), true), of: nil,
      for: watched[index].group)
  }

  /// Records what libcurl waits for on a descriptor, for a handle of the group with this index.
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
      // It is about to be closed, which removes it from the poller's set: this saves a system call.
      watched[index].what = 0
    case CURL_POLL_OUT where old == 0:
      // A connection is being opened.
      watched[index].what = what | Self.tellsOnce
      note(hg_poller_set_edges(poller, descriptor), of: raw, for: watched[index].group)
    case _ where old & Self.tellsOnce != 0:
      // The poller reports both directions; `keepWatching` decides whether that is enough.
      watched[index].what = what | Self.tellsOnce
    default:
      watched[index].what = what
      note(
        hg_poller_set(poller, descriptor, Int32(what), old != 0), of: raw,
        for: watched[index].group)
    }
  }
}

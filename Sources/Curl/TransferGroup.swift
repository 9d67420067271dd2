internal import CCurl
internal import CCurlShims
internal import CSystem

/// A part of the running transfers: one multi handle of libcurl.
///
/// To remove a connection, libcurl (7.88) searches all connections of the handle, so one handle
/// with ten thousand connections would be slow. A group therefore has so few that the search does
/// not matter. libcurl reports by two callbacks which descriptors to watch and when to call it; the
/// callbacks only record that, because they must not call libcurl.
final class TransferGroup {
  private let multi: UnsafeMutableRawPointer
  private unowned(unsafe) let loop: TransferLoop
  private let place: Int
  /// When libcurl must be called next, in microseconds of the monotonic clock; nil if it need not
  /// be.
  private var timer: Int64?
  private var hasNewTransfers = false
  private var underWay = 0
  /// Whether libcurl has been called since it was last asked for finished transfers.
  private var mayHaveEnded = false

  private static let most = 512

  /// Creates a group with the index `place` in the loop's list; the loop must outlive it.
  ///
  /// - Throws: `CurlFailure` if libcurl cannot create a handle.
  init(of loop: TransferLoop, at place: Int) throws(CurlFailure) {
    guard let multi = curl_multi_init() else { throw CurlFailure(CURLE_FAILED_INIT) }
    self.multi = multi
    self.loop = loop
    self.place = place
    try CurlFailure.check(
      hg_multi_set_callbacks(
        multi,
        { easy, socket, what, context, _ in
          let group = TransferGroup.from(context)
          group.loop.watch(socket, UInt8(truncatingIfNeeded: what), of: easy, for: group.place)
          return 0
        },
        { _, milliseconds, context in
          TransferGroup.from(context).setTimer(milliseconds)
          return 0
        },
        Unmanaged.passUnretained(self).toOpaque()))
    // No connection is reused. But connections that are only opened are kept until they are used,
    // and none of them may be closed to make room for another.
    try CurlFailure.check(hg_multi_set_long(multi, CURLMOPT_MAXCONNECTS, 2 * Self.most))
  }

  deinit {
    curl_multi_cleanup(multi)
  }

  var isFull: Bool { underWay >= Self.most }

  func add(_ handle: EasyHandle) throws(CurlFailure) {
    try CurlFailure.check(curl_multi_add_handle(multi, handle.raw))
    handle.group = place
    underWay += 1
    hasNewTransfers = true
  }

  func remove(_ handle: EasyHandle) {
    note(curl_multi_remove_handle(multi, handle.raw))
    underWay -= 1
  }

  /// Records an error of libcurl, which affects all transfers of the group.
  private func note(_ code: CURLMcode) {
    guard code != CURLM_OK else { return }
    loop.note(CurlFailure(code), of: nil, for: place)
  }

  /// When libcurl must be called at the latest: 0 (at once) if there are transfers to begin.
  var nextMoment: Int64? { hasNewTransfers ? 0 : timer }

  /// Begins new transfers, and calls libcurl if its timer has expired.
  func runTimer(at now: Int64) {
    guard hasNewTransfers || timer.map({ $0 <= now }) ?? false else { return }
    hasNewTransfers = false
    timer = nil
    act(on: CURL_SOCKET_BAD, 0)
  }

  /// Lets libcurl handle the events of a descriptor.
  func act(on descriptor: Int32, _ actions: Int32) {
    mayHaveEnded = true
    var running: Int32 = 0
    note(curl_multi_socket_action(multi, descriptor, actions, &running))
  }

  /// The next finished transfer, with the tag of its handle; nil if there is none.
  func nextDone() -> (tag: Int, result: CurlResult)? {
    guard mayHaveEnded else { return nil }
    var result = CURLE_OK
    guard let done = hg_multi_next_done(multi, &result) else {
      mayHaveEnded = false
      return nil
    }
    return (EasyHandle.tag(of: done), result)
  }

  private func setTimer(_ milliseconds: Int) {
    timer = milliseconds < 0 ? nil : hg_monotonic_us() + Int64(milliseconds) * 1000
  }

  private static func from(_ context: UnsafeMutableRawPointer?) -> TransferGroup {
    guard let context else { preconditionFailure("libcurl lost the loop's context") }
    return Unmanaged<TransferGroup>.fromOpaque(context).takeUnretainedValue()
  }
}

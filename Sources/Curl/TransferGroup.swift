internal import CCurl
internal import CCurlShims
internal import CSystem

/// Some of the transfers under way: one of libcurl's multi handles.
///
/// libcurl (7.88) looks through all of a handle's connections to take one out, so that ten thousand
/// at a time would cost ten thousand times as many looks. A handle has so few that it does not tell.
/// libcurl says through two callbacks which descriptors to watch and when to call back; they only
/// note it, since libcurl must not be called from within them.
final class TransferGroup {
  private let multi: UnsafeMutableRawPointer
  private unowned(unsafe) let loop: TransferLoop
  private let place: Int
  /// When libcurl wants to be called, in monotonic microseconds.
  private var timer: Int64?
  private var hasNewTransfers = false
  private var underWay = 0
  /// Whether libcurl has done anything since it was asked what has ended.
  private var mayHaveEnded = false

  private static let most = 512

  /// `place` is its own among the loop's; the loop outlives it.
  ///
  /// - Throws: `CurlFailure` when libcurl gives no handle.
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
    // No connection is used again, but those that are only to be made are kept until they have been
    // used: none must give way to another.
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

  /// What libcurl cannot do is lost with all that it was to do.
  private func note(_ code: CURLMcode) {
    guard code != CURLM_OK else { return }
    loop.note(CurlFailure(code), of: nil, for: place)
  }

  /// When libcurl wants to be called at the latest; now, while it has transfers to begin.
  var nextMoment: Int64? { hasNewTransfers ? 0 : timer }

  /// Begins what is new and does what libcurl's own timer wanted done.
  func runTimer(at now: Int64) {
    guard hasNewTransfers || timer.map({ $0 <= now }) ?? false else { return }
    hasNewTransfers = false
    timer = nil
    act(on: CURL_SOCKET_BAD, 0)
  }

  /// Serves what a descriptor is ready for.
  func act(on descriptor: Int32, _ actions: Int32) {
    mayHaveEnded = true
    var running: Int32 = 0
    note(curl_multi_socket_action(multi, descriptor, actions, &running))
  }

  /// The next transfer that has ended, by the tag of its handle.
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

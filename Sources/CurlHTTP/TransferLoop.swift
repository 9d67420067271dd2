internal import CCurl
internal import CCurlShims

#if canImport(Glibc)
  internal import Glibc
#endif

/// libcurl's multi interface over epoll, on the one thread that owns it.
///
/// libcurl says through two callbacks which descriptors to watch and when to call back; they only
/// note it, since libcurl must not be called from within them.
final class TransferLoop {
  private let multi: UnsafeMutableRawPointer
  private let epoll: Int32
  /// What is watched of each descriptor, by number; 0 is nothing.
  private var watched: [UInt8] = []
  /// When libcurl wants to be called, in monotonic microseconds.
  private var timer: Int64?
  private var hasNewTransfers = false
  private var ready = [hg_ready](repeating: hg_ready(), count: 256)
  /// Descriptors that are not libcurl's, and what to do when one can be read.
  private var readers: [Int32: () -> Void] = [:]

  /// - Throws: `CurlFailure` when the system or libcurl gives no loop.
  init() throws(CurlFailure) {
    guard curl_global_init(Int(CURL_GLOBAL_ALL)) == CURLE_OK, let multi = curl_multi_init() else {
      throw CurlFailure(CURLE_FAILED_INIT)
    }
    self.multi = multi
    epoll = hg_epoll_create()
    guard epoll >= 0 else { throw CurlFailure(CURLE_FAILED_INIT) }
    hg_multi_set_callbacks(
      multi,
      { _, socket, what, context, _ in
        TransferLoop.from(context).watch(socket, UInt8(truncatingIfNeeded: what))
        return 0
      },
      { _, milliseconds, context in
        TransferLoop.from(context).setTimer(milliseconds)
        return 0
      },
      Unmanaged.passUnretained(self).toOpaque())
    // No connection is ever used again: none needs to be kept.
    hg_multi_set_long(multi, CURLMOPT_MAXCONNECTS, 1)
  }

  deinit {
    curl_multi_cleanup(multi)
    close(epoll)
  }

  func add(_ handle: EasyHandle) throws(CurlFailure) {
    guard curl_multi_add_handle(multi, handle.raw) == CURLM_OK else {
      throw CurlFailure(CURLE_FAILED_INIT)
    }
    hasNewTransfers = true
  }

  func remove(_ handle: EasyHandle) {
    curl_multi_remove_handle(multi, handle.raw)
  }

  /// Calls `action` whenever the descriptor can be read.
  func onReadable(_ descriptor: Int32, _ action: @escaping () -> Void) {
    readers[descriptor] = action
    _ = hg_epoll_set(epoll, descriptor, CURL_POLL_IN, false)
  }

  /// When libcurl wants to be called at the latest; now, while it has transfers to begin.
  var nextMoment: Int64? { hasNewTransfers ? 0 : timer }

  /// Begins what is new and does what libcurl's own timer wanted done.
  func runTimer(at now: Int64) {
    guard hasNewTransfers || timer.map({ $0 <= now }) ?? false else { return }
    hasNewTransfers = false
    timer = nil
    var running: Int32 = 0
    curl_multi_socket_action(multi, CURL_SOCKET_BAD, 0, &running)
  }

  /// Waits for at most so many microseconds and serves what became ready.
  ///
  /// Returns whether there may be more that is ready already.
  func serve(waitingAtMost microseconds: Int64, onWake: () -> Void) -> Bool {
    let count = hg_epoll_wait(epoll, &ready, Int32(ready.count), microseconds)
    onWake()
    // Interrupted, as by SIGCONT after a stop: nothing was looked at.
    guard count >= 0 else { return true }
    for index in 0..<Int(count) {
      serve(ready[index])
    }
    return Int(count) == ready.count
  }

  /// The next transfer that has ended, by its raw handle.
  func nextDone() -> (raw: UnsafeMutableRawPointer, result: CURLcode)? {
    var result = CURLE_OK
    return hg_multi_next_done(multi, &result).map { ($0, result) }
  }

  private func serve(_ ready: hg_ready) {
    if let reader = readers[ready.descriptor] {
      reader()
      return
    }
    guard isWatched(ready.descriptor) else {
      // Still open, but of no more interest: level-triggered, it would wake the loop for ever.
      _ = hg_epoll_set(epoll, ready.descriptor, 0, true)
      return
    }
    var running: Int32 = 0
    curl_multi_socket_action(multi, ready.descriptor, ready.actions, &running)
  }

  private func isWatched(_ descriptor: Int32) -> Bool {
    watched.indices.contains(Int(descriptor)) && watched[Int(descriptor)] != 0
  }

  private func watch(_ descriptor: Int32, _ what: UInt8) {
    let index = Int(descriptor)
    if index >= watched.count {
      watched.append(contentsOf: repeatElement(0, count: max(index + 1 - watched.count, 64)))
    }
    guard Int32(what) != CURL_POLL_REMOVE else {
      // It is about to be closed and leaves epoll's set by itself: a system call saved.
      watched[index] = 0
      return
    }
    let isKnown = watched[index] != 0
    watched[index] = what
    _ = hg_epoll_set(epoll, descriptor, Int32(what), isKnown)
  }

  private func setTimer(_ milliseconds: Int) {
    timer = milliseconds < 0 ? nil : hg_monotonic_us() + Int64(milliseconds) * 1000
  }

  private static func from(_ context: UnsafeMutableRawPointer?) -> TransferLoop {
    guard let context else { preconditionFailure("libcurl lost the loop's context") }
    return Unmanaged<TransferLoop>.fromOpaque(context).takeUnretainedValue()
  }
}

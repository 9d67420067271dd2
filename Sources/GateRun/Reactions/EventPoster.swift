internal import Dispatch
internal import GateCore
internal import GateSettings
internal import InstanceSources
internal import Synchronization

/// Posts lines to a collector on a separate thread, in batches of newline-delimited JSON.
///
/// The number of waiting lines is limited; if a slow or dead collector exceeds it, the oldest lines
/// are lost and counted.
final class EventPoster: EventSink, Sendable {
  private let webhook: Webhook
  private let secrets: SecretMask
  private let machine: HostEnvironment
  private let state = Mutex(State())
  // Semaphores need no thread.
  private let arrived = DispatchSemaphore(value: 0)
  private let finished = DispatchSemaphore(value: 0)

  private struct State {
    var waiting: [EventLines] = []
    var bytes = 0
    /// The number of lines in the batch that is being posted.
    var underWay = 0
    var lost = 0
    var failure: String?
    var isFinishing = false
  }

  private static let mostWaiting = 4 << 20
  private static let batch = 256 * 1024
  /// How long lines wait for others, so that a busy run does not post each turn of its loop.
  private static let linger = DispatchTimeInterval.milliseconds(200)
  /// The time limit for posting a batch; meanwhile other lines wait.
  private static let bound = Duration.seconds(30)
  /// The time for an attempt, after which the end of the run is noticed.
  private static let turn = Duration.seconds(5)

  init(_ webhook: Webhook, secrets: SecretMask, machine: HostEnvironment) {
    self.webhook = webhook
    self.secrets = secrets
    self.machine = machine
  }

  /// Starts posting.
  ///
  /// If no thread can be started, all lines are lost and counted.
  func start() {
    do throws(BackgroundThread.Failure) {
      try BackgroundThread.start { self.work() }
    } catch {
      state.withLock { $0.failure = "\(error)" }
      finished.signal()
    }
  }

  func take(_ lines: EventLines) {
    let isFirst = state.withLock { state in
      state.waiting.append(lines)
      state.bytes += lines.bytes.count
      while state.bytes > Self.mostWaiting, state.waiting.count > 1 {
        let oldest = state.waiting.removeFirst()
        state.bytes -= oldest.bytes.count
        state.lost += oldest.count
      }
      return state.waiting.count == 1
    }
    if isFirst { arrived.signal() }
  }

  /// Tells the thread that no more lines will come.
  func close() {
    state.withLock { $0.isFinishing = true }
    arrived.signal()
  }

  /// Whether everything was posted or abandoned within this time; to be called after `close`.
  func isFinished(within time: DispatchTimeInterval) -> Bool {
    guard finished.wait(timeout: .now() + time) == .success else { return false }
    finished.signal()
    return true
  }

  /// The number of lines that were not posted, and why, in words; nil if all were.
  var losses: String? {
    state.withLock { state in
      let lost = state.lost + state.underWay + state.waiting.reduce(0) { $0 + $1.count }
      guard lost > 0 else { return nil }
      let why = state.failure.map { ": \($0)" } ?? ": it accepts them too slowly"
      return "\(lost) events were not posted to \(webhook.shown)\(why)"
    }
  }

  private func work() {
    while true {
      arrived.wait()
      if !state.withLock({ $0.isFinishing }) {
        // A second signal only means that there is nothing more to wait for.
        _ = arrived.wait(timeout: .now() + Self.linger)
      }
      while let batch = nextBatch() { post(batch) }
      if state.withLock({ $0.isFinishing && $0.waiting.isEmpty }) { break }
    }
    finished.signal()
  }

  private func nextBatch() -> EventLines? {
    state.withLock { state in
      guard !state.waiting.isEmpty else { return nil }
      var batch = EventLines(bytes: [], count: 0)
      var taken = 0
      for lines in state.waiting {
        guard taken == 0 || batch.bytes.count + lines.bytes.count <= Self.batch else { break }
        batch.bytes += lines.bytes
        batch.count += lines.count
        taken += 1
      }
      state.waiting.removeFirst(taken)
      state.bytes -= batch.bytes.count
      state.underWay = batch.count
      return batch
    }
  }

  private func post(_ batch: EventLines) {
    let post = RetriedPost(
      String(decoding: batch.bytes, as: UTF8.self), contentType: "application/x-ndjson",
      to: webhook.url, bound: Self.turn, secrets: secrets)
    let end = machine.monotonicClock() + Self.bound
    while true {
      do throws(PostFailure) {
        try post.send(by: machine)
        return state.withLock { $0.underWay = 0 }
      } catch {
        let isLast = state.withLock { state in
          state.failure = error.detail
          let isLast =
            !error.mayPass || state.isFinishing || machine.monotonicClock() + Self.turn > end
          if isLast { (state.lost, state.underWay) = (state.lost + batch.count, 0) }
          return isLast
        }
        if isLast { return }
      }
    }
  }
}

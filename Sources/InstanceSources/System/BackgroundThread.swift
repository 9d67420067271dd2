internal import Dispatch
internal import LibC
internal import Synchronization

/// Threads for slow work, besides the thread that decides.
///
/// It does not use Dispatch: if the system provides no thread (a process limit), its queues block
/// the caller forever. Here that is an error, which is reported to the caller at once.
package enum BackgroundThread {
  /// Why there is no thread.
  package struct Failure: Error, Hashable, Sendable, CustomStringConvertible {
    package let description: String
  }

  /// The most threads at the same time.
  package static let most = 256

  private static let underWay = Mutex(0)

  /// Does the work on a new thread, which ends with it.
  ///
  /// - Throws: `Failure` if no thread can be created; then the work is not done.
  package static func start(_ work: @escaping @Sendable () -> Void) throws(Failure) {
    let isRoom = underWay.withLock { count in
      guard count < most else { return false }
      count += 1
      return true
    }
    guard isRoom else {
      throw Failure(description: "no thread can be started: \(most) are running already")
    }
    let task = Unmanaged.passRetained(Task(work))
    let code = made(task.toOpaque())
    guard code == 0 else {
      task.release()
      underWay.withLock { $0 -= 1 }
      let words = String(cString: strerror(code)).lowercased()
      throw Failure(description: "no thread can be started: \(words)")
    }
  }

  /// Checks that this number of threads can be created in addition to the present ones.
  ///
  /// - Throws: `Failure` if they cannot.
  package static func check(canMake count: Int) throws(Failure) {
    let gate = DispatchSemaphore(value: 0)
    var made = 0
    defer { for _ in 0..<made { gate.signal() } }
    for _ in 0..<count {
      try start { gate.wait() }
      made += 1
    }
  }

  private static func made(_ task: UnsafeMutableRawPointer) -> CInt {
    var attributes = pthread_attr_t()
    let code = pthread_attr_init(&attributes)
    guard code == 0 else { return code }
    defer { pthread_attr_destroy(&attributes) }
    pthread_attr_setdetachstate(&attributes, CInt(PTHREAD_CREATE_DETACHED))
    var thread = pthread_t()
    return pthread_create(
      &thread, &attributes,
      { context in
        guard let context else { return nil }
        Unmanaged<Task>.fromOpaque(context).takeRetainedValue().work()
        BackgroundThread.underWay.withLock { $0 -= 1 }
        return nil
      }, task)
  }

  private final class Task: Sendable {
    let work: @Sendable () -> Void

    init(_ work: @escaping @Sendable () -> Void) {
      self.work = work
    }
  }
}

/// Work items for one thread, each with its time.
package final class WorkQueue: Sendable {
  private let state = Mutex(State())
  /// Signaled when there is new work; a semaphore needs no thread.
  private let arrived = DispatchSemaphore(value: 0)

  private struct State {
    var isStarted = false
    var work: [(due: ContinuousClock.Instant, work: @Sendable () -> Void)] = []
  }

  package init() {}

  /// Starts the thread, unless it runs already.
  ///
  /// - Throws: `BackgroundThread.Failure` if there is no thread for it; it can be tried again.
  package func start() throws(BackgroundThread.Failure) {
    let isNew = state.withLock { state in
      defer { state.isStarted = true }
      return !state.isStarted
    }
    guard isNew else { return }
    do throws(BackgroundThread.Failure) {
      try BackgroundThread.start { self.run() }
    } catch {
      state.withLock { $0.isStarted = false }
      throw error
    }
  }

  package func add(after delay: Duration = .zero, _ work: @escaping @Sendable () -> Void) {
    state.withLock { $0.work.append((.now + delay, work)) }
    arrived.signal()
  }

  private func run() -> Never {
    while true {
      guard let next = state.withLock({ $0.work.map(\.due).min() }) else {
        arrived.wait()
        continue
      }
      let time = DispatchTimeInterval.microseconds(
        Int(max(next - .now, .zero) / .microseconds(1)))
      // The new work may be due earlier.
      if arrived.wait(timeout: .now() + time) == .success { continue }
      let due = state.withLock { state -> [@Sendable () -> Void] in
        let now = ContinuousClock.now
        let due = state.work.filter { $0.due <= now }.sorted { $0.due < $1.due }
        state.work.removeAll { $0.due <= now }
        return due.map(\.work)
      }
      for work in due { work() }
    }
  }
}

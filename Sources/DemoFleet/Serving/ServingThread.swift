internal import Dispatch
internal import LibC
internal import Synchronization

/// The thread that serves a fleet.
///
/// Its objects are created and used only there; other threads send it work.
struct ServingThread: Sendable {
  typealias Work = @Sendable (FleetServer) -> Void

  private let inbox: Inbox<Work>
  private let thread: pthread_t

  /// Starts to serve; each instance gets the sockets at its index.
  ///
  /// - Throws: `LoopbackError` if there is no thread, or no descriptor to wake it.
  init(_ instances: [DemoInstance], sockets: [[CInt]]) throws(LoopbackError) {
    let first = LoopbackEndpoint(
      address: instances.first?.address ?? "127.0.0.1", port: instances.first?.port ?? 0)
    guard let inbox = Inbox<Work>() else { throw first.failure("serve") }
    var thread = pthread_t()
    let code = Self.start(&thread) {
      FleetServer(instances, sockets: sockets, inbox: inbox).run()
    }
    guard code == 0 else { throw first.failure("serve", code: code) }
    (self.inbox, self.thread) = (inbox, thread)
  }

  /// Waits until the thread has done the work.
  func perform(_ work: @escaping @Sendable (FleetServer) throws -> Void) throws {
    let result = Mutex<Result<Void, any Error>>(.success(()))
    let isDone = DispatchSemaphore(value: 0)
    inbox.put { server in
      let outcome = Result { try work(server) }
      result.withLock { $0 = outcome }
      isDone.signal()
    }
    isDone.wait()
    try result.withLock { $0 }.get()
  }

  /// Waits until the thread has ended.
  func join() { pthread_join(thread, nil) }

  /// Starts a thread; returns the result of `pthread_create`.
  private static func start(
    _ thread: inout pthread_t, _ body: @escaping @Sendable () -> Void
  ) -> CInt {
    let box = Unmanaged.passRetained(Box(body))
    let code = pthread_create(
      &thread, nil,
      { context in
        if let context { Unmanaged<Box>.fromOpaque(context).takeRetainedValue().body() }
        return nil
      }, box.toOpaque())
    if code != 0 { box.release() }
    return code
  }

  private final class Box: Sendable {
    let body: @Sendable () -> Void

    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }
}

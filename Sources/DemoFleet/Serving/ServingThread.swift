internal import LibC

/// The thread that a fleet is served on.
///
/// What lives there is made and used there alone; others send work to it.
struct ServingThread: Sendable {
  typealias Work = @Sendable (FleetServer) -> Void

  private let inbox: Inbox<Work>
  private let thread: pthread_t

  /// Starts to serve, each instance on the sockets at its place.
  ///
  /// - Throws: `LoopbackError` when there is no thread, or no descriptor to wake it by.
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

  /// Waits until it has done the work.
  func perform(_ work: @escaping @Sendable (FleetServer) throws -> Void) async throws {
    try await withCheckedThrowingContinuation { continuation in
      inbox.put { server in continuation.resume(with: Result { try work(server) }) }
    }
  }

  /// Waits for its end.
  func join() { pthread_join(thread, nil) }

  /// As `pthread_create`.
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

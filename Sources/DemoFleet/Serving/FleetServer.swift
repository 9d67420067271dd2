/// The objects on a fleet's thread: the loop, and the servers of all instances.
final class FleetServer: DescriptorOwner {
  private let loop = EventLoop()
  private let servers: [InstanceServer]
  private let inbox: Inbox<ServingThread.Work>

  init(_ instances: [DemoInstance], sockets: [[CInt]], inbox: Inbox<ServingThread.Work>) {
    servers = zip(instances, sockets).map { [loop] in InstanceServer($0, sockets: $1, on: loop) }
    self.inbox = inbox
  }

  /// Serves until `stop` is called.
  func run() {
    loop.watch(inbox.descriptor, for: self)
    loop.run()
    loop.forget(inbox.descriptor)
  }

  func descriptorIsReady() {
    for work in inbox.takeAll() { work(self) }
  }

  /// Lets every instance enter the phases that start by this time.
  func advance(to time: Duration) throws(LoopbackError) {
    for server in servers { try server.advance(to: time) }
  }

  /// Starts the clock of the behaviors.
  func startClock() {
    for server in servers { server.startClock() }
  }

  /// Closes every socket, after which the thread ends.
  func stop() {
    for server in servers { server.stop() }
    loop.end()
  }
}

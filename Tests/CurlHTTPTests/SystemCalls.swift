import GateCore
import Glibc
import Synchronization

/// To be called where no other thread reads the environment.
func setEnvironment(_ name: String, _ value: String) {
  setenv(name, value, 1)
}

/// Lowers the limit of descriptors for good: for a process of its own.
func limitDescriptors(to count: Int) {
  var limit = rlimit(rlim_cur: rlim_t(count), rlim_max: rlim_t(count))
  setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
}

/// How many descriptors are open: for a process of its own.
func openDescriptors() -> Int {
  (0..<4096).count { fcntl(Int32($0), F_GETFD) >= 0 }
}

/// How many connections to a port this process has open, whatever others it has.
func openConnections(to port: Int) -> Int {
  (0..<4096).count { descriptor in
    var peer = sockaddr_in()
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let code = withUnsafeMutablePointer(to: &peer) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        getpeername(Int32(descriptor), $0, &size)
      }
    }
    return code == 0 && Int(UInt16(bigEndian: peer.sin_port)) == port
  }
}

/// Opens descriptors until there is none left; returns them.
func takeAllDescriptors() -> [Int32] {
  var taken: [Int32] = []
  while case let descriptor = dup(1), descriptor >= 0 { taken.append(descriptor) }
  return taken
}

func giveBack(_ descriptors: [Int32]) {
  for descriptor in descriptors { close(descriptor) }
}

/// Memory in use, in MiB.
func residentMebibytes() -> Int {
  guard let file = fopen("/proc/self/statm", "r") else { return 0 }
  defer { fclose(file) }
  var line = [CChar](repeating: 0, count: 128)
  guard fgets(&line, 128, file) != nil else { return 0 }
  let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  let pages = text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
  return pages * sysconf(Int32(_SC_PAGESIZE)) / (1 << 20)
}

/// A descriptor that can be read as that of the signals can, and its other end.
struct SignalPipe {
  let reading: Int32
  private let writing: Int32

  init() {
    var ends: [Int32] = [-1, -1]
    pipe(&ends)
    for end in ends { _ = fcntl(end, F_SETFL, O_NONBLOCK) }
    (reading, writing) = (ends[0], ends[1])
  }

  func send(_ signal: Int32) {
    // signalfd_siginfo: 128 bytes, the signal's number first (signalfd(2)).
    var info = [UInt8](repeating: 0, count: 128)
    info[0] = UInt8(truncatingIfNeeded: signal)
    write(writing, info, info.count)
  }

  func close() {
    giveBack([reading, writing])
  }
}

/// Sends this thread a signal after `delay`, whose handler holds the thread up for `length`.
///
/// So the thread stands still where it is, be it in a system call, and the process runs on.
func holdUpThisThread(after delay: Duration, for length: Duration) {
  // Read in a signal handler: nothing but numbers.
  heldUpMicroseconds = UInt32(length.inMicroseconds)
  wasHeldUp.store(false, ordering: .sequentiallyConsistent)
  signal(SIGUSR2) { _ in
    usleep(heldUpMicroseconds)
    wasHeldUp.store(true, ordering: .sequentiallyConsistent)
  }
  // The threads of tasks let no signal through by themselves.
  var signals = sigset_t()
  sigemptyset(&signals)
  sigaddset(&signals, SIGUSR2)
  pthread_sigmask(SIG_UNBLOCK, &signals, nil)
  let plan = UnsafeMutablePointer<(thread: pthread_t, delay: UInt32)>.allocate(capacity: 1)
  plan.initialize(to: (pthread_self(), UInt32(delay.inMicroseconds)))
  var sender = pthread_t()
  pthread_create(
    &sender, nil,
    { context in
      guard let plan = context?.assumingMemoryBound(to: (thread: pthread_t, delay: UInt32).self)
      else { return nil }
      usleep(plan.pointee.delay)
      pthread_kill(plan.pointee.thread, SIGUSR2)
      plan.deallocate()
      return nil
    }, plan)
  pthread_detach(sender)
}

/// Waits until the thread was held up, lest it be while it runs another test.
func waitForTheHoldUp() {
  for _ in 0..<10_000 where !wasHeldUp.load(ordering: .sequentiallyConsistent) { usleep(1000) }
}

private let wasHeldUp = Atomic(false)
nonisolated(unsafe) private var heldUpMicroseconds: UInt32 = 0

import DemoFleet
import Glibc
import HostileReplies
import Testing

extension DemoInstance {
  var client: RawClient { RawClient(address: address, port: port) }
}

extension DemoFleet {
  /// A fleet of one, for one test.
  static func serving<Value: Sendable>(
    _ reply: Reply, _ body: (DemoInstance) async throws -> Value
  ) async throws -> Value {
    try await serving([.always(reply)]) { fleet in
      try await body(#require(fleet.instances.first))
    }
  }
}

/// Asks again until the answer is true; false when it is not in time.
func eventually(within timeout: Duration = .seconds(240), _ isTrue: () -> Bool) async throws -> Bool
{
  let deadline = ContinuousClock.now + timeout
  while ContinuousClock.now < deadline {
    if isTrue() { return true }
    try await Task.sleep(for: .milliseconds(2))
  }
  return isTrue()
}

/// Takes as many descriptors as the system gives without asking: often 1024 is only the default.
func raiseDescriptorLimit() {
  var limit = rlimit()
  getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
  limit.rlim_cur = limit.rlim_max
  setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
}

/// Leaves so many descriptors, of a limit that is soon reached; returns those that are to be closed.
func takeAllDescriptors(but count: Int) -> [CInt] {
  var limit = rlimit(rlim_cur: 256, rlim_max: 256)
  setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
  var taken: [CInt] = []
  while case let descriptor = dup(STDERR_FILENO), descriptor >= 0 { taken.append(descriptor) }
  for descriptor in taken.suffix(count) { close(descriptor) }
  return taken.dropLast(count)
}

/// Memory in use, in MiB.
func residentMebibytes() -> Int {
  guard let file = fopen("/proc/self/statm", "r") else { return 0 }
  defer { fclose(file) }
  var (size, resident) = (0, 0)
  _ = withUnsafeMutablePointer(to: &size) { size in
    withUnsafeMutablePointer(to: &resident) { resident in
      withVaList([size, resident]) { vfscanf(file, "%ld %ld", $0) }
    }
  }
  return resident * sysconf(CInt(_SC_PAGESIZE)) / (1 << 20)
}

import DemoFleet
import Glibc
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
func eventually(within timeout: Duration = .seconds(60), _ isTrue: () -> Bool) async throws -> Bool
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

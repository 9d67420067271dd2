internal import CSystem
internal import GateCore
internal import LibC

/// The machine's functions that sources use; tests replace them.
package struct HostEnvironment: Sendable {
  /// The environment variables; an empty one counts as not set.
  package var variables: [String: String]
  /// Seconds since 1970 on the wall clock, by which credentials expire.
  package var wallClock: @Sendable () -> Int64
  package var monotonicClock: @Sendable () -> Duration
  package var pause: @Sendable (Duration) -> Void
  /// A random number from 0 up to 1.
  package var jitter: @Sendable () -> Double
  package var send: @Sendable (HTTPRequest) throws(HTTPFailure) -> HTTPResponse
  /// Reads a file; nil if there is no such file.
  package var read: @Sendable (String) throws(FileFailure) -> [UInt8]?
  package var run: @Sendable (ChildProcess) throws(ChildProcess.Failure) -> [UInt8]

  /// The value of a variable; nil if it is missing or empty.
  func variable(_ name: String) -> String? {
    guard let value = variables[name], !value.isEmpty else { return nil }
    return value
  }

  /// Reads a token from a file, without surrounding blanks.
  func token(at path: String) throws(FileFailure) -> String {
    guard let bytes = try read(path) else { throw FileFailure("there is no such file") }
    let token = String(decoding: bytes, as: UTF8.self).trimmed
    guard !token.isEmpty else { throw FileFailure("it is empty") }
    return token
  }

  /// Replaces `~` at the beginning of a path by the home directory.
  func expanded(_ path: String) -> String {
    guard path == "~" || path.hasPrefix("~/"), let home = variable("HOME") else { return path }
    return home + path.dropFirst()
  }
}

extension HostEnvironment {
  /// This machine, with the environment of this process.
  package static func machine(variables: [String: String]) -> HostEnvironment {
    HostEnvironment(
      variables: variables,
      wallClock: { Int64(time(nil)) },
      monotonicClock: { .microseconds(hg_monotonic_us()) },
      pause: { duration in
        let parts = duration.components
        var wanted = timespec(
          tv_sec: Int(parts.seconds), tv_nsec: Int(parts.attoseconds / 1_000_000_000))
        var left = timespec()
        while nanosleep(&wanted, &left) != 0, errno == EINTR { wanted = left }
      },
      jitter: { Double.random(in: 0..<1) },
      send: HTTPClient.send,
      read: readSmallFile,
      run: { child throws(ChildProcess.Failure) in try child.run() })
  }
}

/// Why a file cannot be read, in the system's words.
package struct FileFailure: Error, Hashable, Sendable {
  package var detail: String

  package init(_ detail: String) {
    self.detail = detail
  }
}

/// Reads a file of settings or a token; nil if it does not exist.
@Sendable private func readSmallFile(_ path: String) throws(FileFailure) -> [UInt8]? {
  let limit = 1 << 20
  let descriptor = open(path, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else {
    guard errno != ENOENT, errno != ENOTDIR else { return nil }
    throw FileFailure(String(cString: strerror(errno)))
  }
  defer { close(descriptor) }
  var bytes: [UInt8] = []
  var chunk = [UInt8](repeating: 0, count: 16_384)
  while true {
    let count = LibC.read(descriptor, &chunk, chunk.count)
    guard count >= 0 else {
      if errno == EINTR { continue }
      throw FileFailure(String(cString: strerror(errno)))
    }
    guard count > 0 else { return bytes }
    bytes += chunk[..<count]
    guard bytes.count <= limit else { throw FileFailure("larger than 1 MiB") }
  }
}

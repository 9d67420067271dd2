package import Glibc

/// A command that is run for its standard output.
package struct ChildProcess: Sendable {
  /// The program, looked for along `PATH`, and its arguments.
  package var words: [String]
  /// The environment of the child.
  package var variables: [String: String]
  package var timeout: Duration = .seconds(60)
  package var outputLimit = 1 << 20
  /// The file that is its standard input.
  package var input = "/dev/null"

  package init(words: [String], variables: [String: String]) {
    self.words = words
    self.variables = variables
  }

  /// Why there is no output that can be used.
  package enum Failure: Error, Hashable, Sendable {
    case notStarted(String)
    case timedOut
    case tooMuchOutput
    /// It ended with this status, and the last line on its standard error.
    case failed(status: Int, said: String)
    case killed(signal: Int)
  }

  /// Waits for the command.
  ///
  /// At its time-out, or with too much output, the command's whole process group is killed.
  package func run() throws(Failure) -> [UInt8] {
    var output = try Pipe()
    var errors = try Pipe()
    let child = try spawn(output: output.writing, errors: errors.writing)
    output.closeWriting()
    errors.closeWriting()
    var reading = PipeReading(
      limit: outputLimit, deadline: monotonicMilliseconds() + Int64(timeout / .milliseconds(1)))
    let ending = reading.readAll(output: output.reading, errors: errors.reading)
    if ending != .closed { kill(-child, SIGKILL) }
    var status: CInt = 0
    // A child that closed its output and lives on is waited for within the same bound.
    while true {
      let ended = waitpid(child, &status, ending == .closed ? WNOHANG : 0)
      guard ended == 0 || (ended < 0 && errno == EINTR) else { break }
      if monotonicMilliseconds() >= reading.deadline { kill(-child, SIGKILL) }
      usleep(2_000)
    }
    switch ending {
    case .timedOut: throw .timedOut
    case .overflowed: throw .tooMuchOutput
    case .closed: break
    }
    let signal = status & 0x7F
    guard signal == 0 else {
      throw signal == SIGKILL && monotonicMilliseconds() >= reading.deadline
        ? .timedOut : .killed(signal: Int(signal))
    }
    let code = Int(status >> 8 & 0xFF)
    guard code == 0 else { throw .failed(status: code, said: lastLine(of: reading.errors)) }
    return reading.output
  }

  /// Starts the command in a process group of its own, its output going to these descriptors.
  package func spawn(output: CInt, errors: CInt) throws(Failure) -> pid_t {
    guard let program = words.first, !words.contains(where: { $0.utf8.contains(0) }) else {
      throw .notStarted("there is no command")
    }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, input, O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, output, 1)
    posix_spawn_file_actions_adddup2(&actions, errors, 2)

    // The signals that this process blocks or ignores are the child's to take.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    var defaults = sigset_t()
    sigemptyset(&defaults)
    sigaddset(&defaults, SIGPIPE)
    posix_spawnattr_setsigdefault(&attributes, &defaults)
    posix_spawnattr_setpgroup(&attributes, 0)
    let flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP
    posix_spawnattr_setflags(&attributes, Int16(flags))

    var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
    var environment: [UnsafeMutablePointer<CChar>?] =
      variables.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for pointer in arguments + environment { free(pointer) } }
    var child: pid_t = 0
    let code = posix_spawnp(&child, program, &actions, &attributes, &arguments, &environment)
    guard code == 0 else { throw .notStarted(String(cString: strerror(code))) }
    return child
  }
}

extension ChildProcess.Failure: CustomStringConvertible {
  package var description: String {
    switch self {
    case .notStarted(let why): "it could not be started: \(why)"
    case .timedOut: "it took too long"
    case .tooMuchOutput: "it printed too much"
    case .failed(let status, let said):
      "it ended with status \(status)\(said.isEmpty ? "" : ": \(said)")"
    case .killed(let signal): "it was killed by signal \(signal)"
    }
  }
}

/// The two ends of a pipe, closed with it.
private struct Pipe: ~Copyable {
  let reading: CInt
  let writing: CInt
  private var isWritingOpen = true

  init() throws(ChildProcess.Failure) {
    var ends: [CInt] = [0, 0]
    // Not pipe2, which Glibc's module hides. A child that another thread starts just now could
    // inherit an end; then the reading lasts until that child ends, or the time-out.
    guard pipe(&ends) == 0 else {
      throw .notStarted(String(cString: strerror(errno)))
    }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    (reading, writing) = (ends[0], ends[1])
  }

  deinit {
    close(reading)
    if isWritingOpen { close(writing) }
  }

  mutating func closeWriting() {
    close(writing)
    isWritingOpen = false
  }
}

/// What has come from a child so far.
private struct PipeReading {
  var limit: Int
  /// In milliseconds of the monotonic clock.
  var deadline: Int64
  var output: [UInt8] = []
  var errors: [UInt8] = []

  init(limit: Int, deadline: Int64) {
    self.limit = limit
    self.deadline = deadline
  }

  enum Ending { case closed, timedOut, overflowed }

  mutating func readAll(output outputEnd: CInt, errors errorsEnd: CInt) -> Ending {
    var polled = [
      pollfd(fd: outputEnd, events: Int16(POLLIN), revents: 0),
      pollfd(fd: errorsEnd, events: Int16(POLLIN), revents: 0),
    ]
    // Only the output's end counts: a grandchild may keep standard error for ever.
    while polled[0].fd >= 0 {
      let left = deadline - monotonicMilliseconds()
      guard left > 0 else { return .timedOut }
      let ready = poll(&polled, 2, CInt(min(left, 60_000)))
      guard ready > 0 else { continue }
      for index in polled.indices where polled[index].revents != 0 {
        let bytes = nextBytes(from: polled[index].fd)
        if bytes.isEmpty { polled[index].fd = -1 }
        if index == 0 { output += bytes } else { errors = (errors + bytes).suffix(4096) }
      }
      guard output.count <= limit else { return .overflowed }
    }
    // What was said before the end is there already; nothing is waited for.
    if polled[1].fd >= 0, poll(&polled[1], 1, 0) > 0 {
      errors = (errors + nextBytes(from: errorsEnd)).suffix(4096)
    }
    return .closed
  }

  private func nextBytes(from descriptor: CInt) -> [UInt8] {
    var chunk = [UInt8](repeating: 0, count: 16_384)
    let count = read(descriptor, &chunk, chunk.count)
    return Array(chunk[..<max(0, count)])
  }
}

private func monotonicMilliseconds() -> Int64 {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
}

private func lastLine(of bytes: [UInt8]) -> String {
  let lines = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
  return lines.last(where: { !$0.trimmingBlanks.isEmpty }).map { shownLine($0) } ?? ""
}

/// One line that can stand in a message: without control characters, and not too long.
func shownLine(_ text: some StringProtocol, limit: Int = 300) -> String {
  var line = ""
  for character in text.prefix(limit + 1) {
    let isControl = character.unicodeScalars.contains { $0.properties.generalCategory == .control }
    line.append(isControl ? " " : character)
  }
  let shown = line.trimmingBlanks
  return shown.count > limit ? "\(shown.prefix(limit))…" : shown
}

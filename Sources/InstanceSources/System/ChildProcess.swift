internal import CSystem
package import GateCore
internal import GateText
internal import LibC

/// A command that is run for its standard output.
package struct ChildProcess: Sendable {
  /// The program, which is found along `PATH`, and its arguments.
  package var words: [String]
  /// The environment of the child.
  package var variables: [String: String]
  package var timeout: Duration = .seconds(60)
  package var outputLimit = 1 << 20
  /// The file that becomes its standard input.
  package var input = "/dev/null"
  /// Secrets that it may print: those of its arguments and its environment, unless more are added.
  package var secrets: SecretMask

  package init(words: [String], variables: [String: String]) {
    self.words = words
    self.variables = variables
    secrets = SecretMask(
      words.flatMap { SecretPlaces.sentSecrets(in: $0, .command) }
        + SecretPlaces.sentSecrets(ofEnvironment: variables))
  }

  /// Why there is no usable output.
  package enum Failure: Error, Hashable, Sendable {
    case notStarted(String)
    case timedOut
    case tooMuchOutput
    /// It ended with this status; `said` is the last line on its standard error, without secrets.
    case failed(status: Int, said: String)
    case killed(signal: Int)
    /// It ended, but its status is unknown, for this reason.
    case unknownEnd(String)
    /// This process was asked to stop.
    case interrupted
  }

  /// Runs the command and waits for it.
  ///
  /// The command's whole process group is killed at its timeout, if there is too much output, or if
  /// this process is asked to stop.
  ///
  /// - Throws: `Failure`
  package func run(
    unless isStopping: () -> Bool = { hg_stop_signals() > 0 }
  ) throws(Failure) -> [UInt8] {
    var output = try Pipe()
    var errors = try Pipe()
    let child = try spawn(output: output.writing, errors: errors.writing)
    output.closeWriting()
    errors.closeWriting()
    var reading = PipeReading(
      limit: outputLimit, deadline: hg_monotonic_us() / 1000 + Int64(timeout / .milliseconds(1)),
      without: secrets)
    var ending = reading.readAll(
      output: output.reading, errors: errors.reading, unless: isStopping)
    if ending != .closed { child.send(SIGKILL) }
    var end = child.end()
    // A child that closed its output but continues is waited for within the same limit.
    while end == nil {
      if ending == .closed, isStopping() { ending = .stopped }
      if ending == .stopped || hg_monotonic_us() / 1000 >= reading.deadline { child.send(SIGKILL) }
      usleep(2_000)
      end = child.end()
    }
    switch ending {
    case .timedOut: throw .timedOut
    case .overflowed: throw .tooMuchOutput
    case .stopped: throw .interrupted
    case .closed: break
    }
    switch end {
    case .exited(0)?: return reading.output
    case .exited(let status)?:
      // Many commands report errors on standard output: Nagios checks, curl -w, jq -e.
      let said = lastLine(reading.errors)
      throw .failed(
        status: status, said: said.isEmpty ? secrets.quoting(reading.output) : said)
    case .killed(let signal)?:
      throw signal == SIGKILL && hg_monotonic_us() / 1000 >= reading.deadline
        ? .timedOut : .killed(signal: signal)
    case .unknown(let why)?: throw .unknownEnd(why)
    case nil: preconditionFailure("it was waited for")
    }
  }

  private func lastLine(_ errors: CommandOutput) -> String {
    errors.text.split(whereSeparator: \.isNewline).last.map { shownLine($0) } ?? ""
  }

  /// Starts the command in a new process group, with its output to these descriptors.
  ///
  /// - Throws: `Failure.notStarted`
  package func spawn(output: CInt, errors: CInt) throws(Failure) -> RunningChild {
    guard let program = words.first, !words.contains(where: { $0.utf8.contains(0) }) else {
      throw .notStarted("there is no command")
    }
    var plan = try SpawnPlan(input: input, output: output, errors: errors)
    return try plan.start(program, words, variables)
  }
}

extension ChildProcess.Failure: CustomStringConvertible {
  package var description: String {
    switch self {
    case .notStarted(let why): "it could not be started: \(why)"
    case .timedOut: "it took too long"
    case .tooMuchOutput: "it printed too much"
    case .failed(let status, let said):
      "it exited with status \(status)\(said.isEmpty ? "" : ": \(said)")"
    case .killed(let signal): "it was killed by signal \(signal)"
    case .unknownEnd(let why): "it ended, but its exit status is not known: \(why)"
    case .interrupted: "it was terminated, because the run was interrupted"
    }
  }
}

/// The two ends of a pipe, which are closed with it.
private struct Pipe: ~Copyable {
  let reading: CInt
  let writing: CInt
  private var isWritingOpen = true

  init() throws(ChildProcess.Failure) {
    var ends: [CInt] = [0, 0]
    // A child that another thread is just starting could inherit an end. Reading then lasts until
    // that child ends, or until the timeout.
    guard hg_pipe(&ends) == 0 else { throw .notStarted(String(cString: strerror(errno))) }
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

/// The output of a child so far.
private struct PipeReading {
  var limit: Int
  /// The time limit, in milliseconds of the monotonic clock.
  var deadline: Int64
  var output: [UInt8] = []
  var errors: CommandOutput

  init(limit: Int, deadline: Int64, without secrets: SecretMask) {
    self.limit = limit
    self.deadline = deadline
    errors = CommandOutput(without: secrets)
  }

  enum Ending { case closed, timedOut, overflowed, stopped }

  mutating func readAll(
    output outputEnd: CInt, errors errorsEnd: CInt, unless isStopping: () -> Bool
  ) -> Ending {
    var polled = [
      pollfd(fd: outputEnd, events: Int16(POLLIN), revents: 0),
      pollfd(fd: errorsEnd, events: Int16(POLLIN), revents: 0),
    ]
    // Only the end of standard output counts: a grandchild may keep standard error open forever.
    while polled[0].fd >= 0 {
      let left = deadline - hg_monotonic_us() / 1000
      guard left > 0 else { return .timedOut }
      guard !isStopping() else { return .stopped }
      let ready = poll(&polled, 2, CInt(min(left, 100)))
      guard ready > 0 else { continue }
      for index in polled.indices where polled[index].revents != 0 {
        let bytes = nextBytes(from: polled[index].fd)
        if bytes.isEmpty { polled[index].fd = -1 }
        if index == 0 { output += bytes } else { _ = errors.take(bytes) }
      }
      guard output.count <= limit else { return .overflowed }
    }
    // Anything that was written before the end is available already, so nothing is waited for.
    if polled[1].fd >= 0, poll(&polled[1], 1, 0) > 0 {
      _ = errors.take(nextBytes(from: errorsEnd))
    }
    _ = errors.finish()
    return .closed
  }

  private func nextBytes(from descriptor: CInt) -> [UInt8] {
    var chunk = [UInt8](repeating: 0, count: 16_384)
    let count = read(descriptor, &chunk, chunk.count)
    return Array(chunk[..<max(0, count)])
  }
}

/// A text as one line for a message: cleaned, and at most `limit` characters long.
func shownLine(_ text: some StringProtocol, limit: Int = 300) -> String {
  let most = limit + 1
  let shown = String(text.prefix(most)).cleaned(to: 4 * most)
  return shown.count > limit ? "\(shown.prefix(limit))…" : shown
}

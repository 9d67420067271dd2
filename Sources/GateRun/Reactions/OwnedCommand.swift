internal import CSystem
internal import GateCore
internal import GateRecords
internal import GateText
internal import InstanceSources
internal import LibC
internal import Synchronization

/// A command of the user's that the run owes, or waits for: a hook, a step's, the way back.
///
/// What it prints goes to standard error as it comes, and the last of it is kept. When its time is up
/// its process group is asked to end, and after a while made to.
struct OwnedCommand: Sendable {
  /// The command, a line for `/bin/sh`.
  var command: String
  var variables: [String: String]
  /// The file that it reads; nil: nothing.
  var input: String?
  var timeout: Duration
  var secrets: SecretMask
  /// Whether it is killed with this process: what shifts traffic must not do so after the way back,
  /// which another runner may go meanwhile.
  var isKilledWithRunner = false

  /// Between the request to end and the end by force, in microseconds.
  fileprivate static let grace: Int64 = 10_000_000
  /// The same for who has sent a second signal, and waits no longer than a second.
  fileprivate static let shortGrace: Int64 = 500_000
  /// A reader of standard error that takes nothing for so long is not waited for, in milliseconds.
  fileprivate static let patience: Int64 = 1000

  /// The outcome of the command.
  struct Outcome: Sendable {
    var end: HookResult.End
    var timedOut = false
    var elapsedMicroseconds: Int64 = 0
    var output = ""
  }

  /// Runs it to its end.
  ///
  /// - Parameters:
  ///   - signals: where interruptions are read from: the second one ends it; nil: nothing does.
  ///   - stop: ends it from another thread.
  /// - Returns: what became of it.
  func run(signals: Int32? = nil, stop: CommandStop? = nil) -> Outcome {
    var child = ChildProcess(words: ["/bin/sh", "-c", command], variables: variables)
    if let input { child.input = input }
    child.secrets.add(secrets)
    let begun = hg_monotonic_us()
    var ends: [Int32] = [0, 0]
    guard hg_pipe(&ends) == 0 else { return notStarted(SystemError.last.words, begun) }
    defer { close(ends[0]) }
    let process: RunningChild
    do throws(ChildProcess.Failure) {
      defer { close(ends[1]) }
      process = try child.spawn(output: ends[1], errors: ends[1])
    } catch {
      return notStarted("\(error)", begun)
    }
    let watcher = isKilledWithRunner ? hg_watch_group(process.id) : -1
    defer { if watcher >= 0 { hg_unwatch_group(watcher) } }
    var running = RunningCommand(
      process: process, deadline: begun + timeout.inMicroseconds,
      output: CommandOutput(without: child.secrets), stop: stop)
    running.run(reading: ends[0], signals: signals)
    return Outcome(
      end: running.ending, timedOut: running.isTimedOut,
      elapsedMicroseconds: hg_monotonic_us() - begun, output: running.output.text)
  }

  private func notStarted(_ why: String, _ begun: Int64) -> Outcome {
    Outcome(end: .notStarted(why), elapsedMicroseconds: hg_monotonic_us() - begun)
  }
}

/// Asks a command to end that another thread runs.
final class CommandStop: Sendable {
  private let asked = Mutex(false)

  var isAsked: Bool { asked.withLock { $0 } }

  func ask() { asked.withLock { $0 = true } }
}

/// A running command, from its start to its end.
private struct RunningCommand {
  let process: RunningChild
  /// Asks it to end, from elsewhere.
  let stop: CommandStop?
  /// On the monotonic clock, in microseconds; so are the others.
  let deadline: Int64
  var killing: Int64?
  /// Whether any process of the group is still there to wait for.
  var isAnyLeft = true
  var isTimedOut = false
  var end: RunningChild.End?
  var output: CommandOutput
  private var shown = RelayedText()
  private let relay = StandardStream.error

  init(
    process: RunningChild, deadline: Int64, output: CommandOutput, stop: CommandStop?
  ) {
    self.process = process
    self.stop = stop
    self.deadline = deadline
    self.output = output
  }

  var ending: HookResult.End {
    switch end {
    case .exited(let status)?: .exited(status)
    case .killed(let signal)?: .exited(128 + signal)
    case .unknown(let why)?: .unknown(why)
    case nil: .unknown("it was not waited for")
    }
  }

  mutating func run(reading descriptor: Int32, signals: Int32?) {
    var isOpen = true
    // Whoever still holds the pipe when the command has ended is not waited for.
    while end == nil || isEnding {
      if isOpen, relay.isIdle || relay.isStuck(for: OwnedCommand.patience) {
        isOpen = read(descriptor, within: 20)
      } else {
        usleep(20_000)
      }
      if let signals { obey(signals) }
      if stop?.isAsked ?? false, killing == nil { end(within: OwnedCommand.grace) }
      look()
    }
    while isOpen, relay.isIdle, isReadable(descriptor, within: 0) {
      isOpen = read(descriptor, within: 0)
    }
    if killing != nil { awaitGroup() }
    _ = relay.write(shown.take(output.finish()) + shown.finish())
  }

  /// What was made to end is gone soon; until then it may still do something.
  private mutating func awaitGroup() {
    for _ in 0..<50 where isAnyLeft {
      usleep(20_000)
      collect()
    }
  }

  /// Whether it was asked to end and some of its processes still have time for it.
  private var isEnding: Bool {
    guard let killing else { return false }
    return isAnyLeft && hg_monotonic_us() < killing
  }

  /// Asks it to end, and makes it when the time for that is over; who asks again waits no longer.
  private mutating func end(within grace: Int64) {
    if killing == nil { process.send(SIGTERM) }
    killing = killing == nil ? hg_monotonic_us() + grace : 0
  }

  private mutating func obey(_ signals: Int32) {
    while hg_next_signal(signals) != 0 {
      guard Interruptions.count > 1 else {
        Output.complain(
          "healthgate: interrupted: the command must finish and continues; another signal ends it")
        continue
      }
      Output.complain("healthgate: interrupted, ending the command")
      end(within: OwnedCommand.shortGrace)
    }
  }

  private mutating func look() {
    let now = hg_monotonic_us()
    if killing == nil, end == nil, now >= deadline {
      isTimedOut = true
      end(within: OwnedCommand.grace)
    }
    collect()
    if let killing, now >= killing { process.send(SIGKILL) }
  }

  /// Takes note of what has ended.
  private mutating func collect() {
    if end == nil { end = process.end() }
    if end != nil { isAnyLeft = process.isGroupLeft }
  }

  private func isReadable(_ descriptor: Int32, within milliseconds: Int32) -> Bool {
    var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    return poll(&request, 1, milliseconds) > 0
  }

  /// Whether there may be more later.
  private mutating func read(_ descriptor: Int32, within milliseconds: Int32) -> Bool {
    guard isReadable(descriptor, within: milliseconds) else { return true }
    var chunk = [UInt8](repeating: 0, count: 16_384)
    let count = LibC.read(descriptor, &chunk, chunk.count)
    guard count > 0 else { return count < 0 && errno == EINTR }
    _ = relay.write(shown.take(output.take(Array(chunk[..<count]))))
    return true
  }
}

internal import CSystem
internal import GateCore
internal import GateRecords
internal import GateText
internal import InstanceSources
internal import LibC
internal import Synchronization

/// A command of the user that the run must execute or wait for: of a hook, of a step, or `undo`.
///
/// Its output goes to standard error as it comes, and the end of it is kept. At the time limit its
/// process group is asked to exit, and killed after a while.
struct OwnedCommand: Sendable {
  /// The command, a line for `/bin/sh`.
  var command: String
  var variables: [String: String]
  /// The file that is its standard input; nil for none.
  var input: String?
  var timeout: Duration
  var secrets: SecretMask
  /// Whether it is killed with this process.
  ///
  /// A command that shifts traffic must not do so after another runner has taken the traffic back.
  var isKilledWithRunner = false

  /// The time between the request to exit and the kill, in microseconds.
  fileprivate static let grace: Int64 = 10_000_000
  /// The same time after a second signal, in microseconds: the sender waits only a second.
  fileprivate static let shortGrace: Int64 = 500_000
  /// How long a reader of standard error may take nothing before it is ignored, in milliseconds.
  fileprivate static let patience: Int64 = 1000

  /// The outcome of the command.
  struct Outcome: Sendable {
    var end: HookResult.End
    var timedOut = false
    var elapsedMicroseconds: Int64 = 0
    var output = ""
  }

  /// Runs the command to its end.
  ///
  /// - Parameters: - signals: where interruptions are read, of which the second one ends it; nil if
  ///   none does. - stop: ends it from another thread.
  /// - Returns: the outcome.
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
      process: process, stop: stop, deadline: begun + timeout.inMicroseconds,
      output: CommandOutput(without: child.secrets))
    running.run(reading: ends[0], signals: signals)
    return Outcome(
      end: running.ending, timedOut: running.isTimedOut,
      elapsedMicroseconds: hg_monotonic_us() - begun, output: running.output.text)
  }

  private func notStarted(_ why: String, _ begun: Int64) -> Outcome {
    Outcome(end: .notStarted(why), elapsedMicroseconds: hg_monotonic_us() - begun)
  }
}

/// Asks a command on another thread to exit.
final class CommandStop: Sendable {
  private let asked = Mutex(false)

  var isAsked: Bool { asked.withLock { $0 } }

  func ask() { asked.withLock { $0 = true } }
}

/// A running command, from its start to its end.
private struct RunningCommand {
  let process: RunningChild
  /// Asks it to exit from another thread; nil if nothing does.
  let stop: CommandStop?
  /// The time limit in microseconds of the monotonic clock, as the other times are.
  let deadline: Int64
  var killing: Int64?
  /// Whether processes of the group are left.
  var isAnyLeft = true
  var isTimedOut = false
  var end: RunningChild.End?
  var output: CommandOutput
  var shown = RelayedText()
  let relay = StandardStream.error

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
    // A process that still holds the pipe after the command has ended is not waited for.
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
    while isOpen, relay.isIdle, Output.isReady(descriptor, for: POLLIN, within: 0) {
      isOpen = read(descriptor, within: 0)
    }
    if killing != nil { awaitGroup() }
    _ = relay.write(shown.take(output.finish()) + shown.finish())
  }

  /// Waits until the killed processes are gone, because until then they may still act.
  private mutating func awaitGroup() {
    for _ in 0..<50 where isAnyLeft {
      usleep(20_000)
      collect()
    }
  }

  /// Whether it was asked to exit, and some of its processes still have time for that.
  private var isEnding: Bool {
    guard let killing else { return false }
    return isAnyLeft && hg_monotonic_us() < killing
  }

  /// Asks it to exit, and kills it after `grace`; a second call only shortens the wait.
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

  /// Records the processes that have ended.
  private mutating func collect() {
    if end == nil { end = process.end() }
    if end != nil { isAnyLeft = process.isGroupLeft }
  }

  /// Reads output; returns whether there may be more later.
  private mutating func read(_ descriptor: Int32, within milliseconds: Int32) -> Bool {
    guard Output.isReady(descriptor, for: POLLIN, within: milliseconds) else { return true }
    var chunk = [UInt8](repeating: 0, count: 16_384)
    let count = LibC.read(descriptor, &chunk, chunk.count)
    guard count > 0 else { return count < 0 && errno == EINTR }
    _ = relay.write(shown.take(output.take(Array(chunk[..<count]))))
    return true
  }
}

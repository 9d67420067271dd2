internal import CSystem
internal import GateCore
internal import GateRecords
internal import GateSettings
internal import GateText
internal import InstanceSources
internal import LibC

/// A command of the user's that runs after the decision, once.
///
/// It gets the verdict on its standard input; what it prints goes to standard error as it comes,
/// and the last of it into the verdict. When its time is up its process group is asked to end, and
/// after a while made to; the second signal that the run gets does the same, sooner: the decision's
/// command is owed, and the first one does not end it.
struct Hook {
  /// The setting that it stands in.
  var key: SettingKey
  /// A line for `/bin/sh`.
  var command: String
  var timeout: Duration
  private let secrets: SecretMask
  /// Where interruptions are read from.
  var signals: Int32

  /// The hook for a decision; nil when there is none, or the run is advisory, which it then says.
  init?(after decision: Decision, _ settings: Settings, signals: Int32) {
    guard let command = settings.reactions.hooks[decision] else { return nil }
    key = .hook(after: decision)
    guard !settings.isAdvisory else {
      Output.complain("healthgate: warning: advisory is on, so \(key.rawValue) is not run")
      return nil
    }
    self.command = command
    timeout = settings.reactions.hookTimeout
    secrets = settings.secrets
    self.signals = signals
  }

  /// Between the request to end and the end by force, in microseconds.
  private static let grace: Int64 = 10_000_000
  /// The same for who has sent a second signal, and waits no longer than a second.
  private static let shortGrace: Int64 = 500_000
  /// A reader of standard error that takes nothing for so long is not waited for, in milliseconds.
  private static let patience: Int64 = 1000

  /// Runs it to its end; `file` has the verdict.
  func run(_ verdict: Verdict, file: String) -> HookResult {
    Output.complain("healthgate: running \(key.rawValue)")
    var child = ChildProcess(
      words: ["/bin/sh", "-c", command], variables: variables(verdict, file: file))
    child.input = file
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
    var course = Course(
      process: process, deadline: begun + timeout.inMicroseconds,
      output: CommandOutput(without: child.secrets))
    course.run(reading: ends[0], signals: signals)
    return HookResult(
      name: key.rawValue, command: shownCommand, end: course.ending,
      timedOut: course.isTimedOut, elapsedMicroseconds: hg_monotonic_us() - begun,
      output: course.output.text)
  }

  /// Any command's, with what the hook wants to know.
  private func variables(_ verdict: Verdict, file: String) -> [String: String] {
    var variables = SettingsLoader.environmentOfCommands
    variables["HEALTHGATE_DECISION"] = verdict.decision.rawValue
    variables["HEALTHGATE_REASON"] = verdict.reason.code.rawValue
    variables["HEALTHGATE_VERDICT_FILE"] = file
    return variables
  }

  private func notStarted(_ why: String, _ begun: Int64) -> HookResult {
    notStarted(why, after: hg_monotonic_us() - begun)
  }

  /// What became of it when it could not be run at all.
  func notStarted(_ why: String, after microseconds: Int64 = 0) -> HookResult {
    HookResult(
      name: key.rawValue, command: shownCommand, end: .notStarted(why), timedOut: false,
      elapsedMicroseconds: microseconds, output: "")
  }

  private var shownCommand: String { key.masked(command, without: secrets) }

  /// A running command, from its start to its end.
  private struct Course {
    let process: RunningChild
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

    init(process: RunningChild, deadline: Int64, output: CommandOutput) {
      self.process = process
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

    mutating func run(reading descriptor: Int32, signals: Int32) {
      var isOpen = true
      // Whoever still holds the pipe when the command has ended is not waited for.
      while end == nil || isEnding {
        if isOpen, relay.isIdle || relay.isStuck(for: Hook.patience) {
          isOpen = read(descriptor, within: 20)
        } else {
          usleep(20_000)
        }
        obey(signals)
        look()
      }
      while isOpen, relay.isIdle, isReadable(descriptor, within: 0) {
        isOpen = read(descriptor, within: 0)
      }
      _ = relay.write(shown.take(output.finish()) + shown.finish())
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
            "healthgate: interrupted: the command is owed and goes on; one more signal ends it")
          continue
        }
        Output.complain("healthgate: interrupted, ending the hook")
        end(within: Hook.shortGrace)
      }
    }

    private mutating func look() {
      let now = hg_monotonic_us()
      if killing == nil, end == nil, now >= deadline {
        isTimedOut = true
        end(within: Hook.grace)
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
}

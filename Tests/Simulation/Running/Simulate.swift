import GateCore
import Glibc
import TestSupport

/// The command that simulates worlds until it has seen enough, or something wrong.
package struct Simulate {
  private var seed: UInt64?
  private var mostWorlds = Int.max
  private var mostChecks: Int?
  private var kind: WorldTrial.Kind?
  private var largest = World.mostInstances
  private var file: String?
  private var sporadic: Int?
  private var canaries: Int?
  private var several: Int?
  private var rollouts: Int?
  private var dying: Int?
  private var isShrinking = true
  private let recorder: (any RunRecorder.Type)?
  private let command: String

  static let usage = """
    usage: simulate [--checks N] [--worlds N] [--seed N] [--kind small|fleet] [--largest N] [--unshrunk]
           simulate --world FILE [--kind small|fleet]
           simulate --sporadic RUNS [--seed N]
           simulate --canaries RUNS [--seed N]
           simulate --several RUNS [--seed N]
           simulate --rollouts RUNS [--seed N]
           simulate --dying-runners CHECKS [--seed N]

    Simulates gates on virtual time until so many checks or worlds are done (default: 10^6 checks), and
    ends with 1 when one breaks a rule: with its seed, and with the smallest world that breaks one too.
    Without a seed the first nine tenths are of fixed ones and the rest of fresh ones.

    With --sporadic it runs groups of 1,000 instances, each check of which fails once in two hundred,
    under min_healthy 100%, and ends with 1 when fewer than 999 in a thousand are promoted, or more
    than one in a hundred later than two intervals after all else held.

    With --canaries it plays canaries in steps: commands that fail, hang and lie, guards with lag and with too
    little to go by, releases that fail under load, and runners that are killed.

    With --several it plays groups under several health checks, of which each has its own interval and
    thresholds, and fails in its own way.

    With --rollouts it compares releases that are no worse than the old one at each of three steps, and ends with 1
    when more of them are called worse than the confidence of 95 % allows.

    With --dying-runners it plays small worlds whose runner dies up to four times, and is followed by another.

    """

  /// Of every so many worlds one is a large one.
  private static let period = 50

  /// Runs the command; returns its exit status.
  ///
  /// The journals are read back by the recorder.
  package static func run(
    _ arguments: [String], recorder: (any RunRecorder.Type)?
  ) -> Int32 {
    do {
      return try Simulate(arguments, recorder: recorder).run()
    } catch {
      say("simulate: \(error)\n\(usage)", to: STDERR_FILENO)
      return 64
    }
  }

  private init(_ arguments: [String], recorder: (any RunRecorder.Type)?) throws {
    self.recorder = recorder
    command = arguments.first ?? "simulate"
    var rest = arguments.dropFirst()
    while let flag = rest.popFirst() {
      guard flag != "--unshrunk" else {
        isShrinking = false
        continue
      }
      guard let value = rest.popFirst() else {
        throw WorldError(description: "\(flag) wants a value")
      }
      switch flag {
      case "--seed": seed = try Self.number(value)
      case "--worlds": mostWorlds = try Self.number(value)
      case "--checks": mostChecks = try Self.number(value)
      case "--largest": largest = try max(1, Self.number(value))
      case "--world": file = value
      case "--sporadic": sporadic = try Self.number(value)
      case "--canaries": canaries = try Self.number(value)
      case "--several": several = try Self.number(value)
      case "--rollouts": rollouts = try Self.number(value)
      case "--dying-runners": dying = try Self.number(value)
      case "--kind":
        guard let named = WorldTrial.Kind(rawValue: value) else {
          throw WorldError(description: "'\(value)' is no kind of world")
        }
        kind = named
      default: throw WorldError(description: "'\(flag)' is no option")
      }
    }
  }

  private static func number<Number: FixedWidthInteger>(_ text: String) throws -> Number {
    guard let number = Number(text), number >= 0 else {
      throw WorldError(description: "'\(text)' is no number")
    }
    return number
  }

  private func run() throws -> Int32 {
    if let file { return try runAgain(file) }
    if let sporadic { return runSporadic(sporadic) }
    if let canaries {
      let outcome = Canaries.run(canaries, seed: seed ?? 1)
      return Self.tell(outcome.text, outcome.violation)
    }
    if let rollouts {
      let outcome = Rollouts.run(rollouts, seed: seed ?? 1)
      return Self.tell(outcome.text, outcome.isWell ? nil : "more errors than allowed")
    }
    if let several {
      let outcome = ChecksGroups.run(several, seed: seed ?? 1)
      return Self.tell(outcome.text, outcome.violation)
    }
    if let dying {
      let outcome = DyingRunners.run(checks: dying, seed: seed ?? 1)
      return Self.tell(outcome.text, outcome.violation)
    }
    let checks = mostChecks ?? (mostWorlds == Int.max ? 1_000_000 : Int.max)
    let fixedChecks = seed == nil ? checks / 10 * 9 : checks
    var figures = Figures()
    guard simulate(from: seed ?? 1, &figures, until: fixedChecks, mostWorlds) else { return 1 }
    if seed == nil, figures.worlds < mostWorlds {
      var system = SystemRandomNumberGenerator()
      let fresh = system.next() >> 16
      Self.say("fresh seeds from \(fresh)\n")
      // A large world may have gone beyond the fixed part; the fresh one has its own tenth all the same.
      let end = checks == .max ? checks : max(checks, figures.checks + checks / 10)
      guard simulate(from: fresh, &figures, until: end, mostWorlds) else { return 1 }
    }
    Self.say(figures.text(seconds: Self.processorSeconds))
    return 0
  }

  private func simulate(
    from first: UInt64, _ figures: inout Figures, until checks: Int, _ worlds: Int
  ) -> Bool {
    var seed = first
    while figures.checks < checks, figures.worlds < worlds {
      let isFleet = seed % UInt64(Self.period) == 0
      let trial = WorldTrial(
        kind ?? (isFleet ? .fleet : .small), seed: seed, largest: largest, recorder: recorder)
      let again = command + (largest < World.mostInstances ? " --largest \(largest)" : "")
      Crash.note("\(again) --kind \(trial.kind.rawValue) --seed \(seed) --worlds 1")
      let run = trial.run()
      figures.add(trial, run)
      guard run.violations.isEmpty else {
        Self.say(
          "after \(figures.worlds) worlds and \(figures.checks) checks:\n"
            + trial.report(of: run, again: again, isShrunk: isShrinking))
        return false
      }
      seed += 1
    }
    return true
  }

  private func runSporadic(_ runs: Int) -> Int32 {
    let (outcome, violation) = Sporadic.run(runs, seed: seed ?? 1)
    Self.say(outcome.text + (violation.map { "# \($0)\n" } ?? ""))
    return outcome.isWell && violation == nil ? 0 : 1
  }

  private static func tell(_ text: String, _ violation: String?) -> Int32 {
    say(text + (violation.map { "# \($0)\n" } ?? ""))
    return violation == nil ? 0 : 1
  }

  private func runAgain(_ path: String) throws -> Int32 {
    guard let file = fopen(path, "r") else {
      throw WorldError(description: "\(path) cannot be opened")
    }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    while case let byte = getc(file), byte != EOF { bytes.append(UInt8(truncatingIfNeeded: byte)) }
    let world = try World(reading: String(decoding: bytes, as: UTF8.self))
    let trial = WorldTrial(kind ?? .small, of: world, recorder: recorder)
    let run = trial.run()
    let lines =
      run.history.map(\.words) + ["verdict: \(run.verdict)"]
      + run.violations.map(\.description)
    Self.say(lines.joined(separator: "\n") + "\n")
    return run.violations.isEmpty ? 0 : 1
  }

  /// At once: what is buffered is lost in a crash.
  private static func say(_ text: String, to descriptor: Int32 = STDOUT_FILENO) {
    var rest = ArraySlice(text.utf8)
    while !rest.isEmpty {
      let written = rest.withContiguousStorageIfAvailable {
        write(descriptor, $0.baseAddress, $0.count)
      }
      guard let written, written > 0 else { return }
      rest = rest.dropFirst(written)
    }
  }

  private static var processorSeconds: Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}

/// Says which world it was that a precondition stopped: a trap leaves no time for more.
private enum Crash {
  private nonisolated(unsafe) static let words = UnsafeMutablePointer<UInt8>.allocate(capacity: 512)
  private nonisolated(unsafe) static var length = 0
  private static let isInstalled: Bool = {
    for number in [SIGILL, SIGTRAP, SIGSEGV, SIGABRT] {
      signal(number) { _ in
        write(STDOUT_FILENO, Crash.words, Crash.length)
        _exit(3)
      }
    }
    return true
  }()

  static func note(_ again: String) {
    precondition(isInstalled)
    let text = "# a crash\n# again: \(again)\n"
    length = 0
    for byte in text.utf8.prefix(512) {
      words[length] = byte
      length += 1
    }
  }
}

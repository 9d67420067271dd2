internal import CSystem
internal import GateArguments
internal import GateRecords
internal import GateRun
internal import GateSettings

/// A command: its declaration, and what it does.
protocol Command {
  static var name: String { get }
  static var declaration: CommandDeclaration { get }

  /// Runs the command; it ends the process itself with any exit status other than 0.
  static func run(_ words: CommandWords) throws
}

@main
enum Healthgate {
  static let abstract =
    "Promotes or rolls back a new instance group, by your load balancer's rules."

  private static var commands: [any Command.Type] {
    [
      Run.self, Init.self, Demo.self, Probe.self, Lint.self, PlanCommand.self, Replay.self,
      Report.self, Merge.self, Verify.self, Keygen.self, Schema.self,
    ]
  }

  static let grammar = CommandGrammar(commands.map { $0.declaration })

  static func command(named name: String) -> (any Command.Type)? {
    commands.first { $0.name == name }
  }

  static func main() {
    hg_begin_process()
    Output.reserveStandardStreams()
    let invocation = Invocation(Array(CommandLine.arguments.dropFirst()))
    do {
      try refuseLostArguments()
      try refuseKeys()
      if let answer = try invocation.answer() {
        try Output.print(answer)
      } else {
        let words = try invocation.understood()
        try command(named: words.command.name)?.run(words)
      }
    } catch {
      end(invocation, explaining: error)
    }
    ExitStatus.promote.end()
  }

  /// Refuses to run without `/proc/self/cmdline`, from which Swift reads the arguments.
  ///
  /// In a chroot without it, a run would have the variables' settings, but no flags.
  private static func refuseLostArguments() throws(CommandFailure) {
    guard CommandLine.arguments.isEmpty else { return }
    throw CommandFailure(
      .noFile,
      "the arguments cannot be read: there is no /proc/self/cmdline\n"
        + "  hint: mount /proc (mount -t proc proc ROOT/proc)")
  }

  /// Refuses a key that was given in place of its file's name, because a message would repeat it.
  private static func refuseKeys() throws(CommandFailure) {
    guard CommandLine.arguments.contains(where: { $0.contains("PRIVATE KEY-----") }) else { return }
    throw CommandFailure(
      .usage,
      "an argument is a private key itself, not the location of one\n"
        + "  hint: name its file, or env:NAME for a variable that holds it")
  }

  private static func end(_ invocation: Invocation, explaining error: any Error) -> Never {
    var failure =
      switch error {
      case let problem as CommandLineProblem: CommandFailure(problem)
      default: CommandFailure(of: error) ?? CommandFailure(.defect, "\(error)")
      }
    if failure.status == .usage,
      let problem = invocation.words?.forgottenQuotes(shownBy: failure.message)
    {
      failure = CommandFailure(problem)
    }
    Output.complain(failure.message)
    if let words = invocation.words { NotCheckedRun.end(with: failure, of: words) }
    failure.status.end()
  }
}

extension CommandFailure {
  init(_ problem: CommandLineProblem) {
    self.init(
      .usage, problem.words.printable + (problem.hint.map { "\n  hint: \($0.printable)" } ?? ""))
  }
}

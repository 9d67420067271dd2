internal import ArgumentParser
internal import CSystem
internal import GateRecords
internal import GateRun
internal import GateSettings

@main
struct Healthgate: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "healthgate",
    abstract: "Promotes or rolls back a new instance group, by your load balancer's rules.",
    discussion: "Exit status:\n\(ExitStatus.list)",
    version: Program.version,
    // Each says its name, though its type does too: turning types into words takes a quarter of the start-up.
    subcommands: [
      Run.self, Init.self, Demo.self, Probe.self, Lint.self, PlanCommand.self, Replay.self,
      Report.self, Merge.self, Verify.self, Keygen.self, Schema.self,
    ])

  /// The arguments, with every option of one letter spelled out.
  static let arguments = ShortFlags.spelledOut(Array(CommandLine.arguments.dropFirst()))

  /// The command of a name.
  static func command(named name: String) -> (any ParsableCommand.Type)? {
    configuration.subcommands.first { $0.configuration.commandName == name }
  }

  static func main() {
    hg_begin_process()
    Output.reserveStandardStreams()
    do {
      try refuseLostArguments()
      try refuseKeys()
      switch try Invocation(arguments) {
      case .answer(let text): try Output.print(text)
      case .command(let type, let words):
        var command = try Invocation.parsed(words, as: type)
        try refuseRepeatedOptions()
        try command.run()
      }
    } catch {
      end(explaining: error)
    }
    ExitStatus.promote.end()
  }

  /// Without `/proc/self/cmdline`, from which Swift reads the arguments, there are none, not even the program's name.
  ///
  /// In such a chroot a run would go on with what variables say, and without the flags.
  private static func refuseLostArguments() throws(CommandFailure) {
    guard CommandLine.arguments.isEmpty else { return }
    throw CommandFailure(
      .noFile,
      "the arguments cannot be read: there is no /proc/self/cmdline\n"
        + "  hint: mount /proc (mount -t proc proc ROOT/proc)")
  }

  /// The argument parser would repeat a key that was given in place of its file's name.
  private static func refuseKeys() throws(CommandFailure) {
    guard CommandLine.arguments.contains(where: { $0.contains("PRIVATE KEY-----") }) else { return }
    throw CommandFailure(
      .usage,
      "an argument is a key itself, not where one is\n"
        + "  hint: name its file, or env:NAME for a variable that has it")
  }

  /// Those that can be given several times, and are no settings.
  private static let repeatableOptions: Set = ["--expect", "--failure-rate", "--ignore", "--key"]

  /// The argument parser would take the last of an option's values, and say nothing.
  private static func refuseRepeatedOptions() throws(CommandFailure) {
    let repeated = repeatedOptions(
      in: arguments, besides: repeatableOptions)
    guard !repeated.isEmpty else { return }
    throw CommandFailure(
      SettingsError(repeated.map { SettingProblem(.repeated(name: $0)) }))
  }

  private static func end(explaining error: any Error) -> Never {
    if let failure = error as? CommandFailure {
      end(with: Invocation.withoutStray(failure, of: arguments))
    }
    // A command that has done its work and ends with a status says nothing more.
    if let code = error as? ExitCode {
      (ExitStatus(rawValue: code.rawValue) ?? .defect).end()
    }
    end(with: CommandFailure(.defect, "\(error)"))
  }

  private static func end(with failure: CommandFailure) -> Never {
    Output.complain(failure.message)
    let command = arguments.first.flatMap { Self.command(named: $0) == nil ? nil : $0 }
    NotCheckedRun.end(with: failure, of: command ?? "run", arguments)
    failure.status.end()
  }
}

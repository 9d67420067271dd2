internal import ArgumentParser
internal import CProcess
internal import GateFormats

@main
struct Healthgate: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "healthgate",
    abstract: "Checks a new instance group as a load balancer would: promote it, or roll back?",
    discussion: "Exit status:\n\(ExitStatus.list)",
    version: version,
    // Each says its name, though its type does too: turning types into words takes a quarter of the start-up.
    subcommands: [
      Run.self, Demo.self, Probe.self, Lint.self, PlanCommand.self, Replay.self, Report.self,
      Merge.self, Verify.self, Keygen.self, Schema.self,
    ],
    defaultSubcommand: Run.self)

  static let version = "0.1.0"

  static func main() {
    hg_begin_process()
    Output.reserveStandardStreams()
    do {
      try refuseLostArguments()
      try refuseKeys()
      var command = try parseAsRoot()
      try refuseRepeatedOptions()
      try command.run()
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
      in: Array(CommandLine.arguments.dropFirst()), besides: repeatableOptions)
    guard !repeated.isEmpty else { return }
    throw CommandFailure(
      SettingsError(repeated.map { SettingProblem(.repeated(name: $0)) }))
  }

  /// Ends with what went wrong, or as the argument parser wants, in this program's words.
  private static func end(explaining error: any Error) -> Never {
    if let failure = error as? CommandFailure { end(with: failure) }
    let (code, message) = (exitCode(for: error), fullMessage(for: error))
    // A command that has done its work and ends with a status says nothing more.
    guard code != .success, !message.isEmpty else {
      let status = ExitStatus(rawValue: code.rawValue) ?? .defect
      do throws(CommandFailure) {
        if !message.isEmpty { try Output.print("\(message)\n") }
      } catch {
        end(with: error)
      }
      status.end()
    }
    let text = withoutUnexpected(
      message.hasPrefix("Error: ") ? String(message.dropFirst(7)) : message)
    end(with: CommandFailure(ExitStatus(rawValue: code.rawValue) ?? .defect, text))
  }

  /// The argument parser repeats what it did not expect: that may be a secret whose quotes were forgotten.
  private static func withoutUnexpected(_ message: String) -> String {
    guard let first = message.split(whereSeparator: \.isNewline).first,
      first.lowercased().contains("unexpected argument")
    else { return message }
    let arguments = CommandLine.arguments.dropFirst()
    guard
      let place = arguments.firstIndex(where: {
        !$0.hasPrefix("-") && first.contains("'\($0)'")
      })
    else { return "unexpected arguments\(message.dropFirst(first.count))" }
    let isWord = arguments[place].utf8.allSatisfy {
      (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) || $0 == UInt8(ascii: "-")
    }
    let words =
      if place == 1, isWord, arguments[place].utf8.count <= 16 {
        "unexpected argument '\(arguments[place])': there is no such command\n"
          + "  hint: healthgate --help lists the commands"
      } else if let flag = arguments[..<place].last(where: { $0.hasPrefix("--") }) {
        "unexpected argument after the value of \(flag.prefix { $0 != "=" })\n"
          + "  hint: a value with blanks is put in quotes; \(flag.prefix { $0 != "=" }) is repeated "
          + "where it may have several"
      } else {
        "unexpected argument, the \(place)\(Self.ordinal(place)) on the command line"
      }
    return words + message.dropFirst(first.count)
  }

  private static func ordinal(_ number: Int) -> String {
    guard !(11...13).contains(number % 100) else { return "th" }
    return [1: "st", 2: "nd", 3: "rd"][number % 10] ?? "th"
  }

  private static func end(with failure: CommandFailure) -> Never {
    Output.complain(failure.message)
    NotCheckedRun.end(with: failure)
    failure.status.end()
  }
}

/// Why a command ends before its work is done: what to say, and the status for it.
struct CommandFailure: Error {
  var status: ExitStatus
  /// Whole, with its prefix.
  var message: String

  init(_ status: ExitStatus, _ message: String) {
    self.status = status
    self.message = "healthgate: error: \(message)"
  }

  /// A message that has its prefix already.
  init(_ status: ExitStatus, complete message: String) {
    self.status = status
    self.message = message
  }
}

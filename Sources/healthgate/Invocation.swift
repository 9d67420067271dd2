internal import ArgumentParser
internal import GateRun
internal import GateSettings
internal import GateText

/// What a command line asks for, by its first word.
///
/// The argument parser could find the command itself, but has no word for one that it does not know,
/// and builds the options of its default command to ask about them.
enum Invocation {
  /// Something to print, and nothing to do.
  case answer(String)
  case command(any ParsableCommand.Type, [String])

  /// - Throws: `CommandFailure` when the first word is no command and no URL.
  init(_ arguments: [String]) throws(CommandFailure) {
    guard let first = arguments.first else {
      guard !Self.isConfigured else { self = .command(Run.self, []); return }
      Output.complain(Help.short(of: Run.self))
      throw CommandFailure(
        .usage,
        "nothing to check: no URL, target or settings are given" + SettingsLoader.hintAtFile)
    }
    switch first {
    case "help": self = .answer(try Help.answer(to: Array(arguments.dropFirst())))
    case "--version": self = .answer("\(Program.version)\n")
    case "--experimental-dump-help": self = .answer("\(Healthgate._dumpHelp())\n")
    case _ where first.hasPrefix("--generate-completion-script"):
      self = .answer(try CompletionRoot.script(arguments))
    default:
      let type = try Self.command(first)
      let words = Healthgate.command(named: first) == nil ? arguments : Array(arguments.dropFirst())
      self = Help.asked(in: words, of: type).map { .answer($0) } ?? .command(type, words)
    }
  }

  private static func command(_ first: String) throws(CommandFailure) -> any ParsableCommand.Type {
    if let type = Healthgate.command(named: first) { return type }
    guard first.hasPrefix("-") || first.contains("://") else {
      throw CommandFailure(grammars.problem(ofFirstWord: first))
    }
    return Run.self
  }

  /// Whether variables say what to do where the command line says nothing.
  private static var isConfigured: Bool {
    let variables = SettingsLoader.environment
    let settings = RawSettings(variables: variables)
    return !settings.values.isEmpty || !settings.problems.isEmpty
      || !(variables["HEALTHGATE_CONFIG"] ?? "").isEmpty
  }

  /// What every command takes; it is looked at only where a command line is wrong.
  static var grammars: [CommandGrammar] {
    CommandGrammar.commands(describedBy: Healthgate._dumpHelp())
  }

  /// The argument parser's own words, without its list of one value a line.
  private static func onOneLine(_ text: String) -> String {
    let missing = "Missing expected argument '<"
    if text.hasPrefix(missing) {
      return "no \(text.dropFirst(missing.count).prefix { $0 != ">" }.uppercased()) is given"
    }
    let lines = text.split(separator: "\n")
    let values = lines.filter { $0.hasPrefix("  - ") }.map { $0.dropFirst(4) }
    guard !values.isEmpty, let first = lines.first else { return text }
    return first.replacing(". Please provide one of the following:", with: "")
      + ": one of \(values.joined(separator: ", "))"
  }

  /// Reads a command's arguments.
  ///
  /// - Throws: `CommandFailure` with what is wrong with the first that cannot be, and what to type.
  static func parsed(
    _ words: [String], as type: any ParsableCommand.Type
  ) throws -> any ParsableCommand {
    let name = type.configuration.commandName ?? ""
    do {
      let command = try type.parseAsRoot(words)
      // Its own command for help, which letters that were written together can ask for: `-h1`.
      guard Swift.type(of: command) != type else { return command }
      throw CommandFailure(
        grammars.problem(in: words, of: name)
          ?? CommandLineProblem(
            "the options are not understood", hint: "'healthgate \(name) --help' shows them"))
    } catch let failure as CommandFailure {
      throw failure
    } catch {
      if let problem = grammars.problem(in: words, of: name) { throw CommandFailure(problem) }
      let text = onOneLine(type.message(for: error))
      throw CommandFailure(
        .usage,
        "\(text.prefix(1).lowercased())\(text.dropFirst())\n  hint: 'healthgate \(name) --help' shows what it "
          + "takes")
    }
  }
}

extension Invocation {
  /// What is wrong with a command line, without a word that may be a part of a secret.
  static func withoutStray(_ failure: CommandFailure, of arguments: [String]) -> CommandFailure {
    guard failure.status == .usage, let first = arguments.first else { return failure }
    let command = Healthgate.command(named: first)?.configuration.commandName
    let words = command == nil ? arguments : Array(arguments.dropFirst())
    return grammars.forgottenQuotes(in: words, of: command ?? "run", shownBy: failure.message)
      .map(CommandFailure.init) ?? failure
  }
}

extension CommandFailure {
  init(_ problem: CommandLineProblem) {
    self.init(
      .usage, problem.words.printable + (problem.hint.map { "\n  hint: \($0.printable)" } ?? ""))
  }
}

/// The program as a shell completes it: the options of `run` stand at the top too, since it is the
/// command that need not be named.
private struct CompletionRoot: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "healthgate", subcommands: Healthgate.configuration.subcommands)

  @Flag(help: "Show the version.") var version = false
  @Flag(help: "Show every setting.") var helpAll = false
  @Flag(help: "Print the settings in force, each with its origin, and check nothing.")
  var printConfig = false
  @OptionGroup var file: ConfigFlag
  @OptionGroup var flags: SettingFlags

  static func script(_ arguments: [String]) throws(CommandFailure) -> String {
    let parts = arguments[0].split(separator: "=", maxSplits: 1).map(String.init)
    let name = parts.count == 2 ? parts[1] : arguments.dropFirst().first
    let shell = name.map { CompletionShell(rawValue: $0) } ?? CompletionShell.autodetected()
    guard let shell else {
      throw CommandFailure(
        .usage,
        "there are no completions for \((name ?? "this shell").shown)\n  hint: "
          + "--generate-completion-script bash, zsh or fish")
    }
    let text = completionScript(for: shell) + "\n"
    guard shell == .bash,
      let place = text.firstRange(of: "    __healthgate_offer_flags_options 0\n")
    else { return text }
    return text.replacingCharacters(in: place, by: commandsFirst + text[place])
  }

  /// What bash does before it looks at the options of the whole program: those of a command that is named are its own.
  private static var commandsFirst: String {
    let names = configuration.subcommands.compactMap { $0.configuration.commandName }
    return """
          if ((COMP_CWORD == 2)) && [[ ${COMP_WORDS[1]} = help ]]; then
              COMPREPLY=($(compgen -W '\((names + Help.topics).joined(separator: " "))' -- "${COMP_WORDS[2]}"))
              return
          fi
          if ((COMP_CWORD > 1)) && [[ " \(names.joined(separator: " ")) " = *" ${COMP_WORDS[1]} "* ]]; then
              unparsed_words=("${COMP_WORDS[@]:2:COMP_CWORD-1}")
              "_healthgate_${COMP_WORDS[1]}"
              return
          fi

      """
  }
}

extension String {
  fileprivate func replacingCharacters(in range: Range<Index>, by text: String) -> String {
    self[..<range.lowerBound] + text + self[range.upperBound...]
  }
}

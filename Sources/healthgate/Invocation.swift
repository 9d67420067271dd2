internal import GateArguments
internal import GateRun
internal import GateSettings
internal import GateText

/// The command line, by its first word.
struct Invocation {
  private let arguments: [String]
  /// The words of a command; nil for a question to the program itself.
  let words: CommandWords?

  init(_ arguments: [String]) {
    self.arguments = arguments
    let first = arguments.first ?? ""
    guard !Self.isQuestion(first) else { words = nil; return }
    let command = Healthgate.command(named: first)
    words = Healthgate.grammar.read(
      command == nil ? arguments : Array(arguments.dropFirst()),
      of: (command ?? Run.self).declaration)
  }

  private static let dump = "--experimental-dump-help"
  private static let completions = "--generate-completion-script"

  private static func isQuestion(_ first: String) -> Bool {
    ["help", "--version", dump].contains(first) || first.hasPrefix(completions)
  }

  /// The text to print if there is nothing else to do; nil if there is.
  ///
  /// - Throws: `CommandLineProblem` for a question without an answer.
  func answer() throws -> String? {
    switch arguments.first {
    case "help": try Help.answer(to: Array(arguments.dropFirst()))
    case "--version": "\(Program.version)\n"
    case Self.dump: Help.dump
    case let first? where first.hasPrefix(Self.completions): try completionScript(first)
    case let first?: try answer(of: words, first)
    case nil: nil
    }
  }

  private func answer(of words: CommandWords?, _ first: String) throws -> String? {
    if Healthgate.command(named: first) == nil, !first.hasPrefix("-"), !first.contains("://") {
      throw Healthgate.grammar.problem(ofFirstWord: first)
    }
    guard let words, let question = words.question else { return nil }
    return question == "version"
      ? "\(Program.version)\n"
      : Help.page(of: words.command, everySetting: question == "help-all")
  }

  private func completionScript(_ first: String) throws(CommandLineProblem) -> String {
    let parts = first.split(separator: "=", maxSplits: 1).map(String.init)
    let named = parts.count == 2 ? parts[1] : arguments.dropFirst().first
    let shells = SettingsLoader.environment["SHELL"]?.split(separator: "/").map(String.init)
    let name = named ?? shells?.last
    guard let shell = name.flatMap(Shell.init) else {
      throw CommandLineProblem(
        "there are no completions for \(name?.shown ?? "this shell")",
        hint: "\(Self.completions) bash, zsh or fish")
    }
    return Healthgate.grammar.completions(for: shell, topics: Help.topics)
  }

  /// The words of the command.
  ///
  /// - Throws: `CommandLineProblem`, `SettingsError` or `CommandFailure` for invalid words.
  func understood() throws -> CommandWords {
    guard !arguments.isEmpty || Self.isConfigured else {
      let file = SettingsLoader.hintAtFile
      throw CommandFailure(
        .usage,
        "nothing to check: no URL, target or settings are given"
          + (file.isEmpty
            ? "\n  hint: such as 'healthgate http://10.0.1.5/health' or 'healthgate demo'; "
              + "'healthgate --help' has more" : file))
    }
    guard let words else { preconditionFailure("what is asked of the program is answered") }
    if let problem = words.problem { throw problem }
    guard words.repeated.isEmpty else {
      throw SettingsError(words.repeated.map { SettingProblem(.repeated(name: $0)) })
    }
    return words
  }

  /// Whether variables contain the settings of a run, if the command line is empty.
  private static var isConfigured: Bool {
    let variables = SettingsLoader.environment
    let settings = RawSettings(variables: variables)
    return !settings.values.isEmpty || !settings.problems.isEmpty
      || !(variables["HEALTHGATE_CONFIG"] ?? "").isEmpty
  }
}

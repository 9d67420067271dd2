internal import GateCore
internal import GateSettings
internal import GateText

/// The first word of a command line that is an error, and what to do about it.
package struct CommandLineProblem: Error, Hashable, Sendable {
  package var words: String
  package var hint: String?

  package init(_ words: String, hint: String? = nil) {
    (self.words, self.hint) = (words, hint)
  }
}

extension CommandGrammar {
  /// The error for an argument of a command that takes none.
  func stray(_ word: String, in command: CommandDeclaration) -> CommandLineProblem {
    CommandLineProblem(
      "unexpected argument \(word.shown): '\(command.name)' takes none",
      hint: asFlags(word, of: command) ?? "'healthgate \(command.name) --help' shows what it takes")
  }

  /// The flags for a URL, for a command that takes its parts; nil if it is not a URL.
  private func asFlags(_ word: String, of command: CommandDeclaration) -> String? {
    guard word.contains("://"),
      let settings = try? GatedURLs.settings([word], beside: []),
      settings.allSatisfy({ command.takes($0.0.flag) })
    else { return nil }
    return "give it as "
      + settings.map { "\($0.0.flag) \(SecretPlaces.masked($0.1.joined(separator: ",")))" }
      .joined(separator: " ")
  }

  /// The error for an unknown option: a misspelling, one of another program, or of another command.
  ///
  /// The word beside it tells a file from a format.
  func unknown(
    _ option: String, beside value: String?, in command: CommandDeclaration
  ) -> CommandLineProblem {
    let name = String(option.drop { $0 == "-" })
    let isLong = option.hasPrefix("--") || name.count > 1
    let hint =
      (["output", "out", "output-file", "outfile", "o"].contains(name)
        ? hint(forOutputTo: value ?? "", of: command) : nil)
      ?? (isLong ? hint(for: name, in: command) : hint(forLetter: name, in: command))
    return CommandLineProblem(
      "unknown option \(option.shown)",
      hint: hint ?? "'healthgate \(command.name) --help-all' lists the options")
  }

  private func hint(forOutputTo file: String, of command: CommandDeclaration) -> String? {
    command.takes("--output")
      ? "use --output FILE" : ForeignWords.advice(forFile: file, of: command.resultPlace)
  }

  private func hint(forLetter letter: String, in command: CommandDeclaration) -> String? {
    // A short option of this program that the command does not have.
    if letter == "q" { return hint(for: "progress", in: command) }
    return ForeignWords.advice(forLetter: letter).flatMap { fits($0, command) ? $0 : nil }
  }

  private func hint(for name: String, in command: CommandDeclaration) -> String? {
    let long = command.longNames
    let plain = name.hyphenated
    // Spellings such as `--healthythreshold` and `--HealthyThreshold`.
    let bare = plain.filter { $0 != "-" }
    if let same = long.first(where: { $0.filter { $0 != "-" } == bare }) {
      return "did you mean --\(same)?"
    }
    if let advice = ForeignWords.advice(forOption: plain), fits(advice, command) { return advice }
    if SettingKey.allCases.contains(where: { $0.optionName == plain && !$0.isEverywhere }) {
      return "it is a setting of the settings file only (--config FILE), not an option"
    }
    let owners = commands.filter { $0.takes("--\(plain)") }.map { "'healthgate \($0.name)'" }
    if !owners.isEmpty {
      return "--\(plain) belongs to \(enumeration(Array(owners.prefix(3)), "and"))"
    }
    // `--unhealthy` can have several meanings.
    let longer = long.filter { $0.hasPrefix("\(plain)-") }
    if !longer.isEmpty {
      return "did you mean \(longer.map { "--\($0)" }.joined(separator: " or "))?"
    }
    if let near = nearestName(to: plain, among: long) { return "did you mean --\(near)?" }
    return hint(forPartsOf: plain, long, in: command)
  }

  /// The hint for a known name with additional words; nil if there is none.
  ///
  /// Examples are `--health-check-interval-seconds`, `--report-html` and `--max-retries`.
  private func hint(
    forPartsOf name: String, _ long: [String], in command: CommandDeclaration
  ) -> String? {
    let words = name.split(separator: "-").map(String.init)
    guard (2...8).contains(words.count) else { return nil }
    for count in (1..<words.count).reversed() {
      // The end of a name says what it is, and its beginning what it belongs to.
      for start in (0...(words.count - count)).reversed() {
        let part = words[start..<start + count].joined(separator: "-")
        let rest = words[..<start] + words[(start + count)...]
        if long.contains(part), start == 0 || rest.allSatisfy(Self.qualifiers.contains) {
          return "did you mean --\(part)?"
        }
        if rest.allSatisfy(Self.qualifiers.contains),
          let advice = ForeignWords.advice(forOption: part), fits(advice, command)
        {
          return advice
        }
      }
    }
    return nil
  }

  /// Words that other programs add to a name: AWS's API, Kubernetes' probes, units and amounts.
  private static let qualifiers: Set = [
    "health", "healthcheck", "check", "checks", "probe", "poll", "request", "http", "lb", "elb",
    "retry",
    "max", "min", "num", "number", "of", "total", "default", "initial", "count", "seconds", "secs",
    "sec", "ms", "millis", "minutes", "limit", "level", "value", "list", "file", "path", "name",
    "format", "id", "ids", "arn", "type", "time", "duration", "period", "expected", "expect",
  ]

  /// Whether a command has the options that a hint mentions.
  private func fits(_ advice: String, _ command: CommandDeclaration) -> Bool {
    advice.optionNames.allSatisfy { command.takes($0) }
  }

  /// The error for a first word that is neither a command nor a URL.
  package func problem(ofFirstWord word: String) -> CommandLineProblem {
    if word.looksLikePlace {
      return CommandLineProblem(
        "\(word.shown) is not a URL",
        hint: word.hintAtURL)
    }
    let words = "unknown command \(word.shown)"
    if let advice = ForeignWords.advice(forCommand: word) {
      return CommandLineProblem(words, hint: advice)
    }
    guard let near = nearestName(to: word, among: commands.map(\.name) + ["help"]) else {
      return CommandLineProblem(words, hint: "'healthgate --help' lists the commands")
    }
    return CommandLineProblem(words, hint: "did you mean 'healthgate \(near)'?")
  }
}

extension CommandDeclaration {
  /// The names of its options, without hyphens, in alphabetical order.
  fileprivate var longNames: [String] {
    (groups.flatMap(\.options) + CommandOption.answered)
      .flatMap(\.names).filter { $0.hasPrefix("--") }.map { String($0.dropFirst(2)) }.sorted()
  }
}

import GateCore
internal import GateText

/// What a command takes, as the argument parser tells it of itself.
package struct CommandGrammar: Hashable, Sendable {
  package var name: String
  /// With their hyphens; `--no-strict` is one of its own.
  package var options: [String: Value]
  /// What stands for its arguments; nil where it takes none.
  package var argument: String?

  package enum Value: Hashable, Sendable {
    case none
    /// What stands for it: `DURATION`.
    case one(String)
  }

  package init(name: String, options: [String: Value], argument: String? = nil) {
    (self.name, self.options, self.argument) = (name, options, argument)
  }
}

extension CommandGrammar {
  /// Reads the argument parser's own description of a program (`--experimental-dump-help`); empty when it is none.
  package static func commands(describedBy json: String) -> [CommandGrammar] {
    guard let document = try? JSONValue(parsing: Array(json.utf8)),
      case .object(let root) = document, case .object(let program)? = root["command"]
    else { return [] }
    return program.list("subcommands").compactMap { command in
      guard let name = command.text("commandName"), name != "help" else { return nil }
      return CommandGrammar(name: name, of: command)
    }
  }

  private init(name: String, of command: JSONObject) {
    self.init(name: name, options: [:])
    for argument in command.list("arguments") {
      let value = argument.text("valueName") ?? "VALUE"
      guard argument.text("kind") != "positional" else {
        self.argument = value
        continue
      }
      for name in argument.list("names") {
        guard let text = name.text("name") else { continue }
        let dashes = name.text("kind") == "short" ? "-" : "--"
        options[dashes + text] = argument.text("kind") == "option" ? .one(value) : Value.none
      }
    }
  }
}

extension JSONObject {
  fileprivate func list(_ name: JSONName) -> [JSONObject] {
    guard case .array(let items)? = self[name] else { return [] }
    return items.compactMap { if case .object(let object) = $0 { object } else { nil } }
  }

  fileprivate func text(_ name: JSONName) -> String? {
    if case .string(let text)? = self[name] { text } else { nil }
  }
}

// MARK: - What is wrong with a command line

/// The first word of a command line that cannot be, and what to do.
package struct CommandLineProblem: Error, Hashable, Sendable {
  package var words: String
  package var hint: String?

  package init(_ words: String, hint: String? = nil) {
    (self.words, self.hint) = (words, hint)
  }
}

extension [CommandGrammar] {
  /// Why these arguments of a command cannot be read; nil when nothing is seen.
  ///
  /// Only the first is told: what follows a word that is not understood is not understood either.
  package func problem(in arguments: [String], of name: String) -> CommandLineProblem? {
    guard let command = first(where: { $0.name == name }) else { return nil }
    var rest = arguments[...]
    while let word = rest.popFirst() {
      guard word != "--" else { return nil }
      guard word.hasPrefix("-"), word != "-" else {
        if command.argument == nil { return stray(word, in: command) }
        continue
      }
      let option = String(word.prefix { $0 != "=" })
      guard let value = command.options[option] else { return unknown(option, in: command) }
      guard case .one(let metavar) = value else {
        guard option == word else {
          return CommandLineProblem(
            "\(option) takes no value", hint: "leave '\(word.dropFirst(option.count))' out")
        }
        continue
      }
      guard option == word else { continue }
      if let problem = missingValue(of: option, metavar, rest.first, in: command) {
        return problem
      }
      rest = rest.dropFirst()
    }
    return nil
  }

  /// What to say in place of a message that repeats a word behind an option's value: quotes were
  /// probably forgotten around the two, and what they were around may be a secret.
  package func forgottenQuotes(
    in arguments: [String], of name: String, shownBy message: String
  ) -> CommandLineProblem? {
    guard let command = first(where: { $0.name == name }) else { return nil }
    var (rest, option): (ArraySlice<String>, String?) = (arguments[...], nil)
    while let word = rest.popFirst(), word != "--" {
      if word.hasPrefix("-"), word != "-" {
        option = String(word.prefix { $0 != "=" })
        guard let name = option, case .one = command.options[name] else {
          option = nil
          continue
        }
        if name == word { rest = rest.dropFirst() }
      } else if let option, word.utf8.count >= 8, !word.isMeant(as: command),
        message.contains(word.prefix(20))
      {
        return CommandLineProblem(
          "unexpected argument after the value of \(option)",
          hint: "a value with blanks is put in quotes; \(option) is repeated where it may have "
            + "several")
      }
    }
    return nil
  }

  private func missingValue(
    of option: String, _ metavar: String, _ next: String?, in command: CommandGrammar
  ) -> CommandLineProblem? {
    guard let next else {
      return CommandLineProblem(
        "\(option) has no value", hint: "give it one: \(option) \(metavar)")
    }
    guard next.hasPrefix("-"), next != "-" else { return nil }
    if let digit = next.dropFirst().first, digit.isNumber || digit == "." {
      return CommandLineProblem(
        "\(option) is '\(next)', but cannot be negative",
        hint: "such as \(option) \(next.dropFirst())")
    }
    let isOption = command.options[String(next.prefix { $0 != "=" })] != nil
    return CommandLineProblem(
      "\(option) has no value: '\(next)' follows it",
      hint: isOption
        ? "give it one: \(option) \(metavar)"
        : "a value that begins with '-' is written \(option)=\(next)")
  }

  private func stray(_ word: String, in command: CommandGrammar) -> CommandLineProblem {
    CommandLineProblem(
      "\(word.shown) is an argument, and '\(command.name)' takes none",
      hint: asFlags(word, of: command) ?? "'healthgate \(command.name) --help' shows what it takes")
  }

  /// A URL, for a command that takes what it stands for.
  private func asFlags(_ word: String, of command: CommandGrammar) -> String? {
    guard word.contains("://"),
      let settings = try? GatedURLs.settings([word], beside: []),
      settings.allSatisfy({ command.options[$0.0.flag] != nil })
    else { return nil }
    return "give it as "
      + settings.map { "\($0.0.flag) \(SecretPlaces.masked($0.1.joined(separator: ",")))" }
      .joined(separator: " ")
  }

  /// An option that there is not: another spelling of one, another program's, or of another command.
  private func unknown(_ option: String, in command: CommandGrammar) -> CommandLineProblem {
    let name = String(option.drop { $0 == "-" })
    let hint =
      option.hasPrefix("--") || name.count > 1
      ? hint(for: name, in: command)
      : ForeignWords.advice(forLetter: name).flatMap { fits($0, command) ? $0 : nil }
    return CommandLineProblem(
      "unknown option \(option.shown)",
      hint: hint ?? "'healthgate \(command.name) --help-all' lists the options")
  }

  private func hint(for name: String, in command: CommandGrammar) -> String? {
    let long = command.options.keys.filter { $0.hasPrefix("--") }.map { String($0.dropFirst(2)) }
      .sorted()
    let plain = name.hyphenated
    // `--healthythreshold`, `--HealthyThreshold`.
    let bare = plain.filter { $0 != "-" }
    if let same = long.first(where: { $0.filter { $0 != "-" } == bare }) {
      return "did you mean --\(same)?"
    }
    if let advice = ForeignWords.advice(forOption: plain), fits(advice, command) { return advice }
    let owners = filter { $0.options["--\(plain)"] != nil }.map { "'healthgate \($0.name)'" }
    if !owners.isEmpty {
      return "--\(plain) belongs to \(owners.prefix(3).joined(separator: " and "))"
    }
    // `--unhealthy` may be one or the other.
    let longer = long.filter { $0.hasPrefix("\(plain)-") }
    if !longer.isEmpty {
      return "did you mean \(longer.map { "--\($0)" }.joined(separator: " or "))?"
    }
    if let near = nearestName(to: plain, among: long) { return "did you mean --\(near)?" }
    return hint(forPartsOf: plain, long, in: command)
  }

  /// `--health-check-interval-seconds`, `--report-html`, `--max-retries`: a name that is known, among
  /// words that say more of it.
  private func hint(
    forPartsOf name: String, _ long: [String], in command: CommandGrammar
  ) -> String? {
    let words = name.split(separator: "-").map(String.init)
    guard (2...8).contains(words.count) else { return nil }
    for count in (1..<words.count).reversed() {
      // The end of a name says what it is, its beginning what it is of.
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

  /// Words that a name can have more of here or there: those of AWS's API, of Kubernetes' probes, of
  /// units and of amounts.
  private static let qualifiers: Set = [
    "health", "healthcheck", "check", "checks", "probe", "poll", "request", "http", "lb", "elb",
    "retry",
    "max", "min", "num", "number", "of", "total", "default", "initial", "count", "seconds", "secs",
    "sec", "ms", "millis", "minutes", "limit", "level", "value", "list", "file", "path", "name",
    "format", "id", "ids", "arn", "type", "time", "duration", "period", "expected", "expect",
  ]

  /// Whether a command has the options that an advice names.
  private func fits(_ advice: String, _ command: CommandGrammar) -> Bool {
    advice.optionNames.allSatisfy { command.options[$0] != nil }
  }

  /// Why a first word is neither a command nor a URL.
  package func problem(ofFirstWord word: String) -> CommandLineProblem {
    let names = map(\.name)
    if word.looksLikePlace {
      return CommandLineProblem(
        "\(word.shown) is not a URL",
        hint: word.hintAtURL)
    }
    let words = "unknown command \(word.shown)"
    if let advice = ForeignWords.advice(forCommand: word) {
      return CommandLineProblem(words, hint: advice)
    }
    guard let near = nearestName(to: word, among: names + ["help"]) else {
      return CommandLineProblem(words, hint: "'healthgate --help' lists the commands")
    }
    return CommandLineProblem(words, hint: "did you mean 'healthgate \(near)'?")
  }
}

extension String {
  /// The options that a sentence names, but for those of commands that it quotes.
  package var optionNames: [String] {
    split(separator: "'", omittingEmptySubsequences: false).enumerated()
      .filter { $0.offset.isMultiple(of: 2) }
      .flatMap { $0.element.split { !($0.isLetter || $0 == "-") } }
      .filter { $0.hasPrefix("--") }.map(String.init)
  }

  /// `HealthCheckInterval` and `health_check_interval` as an option spells them.
  package var hyphenated: String {
    var words = ""
    var wasLowercase = false
    for character in self {
      if character.isUppercase, wasLowercase { words += "-" }
      wasLowercase = character.isLowercase
      words += character.lowercased()
    }
    return words.replacing("_", with: "-")
  }

  /// Whether it was meant as an argument of the command; a token has dots too, and is longer.
  fileprivate func isMeant(as command: CommandGrammar) -> Bool {
    contains("://") || command.name != "run" && looksLikePlace && utf8.count <= 40
  }

  /// Whether it is more of an address than of a command: `10.0.1.5:80`, `web.example/health`.
  fileprivate var looksLikePlace: Bool {
    contains { ".:/[".contains($0) }
  }

  /// How a place is given that is not written as a URL.
  var hintAtURL: String {
    if contains(","),
      (try? split(separator: ",").map { try InstanceSpec(parsing: String($0)) }) != nil
    {
      return "give a list with --instances, and what to check with --target HTTP:80/health"
    }
    return looksLikePlace && !(first?.isUppercase ?? false && contains(":"))
      || (try? HealthCheckTarget(parsing: self)) != nil
      ? "write the protocol too, such as \(asURL), or give --target and --instances"
      : "give URLs alone, such as http://10.0.1.5/health, or --target and --instances"
  }

  private var asURL: String {
    if let target = try? HealthCheckTarget(parsing: self) {
      return "\(target.scheme.rawValue.lowercased())://10.0.1.5\(target.path)"
    }
    let hasPath = contains("/")
    return "http://\(self)\(hasPath ? "" : "/health")"
  }
}

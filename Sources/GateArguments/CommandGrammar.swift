internal import GateCore
package import GateSettings
internal import GateText

/// The grammar of the command line: all commands with their arguments and options.
///
/// A command is declared only when it is needed: a valid command line needs only one.
package struct CommandGrammar: Sendable {
  private let declared: @Sendable () -> [CommandDeclaration]

  package init(_ commands: @autoclosure @escaping @Sendable () -> [CommandDeclaration]) {
    declared = commands
  }

  package var commands: [CommandDeclaration] { declared() }
}

/// The parsed words of a command line after the command.
package struct CommandWords: Sendable {
  package let command: CommandDeclaration
  package fileprivate(set) var arguments: [String] = []
  /// The question that is answered instead of anything else: `help`, `help-all` or `version`; else
  /// nil.
  package fileprivate(set) var question: String?
  /// The first error, if there is one; everything that was understood is available all the same.
  package fileprivate(set) var problem: CommandLineProblem?
  /// Options of one value that are given more than once, with their hyphens.
  package fileprivate(set) var repeated: [String] = []
  private var given: [SettingKey: [String]] = [:]
  private var own: [String: [String]] = [:]
  /// Arguments that directly follow an option's value, with that option.
  private var followers: [(option: String, word: String)] = []

  fileprivate init(of command: CommandDeclaration) {
    self.command = command
  }

  /// The values of an option in their order; those of a toggle are `true` or `false`.
  package fileprivate(set) subscript(option: CommandOption) -> [String] {
    get { (option.key.map { given[$0] } ?? own[option.name]) ?? [] }
    set {
      if let key = option.key { given[key] = newValue } else { own[option.name] = newValue }
    }
  }

  /// The last value of an option; nil if there is none.
  package func value(of option: CommandOption) -> String? { self[option].last }

  package func has(_ option: CommandOption) -> Bool { !self[option].isEmpty }

  /// Reads a name from a fixed list.
  ///
  /// - Throws: an error with the possible names if the name is not in the list.
  package func choice<Choice>(
    of option: CommandOption
  ) throws(CommandLineProblem) -> Choice?
  where Choice: RawRepresentable<String> & CaseIterable {
    guard let text = value(of: option) else { return nil }
    do throws(CommandLineProblem) {
      return try .named(text, of: option.flag)
    } catch {
      var problem = error
      if option.name == "format" {
        problem.hint = problem.hint ?? ForeignWords.advice(forFile: text, of: command.resultPlace)
      }
      throw problem
    }
  }

  /// The given settings with their values, in the order of help.
  package var settings: [(SettingKey, [String])] {
    let alone = SettingGroup("", command.options.compactMap(\.key))
    return settings(of: command.settings + [alone])
  }

  package func settings(of groups: [SettingGroup]) -> [(SettingKey, [String])] {
    groups.flatMap { group in
      SettingKey.allCases.compactMap { key in
        given[key].flatMap { group.keys.contains(key) ? (key, $0) : nil }
      }
    }
  }

  /// Whether the words ask only for information, and not for the command's work.
  package var asksOnly: Bool {
    question != nil || command.options.contains { $0.isQuestion && has($0) }
  }

  fileprivate mutating func add(_ value: String, to option: CommandOption) {
    if has(option), !option.isRepeatable, !repeated.contains(option.flag) {
      repeated.append(option.flag)
    }
    self[option].append(value)
  }

  fileprivate mutating func add(_ argument: String, behind option: CommandOption?) {
    arguments.append(argument)
    if let option { followers.append((option.flag, argument)) }
  }

  /// The error to report instead of a message that repeats a word after an option's value.
  ///
  /// Quotes were probably forgotten around the two words, which may be a secret. Nil if that does
  /// not apply.
  package func forgottenQuotes(shownBy message: String) -> CommandLineProblem? {
    let stray = followers.first { _, word in
      word.utf8.count >= 8 && !isMeant(word) && message.contains(word.prefix(20))
    }
    return stray.map { option, _ in
      CommandLineProblem(
        "unexpected argument after the value of \(option)",
        hint: "quote a value that has spaces in it; repeat \(option) where it may have several "
          + "values")
    }
  }

  /// Whether the word was meant as an argument of the command; a token has dots too, and is longer.
  private func isMeant(_ word: String) -> Bool {
    word.contains("://")
      || command.name != "run" && word.looksLikePlace && word.utf8.count <= 40
  }
}

extension RawRepresentable<String> where Self: CaseIterable {
  /// Finds a command by its name.
  ///
  /// - Throws: an error with the possible names if there is no such command.
  package static func named(
    _ text: String, of subject: String
  ) throws(CommandLineProblem) -> Self {
    if let value = Self(rawValue: text) { return value }
    let names = allCases.map(\.rawValue)
    throw CommandLineProblem(
      "\(subject) is \(text.shown), not \(enumeration(names, "or"))",
      hint: nearestName(to: text, among: names).map { "did you mean \($0)?" })
  }
}

extension CommandGrammar {
  /// Reads all words after a command; after an error, the remaining words are still read.
  package func read(_ words: [String], of command: CommandDeclaration) -> CommandWords {
    var reader = CommandReader(grammar: self, command: command, rest: words[...])
    reader.read()
    return reader.words
  }
}

/// One pass over the words of a command.
private struct CommandReader {
  let grammar: CommandGrammar
  let command: CommandDeclaration
  var rest: ArraySlice<String>
  var words: CommandWords
  /// The option whose value was read last; nil if another word followed.
  private var before: CommandOption?

  init(grammar: CommandGrammar, command: CommandDeclaration, rest: ArraySlice<String>) {
    (self.grammar, self.command, self.rest) = (grammar, command, rest)
    words = CommandWords(of: command)
  }

  mutating func read() {
    while let word = rest.popFirst(), word != "--" {
      if word.hasPrefix("-"), word != "-" {
        before = nil
        readOption(Spelling(word))
      } else {
        readArgument(word, behind: before)
      }
    }
    while let word = rest.popFirst() { readArgument(word, behind: nil) }
    if let missing, words.repeated.isEmpty { refuse(missing) }
  }

  private mutating func refuse(_ problem: CommandLineProblem) {
    words.problem = words.problem ?? problem
  }

  private mutating func readArgument(_ word: String, behind option: CommandOption?) {
    words.add(word, behind: option)
    guard let argument = command.argument else {
      return refuse(grammar.stray(word, in: command))
    }
    guard words.arguments.count > 1, !argument.isRepeatable else { return }
    refuse(
      CommandLineProblem(
        "\(word.shown) is one \(argument.metavar) too many",
        hint: "'healthgate \(command.name)' takes one"))
  }

  private mutating func readOption(_ spelling: Spelling) {
    guard let (option, isDenied) = command.option(named: spelling.name) else {
      guard let option = CommandOption.answered.first(where: { $0.name == spelling.name }) else {
        return refuse(
          grammar.unknown(spelling.typed, beside: spelling.value ?? rest.first, in: command))
      }
      if spelling.value != nil { return refuse(needless(spelling)) }
      return words.question = words.question ?? option.name
    }
    guard let metavar = option.metavar else {
      if spelling.value != nil { return refuse(needless(spelling)) }
      return words.add(isDenied ? "false" : "true", to: option)
    }
    if let value = spelling.value ?? followingValue() {
      words.add(value, to: option)
      before = option
    } else {
      refuse(noValue(of: option, metavar))
    }
  }

  private mutating func followingValue() -> String? {
    guard let next = rest.first, !next.hasPrefix("-") || next == "-" else { return nil }
    return rest.popFirst()
  }

  private func needless(_ spelling: Spelling) -> CommandLineProblem {
    CommandLineProblem(
      "\(spelling.typed) takes no value", hint: "leave '=\(spelling.value ?? "")' out")
  }

  private mutating func noValue(of option: CommandOption, _ metavar: String) -> CommandLineProblem {
    let give = "give it one: \(option.flag) \(metavar)"
    guard let next = rest.first else {
      return CommandLineProblem("\(option.flag) has no value", hint: give)
    }
    if let digit = next.dropFirst().first, digit.isNumber || digit == "." {
      rest.removeFirst()
      return CommandLineProblem(
        "\(option.flag) is '\(next)', but cannot be negative",
        hint: "such as \(option.flag) \(next.dropFirst())")
    }
    let isOption = command.option(named: Spelling(next).name) != nil
    return CommandLineProblem(
      "\(option.flag) has no value: '\(next)' follows it",
      hint: isOption ? give : "a value that begins with '-' is written \(option.flag)=\(next)")
  }

  /// The error for a required argument or option that is missing; nil if there is none.
  private var missing: CommandLineProblem? {
    let help = "'healthgate \(command.name) --help' shows what it takes"
    if let argument = command.argument, !argument.isOptional, words.arguments.isEmpty {
      return CommandLineProblem("no \(argument.metavar) is given", hint: help)
    }
    return command.options.first { $0.isRequired && !words.has($0) }.map {
      CommandLineProblem(
        "no \($0.flag) is given", hint: "give one: \($0.flag) \($0.metavar ?? ""); \(help)")
    }
  }
}

/// An option as it is typed: `--name`, `--name=value`, `-o`, `-ovalue`, `-o=value`.
private struct Spelling {
  /// The typed option without its value.
  let typed: String
  /// The long name without hyphens; empty if there is none.
  let name: String
  let value: String?

  init(_ word: String) {
    let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      .map(String.init)
    let letters = word.dropFirst()
    if word.hasPrefix("--") {
      (typed, name) = (parts[0], String(parts[0].dropFirst(2)))
      value = parts.count == 2 ? parts[1] : nil
    } else if let letter = letters.first, let name = CommandOption.letters[letter] {
      (typed, self.name) = ("-\(letter)", name)
      let rest = letters.dropFirst()
      value = rest.isEmpty ? nil : String(rest.first == "=" ? rest.dropFirst() : rest)
    } else {
      typed = parts[0]
      (name, value) = Self.fixed[word] ?? ("", nil)
    }
  }

  /// Short options that stand for a long option with a value.
  private static let fixed: [String: (String, String?)] = [
    "-q": ("progress", "none"), "-h": ("help", nil), "-help": ("help", nil),
  ]
}

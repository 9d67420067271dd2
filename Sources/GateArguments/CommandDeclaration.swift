package import GateSettings

/// A command with its arguments and options.
///
/// The command line is parsed by it, and help, manual pages and completions are made from it.
package struct CommandDeclaration: Sendable {
  package let name: String
  /// One sentence that says what the command does.
  package let abstract: String
  /// Paragraphs separated by empty lines; a paragraph that begins with a blank keeps its lines.
  package let discussion: String
  package let argument: CommandArgument?
  /// The command's own options, and single settings for which it has its own help text.
  package let options: [CommandOption]
  package let settings: [SettingGroup]

  package init(
    _ name: String, _ abstract: String, discussion: String = "", argument: CommandArgument? = nil,
    options: [CommandOption] = [], settings: [SettingGroup] = []
  ) {
    self.name = name
    self.abstract = abstract
    self.discussion = discussion
    self.argument = argument
    self.options = options
    self.settings = settings
  }

  /// The option with a long name, without hyphens; `no-strict` is the denied `strict`; nil if
  /// unknown.
  func option(named name: String) -> (option: CommandOption, isDenied: Bool)? {
    if let option = taken(name) { return (option, false) }
    guard name.hasPrefix("no-"), let option = taken(String(name.dropFirst(3))), option.isToggle
    else { return nil }
    return (option, true)
  }

  /// The option with which it writes its result to a file.
  var resultPlace: ForeignWords.ResultPlace {
    takes("--output") ? .output : takes("--verdict") ? .verdict : .printed
  }

  func takes(_ flag: String) -> Bool { option(named: String(flag.dropFirst(2))) != nil }

  private func taken(_ name: String) -> CommandOption? {
    if let own = options.first(where: { $0.name == name }) { return own }
    guard let key = SettingKey(optionName: name),
      settings.contains(where: { $0.keys.contains(key) })
    else { return nil }
    return CommandOption(key)
  }

  /// All options in the order of help; the options of settings have their group's title.
  var groups: [(title: String?, options: [CommandOption])] {
    [(nil, options)] + settings.map { ($0.title, $0.keys.map { CommandOption($0) }) }
  }
}

/// The arguments of a command besides its options.
package struct CommandArgument: Sendable {
  package let metavar: String
  package let help: String
  package let count: Count
  package let completion: Completion

  package enum Count: Sendable {
    case optional
    case one
    case atLeastOne
    case any
  }

  package init(
    _ metavar: String, _ count: Count, _ help: String, completion: Completion = .nothing
  ) {
    self.metavar = metavar
    self.count = count
    self.help = help
    self.completion = completion
  }

  var isRepeatable: Bool { count == .atLeastOne || count == .any }
  var isOptional: Bool { count == .optional || count == .any }
}

/// What a shell can offer for a value.
package enum Completion: Hashable, Sendable {
  case nothing
  case files
  case folders
  case values([String])
}

/// One option of a command.
package struct CommandOption: Hashable, Sendable {
  /// The long name, without hyphens.
  package let name: String
  /// The placeholder for its value; nil if it takes none.
  package private(set) var metavar: String?
  package let help: String
  package private(set) var isRepeatable = false
  package private(set) var isRequired = false
  /// Whether the command with it only prints information, and writes no result.
  package private(set) var isQuestion = false
  package private(set) var completion = Completion.nothing
  /// The setting that the option sets; nil for a command's own option.
  package private(set) var key: SettingKey?

  /// Creates a command's own option that takes a value.
  package init(
    _ name: String, _ metavar: String, _ help: String, completion: Completion = .nothing,
    isRepeatable: Bool = false, isRequired: Bool = false
  ) {
    (self.name, self.metavar, self.help, self.completion) = (name, metavar, help, completion)
    (self.isRepeatable, self.isRequired) = (isRepeatable, isRequired)
  }

  /// Creates a command's own option without a value.
  package init(flag name: String, _ help: String, isQuestion: Bool = false) {
    (self.name, self.help, self.isQuestion) = (name, help, isQuestion)
  }

  /// Creates the option of a setting, with the help text of the table or one of the command.
  package init(_ key: SettingKey, _ help: String? = nil) {
    let setting = key.setting
    name = key.optionName
    metavar = setting.kind == .toggle ? nil : setting.metavar
    self.help = help ?? setting.sentence
    isRepeatable = setting.repetition == .repeatable
    completion = setting.completion
    self.key = key
  }

  /// Whether it can be denied, as in `--no-strict`.
  var isToggle: Bool { key != nil && metavar == nil }

  package var flag: String { "--\(name)" }

  /// Its spellings in help and the manual.
  var names: [String] {
    let letter = name == "help" ? "h" : Self.letters.first { $0.value == name }?.key
    return (letter.map { ["-\($0)"] } ?? []) + [flag] + (isToggle ? ["--no-\(name)"] : [])
  }

  /// The short options that take a value, with their long names.
  package static let letters: [Character: String] = ["o": "format", "H": "header", "c": "config"]

  /// The options that every command takes: they are answered, and nothing else is done.
  static let answered = [
    CommandOption(flag: "help", "Show the help of a command.", isQuestion: true),
    CommandOption(flag: "help-all", "Show the help with every setting.", isQuestion: true),
    CommandOption(flag: "version", "Show the version.", isQuestion: true),
  ]

  package static let config = CommandOption(
    "config", "FILE", "A YAML or JSON file of settings.", completion: .files)
}

/// Settings that a command takes together, under one title of its help.
package struct SettingGroup: Sendable {
  package let title: String
  /// The settings in the order of help.
  let keys: [SettingKey]

  package init(_ title: String, _ keys: [SettingKey]) {
    self.title = title
    self.keys = keys
  }

  private init(_ title: String, of parts: [Setting.Part]) {
    self.init(
      title, SettingKey.allCases.filter { $0.isEverywhere && parts.contains($0.setting.part) })
  }

  package static let healthCheck = SettingGroup(
    "Health check", of: [.check, .request, .tls, .way, .expectation])
  package static let thresholds = SettingGroup("Interval and thresholds", of: [.rhythm])
  package static let group = SettingGroup("Group", of: [.source])
  package static let membership = SettingGroup("Membership", of: [.release, .following])
  package static let policy = SettingGroup("Policy", of: [.limits, .baseline, .guards])
  package static let output = SettingGroup("Output", of: [.documents, .reactions])

  /// The settings from which a verdict follows.
  package static let decisive = [healthCheck, thresholds, group, membership, policy]
}

extension SettingKey {
  fileprivate init?(optionName name: String) {
    guard !name.contains("_") else { return nil }
    self.init(rawValue: String(name.map { $0 == "-" ? "_" : $0 }))
  }
}

extension Setting {
  /// The help text of the table, and the default.
  fileprivate var sentence: String {
    let unset =
      switch whenUnset {
      case _ where kind == .toggle: ""
      case .refused: " (required)"
      case .nothing, .otherSource: ""
      case .holds(let words): " (default: \(words))"
      }
    return help + unset
  }

  fileprivate var completion: Completion {
    switch kind {
    case .choice(let names): .values(names)
    case .file: naming == .folder ? .folders : .files
    case .text, .textOrNumber, .duration, .wholeNumber, .instanceCount, .toggle, .instances, .pair,
      .mapping:
      naming == .key ? .files : .nothing
    }
  }
}

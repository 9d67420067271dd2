package import GateSettings

/// What a command is and what it takes.
///
/// Its words are read by this, and its help, its page of the manual and its completions are made
/// from it.
package struct CommandDeclaration: Sendable {
  package let name: String
  /// One sentence.
  package let abstract: String
  /// Paragraphs with an empty line between them; one that begins with a blank keeps its lines.
  package let discussion: String
  package let argument: CommandArgument?
  /// Its own, and single settings that it explains in its own words.
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

  /// The option of a long name, without its hyphens; `no-strict` is `strict`, denied.
  func option(named name: String) -> (option: CommandOption, isDenied: Bool)? {
    if let option = taken(name) { return (option, false) }
    guard name.hasPrefix("no-"), let option = taken(String(name.dropFirst(3))), option.isToggle
    else { return nil }
    return (option, true)
  }

  func takes(_ flag: String) -> Bool { option(named: String(flag.dropFirst(2))) != nil }

  private func taken(_ name: String) -> CommandOption? {
    if let own = options.first(where: { $0.name == name }) { return own }
    guard let key = SettingKey(optionName: name), settings.contains(where: { $0.contains(key) })
    else { return nil }
    return CommandOption(key)
  }

  /// Every option, in the order of help; the title of a group of settings is theirs.
  var groups: [(title: String?, options: [CommandOption])] {
    [(nil, options)] + settings.map { ($0.title, $0.keys.map { CommandOption($0) }) }
  }
}

/// What a command takes beside its options.
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
  /// Without its hyphens.
  package let name: String
  /// What stands for its value; nil where it takes none.
  package private(set) var metavar: String?
  package let help: String
  package private(set) var isRepeatable = false
  package private(set) var isRequired = false
  /// Whether with it the command only tells something, and leaves no result anywhere.
  package private(set) var isQuestion = false
  package private(set) var completion = Completion.nothing
  /// The setting that it is.
  package private(set) var key: SettingKey?

  /// A command's own option with a value.
  package init(
    _ name: String, _ metavar: String, _ help: String, completion: Completion = .nothing,
    isRepeatable: Bool = false, isRequired: Bool = false
  ) {
    (self.name, self.metavar, self.help, self.completion) = (name, metavar, help, completion)
    (self.isRepeatable, self.isRequired) = (isRepeatable, isRequired)
  }

  /// A command's own option without a value.
  package init(flag name: String, _ help: String, isQuestion: Bool = false) {
    (self.name, self.help, self.isQuestion) = (name, help, isQuestion)
  }

  /// A setting, as its row of the table has it, or in a command's own words.
  package init(_ key: SettingKey, _ help: String? = nil) {
    let setting = key.setting
    name = key.optionName
    metavar = setting.kind == .toggle ? nil : setting.metavar
    self.help = help ?? setting.sentence
    isRepeatable = setting.repetition == .repeatable
    completion = setting.completion
    self.key = key
  }

  /// Whether it can be denied: `--no-strict`.
  var isToggle: Bool { key != nil && metavar == nil }

  package var flag: String { "--\(name)" }

  /// As help and the manual spell it.
  var names: [String] {
    let letter = name == "help" ? "h" : Self.letters.first { $0.value == name }?.key
    return (letter.map { ["-\($0)"] } ?? []) + [flag] + (isToggle ? ["--no-\(name)"] : [])
  }

  /// The options of one letter that take a value.
  package static let letters: [Character: String] = ["o": "format", "H": "header", "c": "config"]

  /// What every command takes: it is answered, and nothing else is done.
  static let answered = [
    CommandOption(flag: "help", "Show the help of a command.", isQuestion: true),
    CommandOption(flag: "help-all", "Show the help with every setting.", isQuestion: true),
    CommandOption(flag: "version", "Show the version.", isQuestion: true),
  ]

  package static let config = CommandOption(
    "config", "FILE", "A YAML or JSON file of settings.", completion: .files)
}

/// Settings that a command takes together, under a title of its help.
package struct SettingGroup: Sendable {
  package let title: String
  private let kind: Kind

  private enum Kind {
    case keys([SettingKey])
    case parts([Setting.Part])
  }

  package init(_ title: String, _ keys: [SettingKey]) {
    self.title = title
    kind = .keys(keys)
  }

  private init(_ title: String, of parts: [Setting.Part]) {
    self.title = title
    kind = .parts(parts)
  }

  /// In the order of help.
  var keys: [SettingKey] {
    switch kind {
    case .keys(let keys): keys
    case .parts: SettingKey.allCases.filter(contains)
    }
  }

  func contains(_ key: SettingKey) -> Bool {
    switch kind {
    case .keys(let keys): keys.contains(key)
    case .parts(let parts): key.isEverywhere && parts.contains(key.setting.part)
    }
  }

  package static let healthCheck = SettingGroup(
    "Health check", of: [.check, .request, .tls, .way, .expectation])
  package static let thresholds = SettingGroup("Interval and thresholds", of: [.rhythm])
  package static let group = SettingGroup("Group", of: [.source])
  package static let membership = SettingGroup("Membership", of: [.release, .following])
  package static let policy = SettingGroup("Policy", of: [.limits, .baseline, .guards])
  package static let output = SettingGroup("Output", of: [.documents, .reactions])

  /// The settings that a verdict follows from.
  package static let decisive = [healthCheck, thresholds, group, membership, policy]
}

extension SettingKey {
  /// The name of its option, without the hyphens.
  var optionName: String { String(rawValue.map { $0 == "_" ? "-" : $0 }) }

  fileprivate init?(optionName name: String) {
    guard !name.contains("_") else { return nil }
    self.init(rawValue: String(name.map { $0 == "-" ? "_" : $0 }))
  }
}

extension Setting {
  /// The table's sentence, and what holds when it is not given.
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

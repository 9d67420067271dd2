package import GateCore
internal import GateText

/// Parses raw settings one by one, and continues after errors.
struct SettingsReader {
  /// The given settings in their printed notation, and the defaults.
  private(set) var inForce: RawSettings
  private(set) var problems: [SettingProblem]
  private(set) var warnings: [String] = []
  /// Settings that could not be parsed, and on which no rule may depend.
  private(set) var unsound: Set<SettingKey> = []
  /// Settings that are given, but with nothing that could be read.
  private let misread: Set<SettingKey>

  /// Whether the target is a URL, which names an instance as well.
  let isTargetURL: Bool

  /// Whether a layer could not be read, so that no setting is known to be missing.
  private let isIncomplete: Bool

  init(_ raw: RawSettings) {
    inForce = RawSettings(values: raw.values)
    isIncomplete = raw.isIncomplete
    isTargetURL = raw.values[.target]?.last?.text.contains("://") ?? false
    problems = raw.problems
    misread = Set(raw.problems.compactMap(\.key))
    unsound = misread
  }

  /// Whether somebody chose a value, valid or not.
  func isGiven(_ key: SettingKey) -> Bool {
    guard let origin = inForce.origin(of: key) else { return misread.contains(key) }
    return origin.isChosen
  }

  /// Whether it is given and has an effect, unlike a toggle that is off.
  func isAsked(_ key: SettingKey) -> Bool {
    guard isGiven(key) else { return false }
    return key.setting.kind != .toggle || inForce.values[key]?.last?.text != "false"
  }

  func areSound(_ keys: SettingKey...) -> Bool { areSound(keys) }

  func areSound(_ keys: [SettingKey]) -> Bool { unsound.isDisjoint(with: keys) }

  /// The problems that are not consequences of others.
  ///
  /// If a file could not be read, settings that contradict each other may be consistent with it,
  /// and missing settings may be in it. A missing setting may also be there under a misspelled
  /// name.
  var ownProblems: [SettingProblem] {
    let meant = problems.reduce(into: Set()) { $0.formUnion($1.fact.meant) }
    return problems.filter { problem in
      switch problem.fact {
      case .missing(let key, _):
        !isIncomplete && !meant.contains(key)
          && (key != .instances || meant.isDisjoint(with: SettingKey.sources))
      case .inconsistent, .refused: !isIncomplete
      case .unknown, .nested, .repeated, .duplicated, .noValue, .wrongKind, .unreadable, .content:
        true
      }
    }
  }

  mutating func report(_ fact: SettingProblem.Fact, on key: SettingKey) {
    problems.append(SettingProblem(fact, at: inForce.origin(of: key)))
  }

  /// Records an error in a value that could be parsed.
  mutating func reject(_ key: SettingKey, _ sentence: String, hint: String? = nil) {
    report(.inconsistent(key, sentence, hint: hint), on: key)
    unsound.insert(key)
  }

  /// Excludes a setting from later rules.
  mutating func distrust(_ key: SettingKey) { unsound.insert(key) }

  mutating func warn(_ sentence: String) { warnings.append(sentence) }

  mutating func add(_ others: [SettingProblem]) { problems += others }

  // MARK: - One value

  /// Parses the value of a setting; of several values, the last one.
  ///
  /// It is nil if the setting is not given, or invalid.
  mutating func value<Value>(
    of key: SettingKey, _ parse: (String) throws(GrammarError) -> Value
  ) -> Value? {
    guard let text = inForce.values[key]?.last else { return nil }
    inForce.values[key] = [text]
    return parsed(text, of: key, parse)
  }

  /// Parses the values of a setting, without those that are invalid.
  mutating func values<Value>(
    of key: SettingKey, _ parse: (String) throws(GrammarError) -> Value
  ) -> [Value] {
    let texts = inForce.values[key] ?? []
    return texts.compactMap { parsed($0, of: key, parse) }
  }

  mutating func text(of key: SettingKey) -> String? {
    value(of: key) { text throws(GrammarError) in
      guard !text.unicodeScalars.contains("\0") else {
        throw GrammarError("the value has a null character")
      }
      return text
    }
  }

  mutating func toggle(_ key: SettingKey) -> Bool {
    let value = value(of: key, Bool.init(parsing:))
    return settled(value, as: key, else: false, \.description)
  }

  /// Parses a case of an enumeration.
  mutating func choice<Choice: RawRepresentable & CaseIterable>(
    _ key: SettingKey, else standard: Choice
  ) -> Choice where Choice.RawValue == String {
    settled(choice(key, Choice.self), as: key, else: standard, \.rawValue)
  }

  /// Parses a case of an enumeration; nil if none is given.
  mutating func choice<Choice: RawRepresentable & CaseIterable>(
    _ key: SettingKey, _: Choice.Type
  ) -> Choice? where Choice.RawValue == String {
    value(of: key) { text throws(GrammarError) in
      try Choice(
        named: text, meant: ForeignWords.value(for: text, of: key),
        hint: key == .format ? ForeignWords.advice(forFile: text, of: .verdict) : nil)
    }
  }

  // MARK: - The settings in force

  mutating func replace(_ key: SettingKey, by texts: [SettingText]) {
    inForce.values[key] = texts.isEmpty ? nil : texts
  }

  /// Records the value in its printed notation, or the default if there is none.
  mutating func settled<Value>(
    _ value: Value?, as key: SettingKey, else standard: Value,
    of owner: SettingOrigin.DefaultSource = .gate, _ words: (Value) -> String
  ) -> Value {
    let origin = inForce.origin(of: key) ?? .default(owner)
    let value = value ?? standard
    inForce.values[key] = [SettingText(words(value), at: origin)]
    return value
  }

  private mutating func parsed<Value>(
    _ text: SettingText, of key: SettingKey, _ parse: (String) throws(GrammarError) -> Value
  ) -> Value? {
    do throws(GrammarError) {
      guard !text.text.isEmpty else { throw .emptyValue }
      return try parse(text.text)
    } catch {
      problems.append(SettingProblem(error, in: text, of: key))
      unsound.insert(key)
      return nil
    }
  }
}

extension GrammarError {
  fileprivate static let emptyValue = GrammarError(
    "the value is empty",
    hint: "leave it out, or see why the variable or command that should give it is empty")
}

extension RawRepresentable<String> where Self: CaseIterable {
  /// Reads a name in any case; `meant` is the name that another word is known to stand for.
  ///
  /// - Throws: `GrammarError` that lists the names.
  package init(
    named text: String, meant: @autoclosure () -> String? = nil,
    hint: @autoclosure () -> String? = nil
  ) throws(GrammarError) {
    guard let choice = Self(rawValue: text.lowercased()) else {
      let names = Self.allCases.map(\.rawValue)
      let near = meant() ?? nearestName(to: text, among: names)
      throw GrammarError(
        "\(text.shown) is not one of \(names.joined(separator: ", "))"
          + (near.map { " (did you mean \($0)?)" } ?? ""), hint: hint())
    }
    self = choice
  }
}

extension Bool {
  /// Reads `true` or `false`, or the equivalents of YAML and shells.
  ///
  /// - Throws: `GrammarError`
  init(parsing text: String) throws(GrammarError) {
    switch text.lowercased() {
    case "true", "yes", "on", "1": self = true
    case "false", "no", "off", "0": self = false
    default: throw GrammarError("\(text.shown) is neither true nor false")
    }
  }
}

extension Int {
  /// Reads a whole number within bounds.
  ///
  /// - Throws: `GrammarError`
  init(parsing text: String, in bounds: ClosedRange<Int>) throws(GrammarError) {
    guard let number = text.asWholeNumber else {
      throw GrammarError("\(text.shown) is not a whole number")
    }
    guard bounds.contains(number) else {
      throw GrammarError(
        "\(number) is not a number from \(bounds.lowerBound) to \(bounds.upperBound)")
    }
    self = number
  }
}

internal import GateText

extension RawSettings {
  /// Reads a settings file: one YAML mapping, which may be a JSON object.
  ///
  /// `path` is the file's name in messages. Nothing is thrown: errors are in `problems`.
  package init(file bytes: [UInt8], path: String) {
    self.init()
    do throws(SettingsError) {
      let text = try decodedText(bytes, of: path, atMost: Self.largestFile)
      if text.hasPrefix(Self.journalBegins) {
        refuse("a journal", path: path, line: 1)
      } else {
        read(try YAMLText(parsing: text, of: path), path: path)
      }
    } catch {
      problems += error.problems.flatMap(\.asOfSettings)
      isIncomplete = true
    }
  }

  private static let largestFile = 1_048_576
  /// The beginning of every journal.
  private static let journalBegins = #"{"seq":0,"#

  private mutating func refuse(_ kind: String, path: String, line: Int) {
    let fact = SettingProblem.Fact.content(
      "the file is \(kind), not a file of settings",
      hint: "'healthgate init' prints a settings file to start from")
    problems.append(SettingProblem(fact, at: .file(path: path, line: line)))
    isIncomplete = true
  }

  private mutating func read(_ document: YAMLText, path: String) {
    guard let root = document.root, !root.isNull else { return }
    guard case .mapping(let pairs) = root.content else {
      let problem = SettingProblem.Fact.content(
        "the file is \(root.kindInWords), not a mapping of settings",
        hint: "write one setting per line, such as 'interval: 15s'")
      problems.append(SettingProblem(problem, at: .file(path: path, line: root.line)))
      isIncomplete = true
      return
    }
    let names = Set(pairs.compactMap(\.name.scalar))
    guard !names.isSuperset(of: ["decision", "run_id"]) else {
      return refuse("a verdict", path: path, line: root.line)
    }
    for pair in pairs {
      read(pair.value, named: pair.name, path: path)
    }
  }

  private mutating func read(_ value: YAMLNode, named name: YAMLNode, path: String) {
    let place = SettingOrigin.file(path: path, line: name.line)
    guard let text = name.scalar else {
      let fact = SettingProblem.Fact.content("the name of a setting is \(name.kindInWords)")
      problems.append(SettingProblem(fact, at: place))
      return
    }
    guard let key = SettingKey(rawValue: text) else {
      problems.append(SettingProblem(Self.unknown(text, value), at: place))
      return
    }
    switch value.content {
    case .scalar(let text, _) where !value.isNull:
      add(text, to: key, at: place)
    case .scalar:
      problems.append(SettingProblem(.noValue(name: key.rawValue), at: place))
    case .sequence(let items) where key.setting.takesList:
      readList(items, of: key, path: path, place: place)
    case .mapping(let pairs) where key.setting.pairSeparator != nil:
      for pair in pairs { readPair(pair.name, pair.value, of: key, path: path) }
    case .mapping where key.setting.takesMappings:
      add(value.json, to: key, at: place)
    case .sequence, .mapping:
      let fact = SettingProblem.Fact.wrongKind(
        name: key.rawValue, found: value.kindInWords, wanted: key.setting.wantedInWords)
      problems.append(SettingProblem(fact, at: place))
    }
  }

  private mutating func readList(
    _ items: [YAMLNode], of key: SettingKey, path: String, place: SettingOrigin
  ) {
    if items.isEmpty, key == .instances {
      problems.append(SettingProblem(.noValue(name: key.rawValue), at: place))
    }
    for item in items {
      let place = SettingOrigin.file(path: path, line: item.line)
      switch item.content {
      case .scalar(let text, _) where !item.isNull:
        add(text, to: key, at: place)
      case .scalar:
        problems.append(SettingProblem(.noValue(name: "an item of \(key.rawValue)"), at: place))
      case .mapping(let pairs) where key.setting.pairSeparator != nil:
        // To YAML, `- X-Env: blue` without quotes is a mapping, but its writer meant a header.
        for pair in pairs { readPair(pair.name, pair.value, of: key, path: path) }
      case .mapping where key.setting.takesMappings: add(item.json, to: key, at: place)
      case .sequence, .mapping:
        let fact = SettingProblem.Fact.wrongKind(
          name: "an item of \(key.rawValue)", found: item.kindInWords, wanted: "one value")
        problems.append(SettingProblem(fact, at: place))
      }
    }
  }

  private mutating func readPair(
    _ name: YAMLNode, _ value: YAMLNode, of key: SettingKey, path: String
  ) {
    let place = SettingOrigin.file(path: path, line: name.line)
    guard let nameText = name.scalar, let text = value.scalar else {
      let found = value.kindInWords
      problems.append(
        SettingProblem(
          .wrongKind(name: "an item of \(key.rawValue)", found: found, wanted: "one value"),
          at: place))
      return
    }
    guard !value.isNull else {
      let fact = SettingProblem.Fact.noValue(name: "\(nameText) of \(key.rawValue)")
      problems.append(SettingProblem(fact, at: place))
      return
    }
    add(key.setting.joined(nameText, text), to: key, at: place)
  }

  private static func unknown(_ name: String, _ value: YAMLNode) -> SettingProblem.Fact {
    if case .mapping(let pairs) = value.content,
      pairs.contains(where: { $0.name.scalar.flatMap(SettingKey.init) != nil })
    {
      return .nested(name: name)
    }
    let near = nearestName(to: name, among: SettingKey.allCases.map(\.rawValue))
    return .unknown(
      name: name, meant: near.map { [$0] } ?? ForeignWords.settings(for: name).map(\.rawValue))
  }
}

extension SettingProblem {
  /// The errors for the settings file: a name that occurs twice is a setting that is given twice.
  fileprivate var asOfSettings: [SettingProblem] {
    guard case .duplicated(let names) = fact else { return [self] }
    return names.map { SettingProblem(.repeated(name: $0), at: origin) }
  }
}

extension Setting {
  var takesList: Bool {
    repetition == .repeatable
  }

  /// Whether an item may be a mapping.
  fileprivate var takesMappings: Bool { kind == .mapping || part == .guards }

  var pairSeparator: String? {
    guard case .pair(let separator) = kind else { return nil }
    return separator
  }

  /// A pair as one text.
  func joined(_ name: String, _ value: String) -> String {
    // As with curl, `NAME:` is an incomplete header, and `NAME;` an empty one.
    guard pairSeparator != ": " || !value.isEmpty else { return "\(name);" }
    return name + (pairSeparator ?? "") + value
  }

  var wantedInWords: String {
    switch kind {
    case .text, .textOrNumber, .file: "a string"
    case .duration: "a duration such as 15s"
    case .wholeNumber: "a number"
    case .instanceCount: "a number or a percentage"
    case .toggle: "true or false"
    case .choice(let names): "one of \(names.joined(separator: ", "))"
    case .instances: "a string or a list of strings"
    case .pair: "strings or a mapping"
    case .mapping: "a list of mappings"
    }
  }
}

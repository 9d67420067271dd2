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
        refuse(result: "a journal", at: .file(path: path, line: 1))
      } else {
        read(try yamlRoot(of: text, path: path), path: path)
      }
    } catch {
      problems += error.problems.flatMap(\.asOfSettings)
      isIncomplete = true
    }
  }

  private static let largestFile = 1_048_576
  /// The beginning of every journal.
  private static let journalBegins = #"{"seq":0,"#

  private mutating func report(_ fact: SettingProblem.Fact, at place: SettingOrigin) {
    problems.append(SettingProblem(fact, at: place))
  }

  /// Reports what the whole file is in place of settings.
  private mutating func refuse(_ sentence: String, hint: String, at place: SettingOrigin) {
    report(.content("the file is \(sentence)", hint: hint), at: place)
    isIncomplete = true
  }

  private mutating func refuse(result kind: String, at place: SettingOrigin) {
    refuse(
      "\(kind), not a file of settings",
      hint: "'healthgate init' prints a settings file to start from", at: place)
  }

  private mutating func read(_ document: YAMLNode?, path: String) {
    guard let root = document, !root.isNull else { return }
    let place = SettingOrigin.file(path: path, line: root.line)
    guard case .mapping(let pairs) = root.content else {
      return refuse(
        "\(root.kindInWords), not a mapping of settings",
        hint: "write one setting per line, such as 'interval: 15s'", at: place)
    }
    let names = Set(pairs.compactMap(\.name.scalar))
    guard !names.isSuperset(of: ["decision", "run_id"]) else {
      return refuse(result: "a verdict", at: place)
    }
    for pair in pairs {
      read(pair.value, named: pair.name, path: path)
    }
  }

  private mutating func read(_ value: YAMLNode, named name: YAMLNode, path: String) {
    let place = SettingOrigin.file(path: path, line: name.line)
    guard let text = name.scalar else {
      return report(.content("the name of a setting is \(name.kindInWords)"), at: place)
    }
    guard let key = SettingKey(rawValue: text) else {
      return report(Self.unknown(text, value), at: place)
    }
    guard case .sequence(let items) = value.content, key.setting.repetition == .repeatable else {
      return read(
        value, of: key, called: key.rawValue, key.setting.wantedInWords, path: path, at: place)
    }
    if items.isEmpty, key == .instances { report(.noValue(name: key.rawValue), at: place) }
    for item in items {
      read(
        item, of: key, called: "an item of \(key.rawValue)", "one value", path: path,
        at: .file(path: path, line: item.line))
    }
  }

  /// Reads the value of a setting, or an item of its list; `wanted` is what it takes.
  private mutating func read(
    _ value: YAMLNode, of key: SettingKey, called name: String, _ wanted: String, path: String,
    at place: SettingOrigin
  ) {
    switch value.content {
    case .scalar where value.isNull: report(.noValue(name: name), at: place)
    case .scalar(let text, _): add(text, to: key, at: place)
    case .mapping(let pairs) where key.setting.pairSeparator != nil:
      // To YAML, `- X-Env: blue` without quotes is a mapping, but its writer meant a header.
      for pair in pairs { readPair(pair.name, pair.value, of: key, path: path) }
    case .mapping where key.setting.takesMappings: add(value.json, to: key, at: place)
    case .sequence, .mapping:
      report(.wrongKind(name: name, found: value.kindInWords, wanted: wanted), at: place)
    }
  }

  private mutating func readPair(
    _ name: YAMLNode, _ value: YAMLNode, of key: SettingKey, path: String
  ) {
    let place = SettingOrigin.file(path: path, line: name.line)
    guard let nameText = name.scalar, let text = value.scalar else {
      let item = "an item of \(key.rawValue)"
      return report(
        .wrongKind(name: item, found: value.kindInWords, wanted: "one value"), at: place)
    }
    guard !value.isNull else {
      return report(.noValue(name: "\(nameText) of \(key.rawValue)"), at: place)
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

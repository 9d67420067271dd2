import GateCore
internal import GateText

extension Settings {
  /// All settings as a YAML file that can be read again, each with where it came from.
  ///
  /// What is not set stands there as a comment; secrets are masked, and must be written in before
  /// the file is used.
  package var printed: String {
    var lines: [String] = []
    let secrets = secrets
    for section in Setting.Section.allCases {
      if !lines.isEmpty { lines.append("") }
      lines.append("# \(section.rawValue)")
      for key in SettingKey.allCases where key.setting.section == section {
        lines += inForce.printedLines(of: key, without: secrets)
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }
}

extension RawSettings {
  fileprivate func printedLines(of key: SettingKey, without secrets: SecretMask) -> [String] {
    let texts = values[key] ?? []
    guard let first = texts.first else {
      return ["# \(key.rawValue):  (\(key.setting.whenUnset))"]
    }
    guard texts.count > 1 else {
      return ["\(key.rawValue): \(key.printed(first.text, secrets))\(comment(first.origin))"]
    }
    // One remark for the whole list where one is enough.
    let isOfOnePlace = texts.allSatisfy { $0.origin == first.origin }
    return ["\(key.rawValue):\(isOfOnePlace ? comment(first.origin) : "")"]
      + texts.map { text in
        "  - \(key.printed(text.text, secrets))\(isOfOnePlace ? "" : comment(text.origin))"
      }
  }

  private func comment(_ origin: SettingOrigin) -> String {
    "  # \(origin.description.escaped.withoutCommandsWithinLine)"
  }
}

extension SettingKey {
  fileprivate func printed(_ text: String, _ secrets: SecretMask) -> String {
    switch setting.kind {
    case .toggle: text
    case .text, .textOrNumber, .duration, .wholeNumber, .instanceCount, .choice, .file, .instances,
      .pair:
      yamlScalar(masked(text, without: secrets))
    }
  }
}

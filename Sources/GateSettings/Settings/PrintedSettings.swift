import GateCore
internal import GateText

extension Settings {
  /// All settings as a YAML file that can be read again, each with its origin.
  ///
  /// Settings that are not set are named in a comment, with the default if there is one. Secrets
  /// are masked, and must be filled in before the file is used.
  package var printed: String {
    var lines: [String] = []
    let secrets = secrets
    for section in Setting.Section.allCases {
      if !lines.isEmpty { lines.append("") }
      lines.append("# \(section.rawValue)")
      let keys = SettingKey.allCases.filter { $0.setting.section == section }
      let absent = keys.filter { inForce.values[$0] == nil && $0.setting.whenUnset.held == nil }
      for key in keys where !absent.contains(key) {
        lines += inForce.printedLines(of: key, without: secrets)
      }
      lines += Self.comment(naming: absent)
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// A comment such as `# not set: guard, baseline`, in lines of 80 columns.
  private static func comment(naming keys: [SettingKey]) -> [String] {
    var lines: [String] = []
    for (index, key) in keys.enumerated() {
      let word = key.rawValue + (index == keys.count - 1 ? "" : ",")
      if let last = lines.last, last.count + 1 + word.count <= 80 {
        lines[lines.count - 1] = "\(last) \(word)"
      } else {
        lines.append(lines.isEmpty ? "# not set: \(word)" : "#   \(word)")
      }
    }
    return lines
  }
}

extension RawSettings {
  fileprivate func printedLines(of key: SettingKey, without secrets: SecretMask) -> [String] {
    let texts = values[key] ?? []
    guard let first = texts.first else {
      return ["# \(key.rawValue):  (\(key.setting.whenUnset.words))"]
    }
    guard texts.count > 1 else {
      return ["\(key.rawValue): \(key.printed(first.text, secrets))\(comment(first.origin))"]
    }
    // If all items have the same origin, one remark is enough for the list.
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
    // JSON is YAML.
    guard !text.hasPrefix("{") else { return masked(text, without: secrets) }
    return switch setting.kind {
    case .toggle: text
    case .text, .textOrNumber, .duration, .wholeNumber, .instanceCount, .choice, .file, .instances,
      .pair, .mapping:
      yamlScalar(masked(text, without: secrets))
    }
  }
}

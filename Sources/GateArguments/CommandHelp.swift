internal import GateSettings
internal import GateText

/// The help of a command, in lines of at most 80 columns.
extension CommandDeclaration {
  /// The help with the command's own options; with `everySetting` also those of the settings.
  package func help(everySetting: Bool) -> String {
    var parts = [wrapped(abstract)] + paragraphs + [usage]
    if let argument { parts.append(section("Arguments", [(argument.metavar, argument.help)])) }
    parts.append(section("Options", options.map(\.row) + answered))
    if everySetting {
      parts += settings.map { group in
        section(group.title, group.keys.map { CommandOption($0).row })
      }
      if !settings.isEmpty { parts.append(inFileAlone) }
    } else if !settings.isEmpty {
      parts.append(
        """
        Settings: those of 'healthgate run' that apply here;
        'healthgate \(name) --help-all' lists them.
        """)
    }
    return parts.joined(separator: "\n\n") + "\n"
  }

  /// The sentence about settings that have no flag.
  private var inFileAlone: String {
    let keys = SettingKey.allCases.filter { !$0.isEverywhere }
    return section("Only in the settings file", keys.map { ($0.rawValue, $0.setting.help) })
  }

  private var paragraphs: [String] {
    discussion.split(separator: "\n\n").map { $0.hasPrefix(" ") ? String($0) : wrapped($0) }
  }

  private var usage: String {
    let required = options.filter(\.isRequired).map { " \($0.flag) \($0.metavar ?? "")" }
    let words = (argument.map { " \($0.usage)" } ?? "") + required.joined()
    return "Usage: healthgate \(name)\(words) [options]"
  }

  private var answered: [(String, String)] {
    [("-h, --help", "Show this help.")]
      + (settings.isEmpty ? [] : [("--help-all", "Show this help with every setting.")])
  }

  private func section(_ title: String, _ rows: [(label: String, text: String)]) -> String {
    let lines = rows.map { label, text in
      let column = 26
      let lines = wrapped(text, indented: column)
      let label = "  \(label)"
      return label.columns < column
        ? label.padded(to: column) + lines.dropFirst(column) : "\(label)\n\(lines)"
    }
    return "\(title):\n\(lines.joined(separator: "\n"))"
  }
}

extension CommandArgument {
  fileprivate var usage: String {
    let word = metavar + (isRepeatable ? "..." : "")
    return isOptional ? "[\(word)]" : word
  }
}

extension CommandOption {
  fileprivate var row: (String, String) {
    (
      names.joined(separator: ", ") + (metavar.map { " \($0)" } ?? ""),
      help + (isRepeatable ? " (repeatable)" : "")
    )
  }
}

/// Wraps text at 80 columns, with an indent.
private func wrapped(_ text: some StringProtocol, indented margin: Int = 0) -> String {
  (String(repeating: " ", count: margin) + text).wrappedLine(to: 80, indent: margin)
}

// MARK: - For programs

extension CommandGrammar {
  /// All commands with their options as JSON, for the manual and the tests.
  package func dump(abstract: String, discussion: String) -> String {
    var writer = JSONWriter(.compact)
    writer.object { writer in
      writer.object("command") { writer in
        writer.field("commandName", "healthgate")
        writer.field("abstract", abstract)
        writer.field("discussion", discussion)
        writer.array("arguments", CommandOption.answered) { writer, option in
          writer.object { option.write(to: &$0, in: nil) }
        }
        writer.array("subcommands", commands) { writer, command in
          writer.object { command.write(to: &$0) }
        }
      }
    }
    return String(decoding: writer.bytes, as: UTF8.self) + "\n"
  }
}

extension CommandDeclaration {
  fileprivate func write(to writer: inout JSONWriter) {
    writer.field("commandName", name)
    writer.field("abstract", abstract)
    writer.field("discussion", discussion)
    let rows: [(title: String?, option: CommandOption?)] =
      (argument == nil ? [] : [(nil, nil)])
      + groups.flatMap { group in group.options.map { (group.title, $0) } }
    writer.array("arguments", rows) { writer, row in
      writer.object { writer in
        if let option = row.option {
          option.write(to: &writer, in: row.title)
        } else {
          argument?.write(to: &writer)
        }
      }
    }
  }
}

extension CommandArgument {
  fileprivate func write(to writer: inout JSONWriter) {
    writer.field("kind", "positional")
    writer.field("valueName", metavar)
    writer.field("abstract", help)
    writer.field("isOptional", isOptional)
    writer.field("isRepeating", isRepeatable)
    completion.write(to: &writer)
  }
}

extension CommandOption {
  fileprivate func write(to writer: inout JSONWriter, in title: String?) {
    writer.field("kind", metavar == nil ? "flag" : "option")
    writer.field("valueName", metavar)
    writer.field("abstract", row.1)
    writer.field("isOptional", !isRequired)
    writer.field("isRepeating", isRepeatable)
    writer.field("sectionTitle", title)
    writer.object("preferredName") { Self.write(flag, to: &$0) }
    writer.array("names", names) { writer, name in
      writer.object { Self.write(name, to: &$0) }
    }
    completion.write(to: &writer)
  }

  private static func write(_ name: String, to writer: inout JSONWriter) {
    writer.field("kind", name.hasPrefix("--") ? "long" : "short")
    writer.field("name", String(name.drop { $0 == "-" }))
  }
}

extension Completion {
  fileprivate func write(to writer: inout JSONWriter) {
    guard case .values(let values) = self else { return }
    writer.object("completionKind") { writer in
      writer.object("list") { $0.array("values", values) }
    }
  }
}

/// Properties of settings that follow from the table.
extension SettingKey {
  /// Whether it sets a part of the request or of the expectations beyond the load balancer's
  /// settings.
  package var isOfRequest: Bool {
    switch setting.part {
    case .request, .tls, .way, .expectation: true
    case .check, .rhythm, .source, .release, .following, .limits, .baseline, .guards, .steps,
      .documents, .reactions:
      false
    }
  }

  /// Whether the verdict can depend on it, so that a resumed run must have the same value.
  ///
  /// How strictly settings are validated changes no rule.
  package var decides: Bool { setting.section != .output && self != .strict }

  /// Whether it can be given by flag and variable, and not only in the file, as mappings and what
  /// belongs to the steps.
  package var isEverywhere: Bool { setting.kind != .mapping && setting.part != .steps }

  /// Whether it applies to a single check, as `probe` and `lint` make it.
  package var isOfOneCheck: Bool {
    switch setting.part {
    case .check, .request, .tls, .way, .expectation, .source, .release: true
    // The interval limits the timeout.
    case .rhythm: self == .interval
    case .documents: self == .format
    case .following, .limits, .baseline, .guards, .steps, .reactions: false
    }
  }

  /// Whether the commands that a run starts get it in their environment.
  ///
  /// A healthgate that a hook runs must not run the hook again, or overwrite this run's outputs.
  package var isInherited: Bool {
    switch setting.part {
    case .check, .rhythm, .request, .tls, .way, .expectation, .source, .release, .following,
      .limits, .baseline, .guards:
      true
    case .documents: [.format, .progress, .ci, .label].contains(self)
    case .steps, .reactions: false
    }
  }
}

/// Something outside the program to which a setting's value refers.
package enum Resource: Hashable, Sendable {
  /// A file that is read; `-` is standard input.
  case input(String)
  /// A file that is written.
  case output(String)
  /// A folder in which files are written.
  case folder(String)
  case command(String)
  case url(String)
}

extension SettingKey {
  /// What a value makes the program read, write, run or call.
  ///
  /// Names that are only sent to AWS or a name server are not included.
  package func resources(in text: String) -> [Resource] {
    if self == .healthChecks { return Self.resources(inEntry: text) }
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    let (form, rest) = (parts[0], parts.count == 2 ? String(parts[1]) : "")
    let file = String(rest.prefix { $0 != "#" })
    switch setting.naming {
    case .nothing: return []
    case .input: return [.input(text)]
    case .output: return [.output(text)]
    case .folder: return [.folder(text)]
    case .journal: return [.input(text), .output(text)]
    case .report:
      return text.firstIndex(of: "=").map { [.output(String(text[text.index(after: $0)...]))] }
        ?? []
    case .command: return [.command(text)]
    case .url: return [.url(text)]
    case .stream: return text == "-" ? [] : [.url(text)]
    case .key:
      switch form {
      case "exec": return [.command(rest)]
      case "env": return []
      case "file": return [.input(rest)]
      default: return [.input(text)]
      }
    case .group:
      switch form.replacing("-", with: "_") {
      case "exec": return [.command(rest)]
      case "instances_file": return [.input(rest)]
      case "terraform": return [.input(file)]
      default: return []
      }
    case .question:
      switch form {
      case "exec": return [.command(rest)]
      case "cloudwatch-alarm", "cloudwatch-metric": return []
      default: return [.url(text)]
      }
    case .origin: return form == "terraform" ? [.input(file)] : []
    }
  }

  /// The resources of each setting of a health check.
  private static func resources(inEntry text: String) -> [Resource] {
    guard let entry = try? CheckEntry(SettingText(text, at: .default(.gate)), number: 1) else {
      return []
    }
    return entry.given.values.flatMap { key, texts in texts.flatMap { key.resources(in: $0.text) } }
  }
}

internal import GateCore

/// A version, compared in the different ways in which people write it.
struct VersionForm {
  private let text: String
  private let folded: String

  init(_ text: String) {
    self.text = text
    folded = text.lowercased()
  }

  /// The commit, if the version is only that: at least seven hexadecimal digits (git's short form).
  private var commit: String? {
    let isCommit =
      folded.utf8.count >= 7
      && folded.utf8.allSatisfy { "0123456789abcdef".utf8.contains($0) }
    return isCommit ? folded : nil
  }

  /// The version without `v` and without build metadata, which Semantic Versioning, 10, ignores.
  private var core: String {
    let plain = folded.hasPrefix("v") ? String(folded.dropFirst()) : folded
    return String(plain.prefix { $0 != "+" })
  }

  private var hasPrefixV: Bool { folded.hasPrefix("v") }
  private var build: Substring { folded.drop { $0 != "+" } }

  /// The difference in words if only the notation differs; nil for another version.
  func likeness(to wanted: VersionForm) -> String? {
    guard text != wanted.text else { return nil }
    if text.trimmed == wanted.text.trimmed { return "with spaces around it" }
    if folded == wanted.folded { return "in other letter case" }
    if let came = commit, let whole = wanted.commit {
      if whole.hasPrefix(came) { return "cut short: the beginning of the same commit" }
      if came.hasPrefix(whole) { return "in full: a commit that begins with it" }
      return nil
    }
    guard core == wanted.core, !core.isEmpty else { return nil }
    var differences: [String] = []
    if hasPrefixV != wanted.hasPrefixV {
      differences.append(hasPrefixV ? "with a 'v' before it" : "without the 'v' before it")
    }
    if build != wanted.build {
      differences.append(
        build.isEmpty
          ? "without the build metadata (\(String(wanted.build).cleaned(to: 40)))"
          : "with the build metadata \(String(build).cleaned(to: 40))")
    }
    return differences.isEmpty ? nil : differences.joined(separator: " and ")
  }
}

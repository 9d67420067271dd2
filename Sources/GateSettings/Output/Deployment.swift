package import GateCore
package import GateText

/// The deployed release and the environment, as the user names them, and the build that deploys it.
///
/// Nothing of it affects the decision: it tells readers which release the verdict is about.
package struct Deployment: Hashable, Sendable {
  /// The labels, sorted by name and unique.
  package private(set) var labels: [Label]
  /// The build; nil outside a CI system.
  package var build: Build?

  package init(labels: [Label] = [], build: Build? = nil) {
    self.labels = labels.sorted { $0.name < $1.name }
    self.build = build
  }

  package struct Label: Hashable, Sendable {
    /// The name, in the grammar `[a-z][a-z0-9_.-]*`.
    package var name: String
    /// The sanitized value: it may be a branch's name, or the first line of a commit message.
    package let value: String

    package init(_ name: String, _ value: String) {
      self.name = name
      self.value = value.cleaned(to: 4096)
    }
  }

  /// A build of a CI system, as far as its variables tell.
  ///
  /// Whoever proposes a change chooses its branch name, so no text is trusted.
  package struct Build: Hashable, Sendable {
    /// The CI system, such as `github`.
    package var system: String
    /// The URL of the build's page; nil if it is not known.
    package let link: String?
    package let commit: String?
    package let branch: String?

    package init(system: String, link: String?, commit: String?, branch: String?) {
      self.system = system
      self.link = link?.cleaned(to: 4096)
      self.commit = commit?.cleaned(to: 1024)
      self.branch = branch?.cleaned(to: 1024)
    }
  }

  /// The release for titles, such as `web in production`; nil if no label names it.
  package var title: String? {
    let parts = ["service", "environment"].compactMap(value(of:)).filter { !$0.isEmpty }
    return parts.isEmpty ? nil : parts.joined(separator: " in ").printable.cut(to: 120)
  }

  private func value(of name: String) -> String? { labels.first { $0.name == name }?.value }
}

extension Deployment.Label {
  /// Reads `NAME=VALUE`.
  ///
  /// - Throws: `GrammarError` for another form.
  package init(parsing text: String) throws(GrammarError) {
    guard let separator = text.firstIndex(of: "=") else {
      throw GrammarError("a label is NAME=VALUE, such as service=web")
    }
    let name = text[..<separator]
    guard ("a"..."z").contains(name.first ?? " "), name.utf8.allSatisfy(Self.isOfName) else {
      throw GrammarError(
        "the name of a label has only a-z, 0-9, '_', '.' and '-', and begins with a letter")
    }
    self.init(String(name), SecretPlaces.masked(String(text[text.index(after: separator)...])))
  }

  private static func isOfName(_ byte: UInt8) -> Bool {
    byte.isAlphanumeric && !(0x41...0x5A).contains(byte) || "_.-".utf8.contains(byte)
  }
}

extension SettingsReader {
  mutating func labels() -> [Deployment.Label] {
    let labels = values(of: .label, Deployment.Label.init(parsing:))
    var names: Set<String> = []
    if let twice = labels.first(where: { !names.insert($0.name).inserted }) {
      reject(.label, "label \(twice.name) is given twice", hint: "keep one of them")
    }
    return labels
  }
}

extension Deployment {
  /// Writes the fields `labels` and `ci`.
  package func write(to writer: inout JSONWriter) {
    writer.object("labels") { writer in
      for label in labels { writer.field(named: label.name, label.value) }
    }
    guard let build else { return writer.null("ci") }
    writer.object("ci") { writer in
      writer.field("system", build.system)
      writer.field("url", build.link)
      writer.field("commit", build.commit)
      writer.field("branch", build.branch)
    }
  }
}

extension Deployment.Build {
  /// The URL of its page if it is safe to link to; nil for any other text.
  package var page: String? {
    guard let link, ["http://", "https://"].contains(where: link.hasPrefix),
      // What RFC 3986 allows in a URL, and cannot end a link in a document.
      link.utf8.allSatisfy({ $0.isAlphanumeric || "-._~:/?#@!$&*+,;=%".utf8.contains($0) })
    else { return nil }
    return link
  }

  /// A description, such as `github, main at 0a1b2c3d4e5f`.
  package var words: String {
    let place = [branch, commit.map { String($0.prefix(12)) }].compactMap { $0?.printable }
    return place.isEmpty ? system : "\(system), \(place.joined(separator: " at "))".cut(to: 200)
  }
}

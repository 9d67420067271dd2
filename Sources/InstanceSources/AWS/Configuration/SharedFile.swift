internal import GateCore

/// A file of settings that the AWS tools share: `~/.aws/config` or `~/.aws/credentials`.
struct SharedFile: Hashable, Sendable {
  /// The sections by the words between the brackets, such as `profile`, `dev`.
  var sections: [[String]: Section] = [:]

  struct Section: Hashable, Sendable {
    /// The values by name in lower case.
    var values: [String: String] = [:]
    /// The indented lines below a name without a value, by that name.
    var nested: [String: [String: String]] = [:]

    /// The value of a setting; nil if it is missing or empty.
    subscript(_ name: String) -> String? {
      guard let value = values[name], !value.isEmpty else { return nil }
      return value
    }
  }
}

extension SharedFile {
  /// Reads a file as the AWS command line does.
  ///
  /// `#` and `;` begin a comment only at the start of a line, and the case of names does not
  /// matter. A section whose heading lacks a closing quote is skipped, but the other sections are
  /// read.
  ///
  /// No message quotes the file, because any part of it may be a secret.
  ///
  /// - Throws: `SourceError.unusable`, with the number of the line.
  init(parsing bytes: [UInt8], path: String) throws(SourceError) {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw Self.problem("\(path) is not UTF-8")
    }
    var section: [String]?
    var isLeftOut = false
    var owner: (name: String, indent: Int)?
    let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    for (index, raw) in lines.enumerated() {
      let line = index == 0 && raw.hasPrefix("\u{FEFF}") ? raw.dropFirst() : raw
      let content = line.trimmed
      guard let first = content.first, first != "#", first != ";" else { continue }
      let place = "line \(index + 1) of \(path)"
      if first == "[" {
        section = try Self.heading(content, place: place)
        isLeftOut = section == nil
        owner = nil
        if let section { sections[section] = sections[section] ?? Section() }
        continue
      }
      guard !isLeftOut else { continue }
      guard let section else { throw Self.problem("\(place) comes before any [section]") }
      let indent = line.prefix { $0.isWhitespace }.count
      if let owner, indent > owner.indent {
        // No setting that is read here has a value that continues on the next line.
        guard sections[section]?.values[owner.name] == "" else { continue }
        guard let (name, value) = Self.pair(content) else {
          throw Self.problem("\(place) is under \(shownLine(owner.name)), but is not NAME = VALUE")
        }
        sections[section]?.nested[owner.name, default: [:]][name] = value
        continue
      }
      guard let (name, value) = Self.pair(content) else {
        throw Self.problem("\(place) is neither a [section] nor NAME = VALUE")
      }
      sections[section]?.values[name] = value
      owner = (name, indent)
    }
  }

  /// The words of a heading; nil if its quotes are not closed.
  private static func heading(_ line: String, place: String) throws(SourceError) -> [String]? {
    guard let end = line.lastIndex(of: "]") else {
      throw problem("\(place) is not a complete [section]")
    }
    let words = commandWords(String(line[..<end].dropFirst()))
    guard words != [] else { throw problem("\(place) is not a complete [section]") }
    return words
  }

  private static func pair(_ line: String) -> (name: String, value: String)? {
    guard let separator = line.firstIndex(where: { $0 == "=" || $0 == ":" }) else { return nil }
    let name = line[..<separator].trimmed.lowercased()
    guard !name.isEmpty else { return nil }
    return (name, line[line.index(after: separator)...].trimmed)
  }

  private static func problem(_ detail: String) -> SourceError {
    .unusable(
      detail: detail,
      advice: "correct the file, or name another with AWS_CONFIG_FILE or "
        + "AWS_SHARED_CREDENTIALS_FILE")
  }
}

/// The files that a run writes and reads, as far as its settings can be parsed.
///
/// Even invalid settings name the results of the last run, which must not be taken as those of this
/// run.
package struct RunPlaces: Hashable, Sendable {
  package var verdicts: [String] = []
  package var reports: [ReportRequest] = []
  package var attestations: [String] = []
  package var ciDirectories: [String] = []
  package var journals: [String] = []
  /// The journal to resume; of the outputs, only `journal` may write to it.
  package var resumed: [String] = []
  /// The files that are read, with the settings that name them.
  package var inputs: [Named] = []
  package var ci = CIChoice.auto

  /// A file, and its purpose in the run.
  package struct Named: Hashable, Sendable {
    package var what: String
    package var path: String

    package init(what: String, path: String) {
      self.what = what
      self.path = path
    }
  }

  /// Finds the files; `config` is the path of the settings file.
  package init(_ settings: RawSettings, config: String?) {
    func texts(_ key: SettingKey) -> [String] { settings.values[key]?.map(\.text) ?? [] }
    verdicts = texts(.verdict)
    reports = texts(.report).compactMap { try? ReportRequest(parsing: $0) }
    attestations = texts(.attestation)
    ciDirectories = texts(.ciDir)
    journals = texts(.journal)
    resumed = texts(.resume)
    if let config { inputs.append(Named(what: "the settings", path: config)) }
    // The journal to resume is read too, but `journal` may write to it.
    for key in SettingKey.allCases where key != .resume {
      inputs += texts(key).flatMap { key.resources(in: $0) }.compactMap { resource in
        guard case .input(let path) = resource, path != "-" else { return nil }
        return Named(what: key.rawValue, path: path)
      }
    }
    ci = texts(.ci).last.flatMap(CIChoice.init) ?? .auto
  }

  /// All files that are written, none of which may be an input.
  package var outputs: [Named] {
    verdicts.map { Named(what: "the verdict", path: $0) }
      + journals.map { Named(what: "the journal", path: $0) }
      + attestations.map { Named(what: "the attestation", path: $0) }
      + reports.map { Named(what: "the \($0.format.rawValue) report", path: $0.path) }
      + ciDirectories.flatMap { directory in
        CIChoice.fileNames.map { Named(what: "\($0) of ci_dir", path: "\(directory)/\($0)") }
      }
  }
}

extension RawSettings {
  /// Reads a settings file that may have errors; each entry is parsed alone, so that an invalid one
  /// hides no other.
  package init(understoodIn bytes: [UInt8], path: String) {
    self.init(file: bytes, path: path)
    guard values.isEmpty else { return }
    var entry: [Substring] = []
    let lines = String(decoding: bytes.prefix(1 << 20), as: UTF8.self)
      .split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    func read(_ entry: [Substring]) -> RawSettings {
      RawSettings(file: Array(entry.joined(separator: "\n").utf8), path: path)
    }
    for line in lines + [""] {
      let beginsEntry = line.first.map { !$0.isWhitespace && $0 != "#" && $0 != "-" } ?? false
      if beginsEntry, !entry.isEmpty {
        values.merge(read(entry).values) { $1 }
        entry = []
      }
      entry.append(line)
    }
    values.merge(read(entry).values) { $1 }
  }
}

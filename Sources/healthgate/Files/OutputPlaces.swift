internal import GateFormats

#if canImport(Glibc)
  internal import Glibc
#endif

/// Where the outputs of a command go: no two into one file, where the last would be all that is
/// left.
enum OutputPlaces {
  /// Refuses two names of one file, however they are spelled; pipes and devices may be shared.
  ///
  /// - Throws: `CommandFailure` that names both.
  static func refuseShared(_ outputs: [(what: String, path: String?)]) throws(CommandFailure) {
    var seen: [(place: String, what: String, path: String)] = []
    for (what, path) in outputs {
      guard let path, let place = place(of: path) else { continue }
      if let other = seen.first(where: { $0.place == place }) {
        throw CommandFailure(
          .usage,
          "\(other.what) and \(what) both go to '\(path)'"
            + (other.path == path ? "" : " ('\(other.path)' is the same file)")
            + "\n  hint: give each a file of its own")
      }
      seen.append((place, what, path))
    }
  }

  /// A name that two paths share if they lead to one file; nil for what is no file.
  private static func place(of path: String) -> String? {
    var status = stat()
    if stat(path, &status) == 0 {
      return status.st_mode & S_IFMT == S_IFREG ? "\(status.st_dev):\(status.st_ino)" : nil
    }
    let slash = path.lastIndex(of: "/")
    let folder = slash.map { String(path[...$0]) } ?? "."
    let name = slash.map { path[path.index(after: $0)...] } ?? path[...]
    guard let resolved = realpath(folder, nil) else { return path }
    defer { free(resolved) }
    return "\(String(cString: resolved))/\(name)"
  }
}

extension OutputSettings {
  /// All that is written to files.
  var places: [(what: String, path: String?)] {
    [("the verdict", verdict), ("the journal", journal), ("the attestation", attestation?.file)]
      + reports.map { ("the \($0.format.rawValue) report", $0.path) }
  }
}

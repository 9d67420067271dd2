package import GateSettings
internal import LibC

/// Checks the outputs of a command: no two may go to one file, and none may overwrite an input.
package enum OutputPlaces {
  /// Refuses two names of one file, however they are spelled, linked or mounted.
  ///
  /// Pipes and devices may be shared.
  ///
  /// - Throws: `CommandFailure` that names both.
  package static func refuseShared(
    _ outputs: [RunPlaces.Named], with inputs: [RunPlaces.Named] = []
  ) throws(CommandFailure) {
    var seen: [(identity: String, file: RunPlaces.Named)] = []
    for output in outputs {
      guard let identity = identity(of: output.path) else { continue }
      if let other = seen.first(where: { $0.identity == identity }) {
        throw refusal(output, other.file, "\(other.file.what) and \(output.what) both go to")
      }
      seen.append((identity, output))
    }
    for input in inputs {
      guard let identity = identity(of: input.path) else { continue }
      if let output = seen.first(where: { $0.identity == identity }) {
        throw refusal(
          output.file, input,
          "\(output.file.what) would overwrite \(input.what), read from")
      }
    }
  }

  private static func refusal(
    _ file: RunPlaces.Named, _ other: RunPlaces.Named, _ words: String
  ) -> CommandFailure {
    CommandFailure(
      .usage,
      "\(words) \(file.path.quotedPath)"
        + (other.path == file.path ? "" : " ('\(other.path)' is the same file)")
        + "\n  hint: give each its own file")
  }

  /// What two paths share if they lead to the same file; nil if the path is not a regular file.
  static func identity(of path: String) -> String? {
    guard path != "-" else { return nil }
    var status = stat()
    if stat(path, &status) == 0 {
      return status.st_mode & S_IFMT == S_IFREG ? "\(status.st_dev):\(status.st_ino)" : nil
    }
    let slash = path.lastIndex(of: "/")
    let folder = slash.map { String(path[...$0]) } ?? "."
    let name = slash.map { path[path.index(after: $0)...] } ?? path[...]
    return resolvedPath(folder).map { "\($0)/\(name)" } ?? path
  }
}

extension RunPlaces {
  /// Refuses outputs to the same file, and outputs that overwrite an input.
  ///
  /// - Throws: `CommandFailure` that names both.
  package func refuseShared() throws(CommandFailure) {
    let journal = journals.compactMap(OutputPlaces.identity)
    let resumed = resumed.filter { path in
      OutputPlaces.identity(of: path).map { !journal.contains($0) } ?? false
    }
    try OutputPlaces.refuseShared(
      outputs, with: inputs + resumed.map { Named(what: "the journal to resume", path: $0) })
  }
}

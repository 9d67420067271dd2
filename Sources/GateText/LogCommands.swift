import GateCore

extension String {
  /// Lines of a log in which nothing is a command to the CI system that reads it.
  ///
  /// Whatever comes from the network may end up in a log, and there `##vso[task.setvariable …]`
  /// (Azure Pipelines) and `##[set-output …]` (GitHub Actions) are carried out wherever they stand
  /// in a line, `::set-output …::` (GitHub Actions) at its beginning, blanks or none before it.
  /// Source: `ActionCommand.TryParse` and `TryParseV2` of GitHub's runner, `Command.TryParse` of
  /// Azure's agent.
  package var withoutLogCommands: String {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(utf8.count + 8)
    var isLineStart = true
    var rest = withoutCommandsWithinLine.utf8[...]
    while let byte = rest.popFirst() {
      switch byte {
      case UInt8(ascii: "\n"), UInt8(ascii: "\r"): isLineStart = true
      case UInt8(ascii: " "), UInt8(ascii: "\t"): break
      case UInt8(ascii: ":") where isLineStart:
        let beginning = ":" + String(decoding: rest.prefix(40), as: UTF8.self)
        if beginning.beginsWithLogCommand { bytes.append(UInt8(ascii: "|")) }
        isLineStart = false
      default: isLineStart = false
      }
      bytes.append(byte)
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// For text that does not begin a line: `##` is two signs apart.
  package var withoutCommandsWithinLine: String {
    escaping { $1 == "#" && $0 == "#" ? " #" : nil }
  }

  /// The text with other texts in the place of some scalars.
  ///
  /// By scalars and not by characters: a mark that joins the `'` before it must not hide it.
  func escaping(_ replacement: (_ before: Unicode.Scalar?, Unicode.Scalar) -> String?) -> String {
    var escaped = UnicodeScalarView()
    var before: Unicode.Scalar?
    for scalar in unicodeScalars {
      if let text = replacement(before, scalar) {
        escaped.append(contentsOf: text.unicodeScalars)
      } else {
        escaped.append(scalar)
      }
      before = scalar
    }
    return String(escaped)
  }

  package func escaping(_ replacements: [Unicode.Scalar: String]) -> String {
    escaping { replacements[$1] }
  }
}

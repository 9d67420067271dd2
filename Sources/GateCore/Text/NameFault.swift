/// What is wrong with a name that comes from outside: it has to stand alone on a line of a terminal,
/// a log, a report and a file, as whoever reads the verdict may print it.
package enum NameFault: Hashable, Sendable {
  /// It has what cannot be seen or printed, a blank where there is to be none, or too many bytes.
  case unprintable
  /// Printed to the log of a CI system it would be a command.
  case command

  package enum Kind: Sendable {
    case instance
    case zone
  }

  package init?(of name: String, _ kind: Kind) {
    let isPlain = name.unicodeScalars.allSatisfy { scalar in
      // Nearly all are; the properties of a character cost more to look up.
      if "!"..."~" ~= scalar { return true }
      // U+FFFD stands where bytes of an argument were not UTF-8.
      return !scalar.isShownByNumber && scalar != "\u{FFFD}"
        && (kind == .zone || !scalar.properties.isWhitespace)
    }
    guard isPlain, name.utf8.count <= 255 else {
      self = .unprintable
      return
    }
    guard name.utf8.contains(UInt8(ascii: "#")) && name.contains("##") || name.beginsWithLogCommand
    else { return nil }
    self = .command
  }

  /// What is to be said of the name.
  package func words(of name: String, _ kind: Kind) -> String {
    switch (self, kind) {
    case (.unprintable, .instance):
      "\(name.shown) is not a name of an instance: UTF-8, no blanks, and at most 255 bytes"
    case (.unprintable, .zone):
      "\(name.shown) is not a zone: no control or invisible characters, and at most 255 bytes"
    case (.command, _): "\(name.shown) would be a command to a CI system that prints it"
    }
  }
}

extension Instance {
  /// What is wrong with its names, in words; nil when nothing is.
  package var nameProblem: String? {
    if let fault = NameFault(of: id, .instance) { return fault.words(of: id, .instance) }
    guard let zone, let fault = NameFault(of: zone, .zone) else { return nil }
    return fault.words(of: zone, .zone)
  }
}

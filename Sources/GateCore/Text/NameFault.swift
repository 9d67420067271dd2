/// Why a name from outside is not acceptable.
///
/// It must be safe on a line of a terminal, a log, a report and a file, because anybody who reads
/// the verdict may print it.
package enum NameFault: Hashable, Sendable {
  /// It has invisible or unprintable characters, a blank where none is allowed, or too many bytes.
  case unprintable
  /// In the log of a CI system it would be a command.
  case command

  package enum Kind: Sendable {
    case instance
    case zone
  }

  package init?(of name: String, _ kind: Kind) {
    let isPlain = name.unicodeScalars.allSatisfy { scalar in
      // Nearly all characters are ASCII; properties of others cost more to look up.
      if "!"..."~" ~= scalar { return true }
      // U+FFFD replaces bytes of an argument that were not UTF-8.
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

  /// The error in words, with the name.
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
  /// The error in its names, in words; nil if they are acceptable.
  package var nameProblem: String? {
    if let fault = NameFault(of: id, .instance) { return fault.words(of: id, .instance) }
    guard let zone, let fault = NameFault(of: zone, .zone) else { return nil }
    return fault.words(of: zone, .zone)
  }
}

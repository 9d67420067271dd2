/// A kind of name from outside.
///
/// It must be safe on a line of a terminal, a log, a report and a file, because anybody who reads
/// the verdict may print it.
package enum OutsideName: Sendable {
  case instance
  case zone

  /// Why the name is not acceptable, in words; nil if it is.
  ///
  /// It must have no invisible or unprintable characters, no blank where none is allowed and not
  /// too many bytes, and must not be a command in the log of a CI system.
  package func fault(in name: String) -> String? {
    let isPlain = name.unicodeScalars.allSatisfy { scalar in
      // Nearly all characters are ASCII; properties of others cost more to look up.
      if "!"..."~" ~= scalar { return true }
      // U+FFFD replaces bytes of an argument that were not UTF-8.
      return !scalar.isShownByNumber && scalar != "\u{FFFD}"
        && (self == .zone || !scalar.properties.isWhitespace)
    }
    guard isPlain, name.utf8.count <= 255 else {
      return switch self {
      case .instance:
        "\(name.shown) is not a name of an instance: UTF-8, no blanks, and at most 255 bytes"
      case .zone:
        "\(name.shown) is not a zone: no control or invisible characters, and at most 255 bytes"
      }
    }
    guard name.utf8.contains(UInt8(ascii: "#")) && name.contains("##") || name.beginsWithLogCommand
    else { return nil }
    return "\(name.shown) would be a command to a CI system that prints it"
  }
}

extension Instance {
  /// The error in its names, in words; nil if they are acceptable.
  package var nameProblem: String? {
    OutsideName.instance.fault(in: id) ?? zone.flatMap(OutsideName.zone.fault)
  }
}

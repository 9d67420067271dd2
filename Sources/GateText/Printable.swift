import GateCore

extension StringProtocol {
  /// The text in a form that is safe to show anywhere, on one line.
  ///
  /// Names and responses come from the network. Characters that would move the cursor, or hide or
  /// reorder later text, become `?`, as in `ls`; every blank or line end becomes a blank.
  package var printable: String {
    guard !utf8.allSatisfy({ (0x20...0x7E).contains($0) }) else { return String(self) }
    var printable = String.UnicodeScalarView()
    var marks = 0
    for scalar in unicodeScalars {
      switch scalar.textEffect {
      case .letter: marks = 0
      case .mark:
        // More marks than any letter needs are only used to spill over the lines around it.
        marks += 1
        guard marks <= 2 else { continue }
      case .selector: continue
      case .blank:
        printable.append(" ")
        continue
      case .unprintable:
        printable.append("?")
        continue
      }
      printable.append(scalar)
    }
    return String(printable)
  }
}

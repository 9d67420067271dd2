import GateCore

extension StringProtocol {
  /// The text as it may be shown anywhere: on one line, and unable to drive a terminal.
  ///
  /// Names and answers come from the network. What would move the cursor, hide or reorder what
  /// is printed after it becomes `?`, as in `ls`; any blank or line end becomes a blank.
  package var printable: String {
    guard !utf8.allSatisfy({ (0x20...0x7E).contains($0) }) else { return String(self) }
    var printable = String.UnicodeScalarView()
    var marks = 0
    for scalar in unicodeScalars {
      switch scalar.textEffect {
      case .letter: marks = 0
      case .mark:
        // More than a letter needs is only ever there to spill over the lines around it.
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

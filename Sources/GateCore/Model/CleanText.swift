extension String {
  /// At most so many bytes, with runs of blanks and of what cannot be printed as one blank.
  ///
  /// What comes from the network can drive a terminal or end a line; nothing of that is kept.
  package func cleaned(to bytes: Int) -> String {
    var cleaned = ""
    var size = 0
    var pending = false
    for scalar in unicodeScalars {
      guard !scalar.isUnprintable else {
        pending = !cleaned.isEmpty
        continue
      }
      size += UTF8.width(scalar) + (pending ? 1 : 0)
      guard size <= bytes else { break }
      if pending { cleaned.unicodeScalars.append(" ") }
      cleaned.unicodeScalars.append(scalar)
      pending = false
    }
    return cleaned
  }
}

extension Unicode.Scalar {
  /// Whether it moves, hides or reorders what is printed after it, or is a blank.
  fileprivate var isUnprintable: Bool {
    switch properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .spaceSeparator, .surrogate,
      .privateUse, .unassigned:
      true
    default:
      false
    }
  }
}

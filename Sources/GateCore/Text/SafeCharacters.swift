/// The effect of a scalar on the line on which it is printed: the table for all output.
package enum TextEffect: Sendable {
  case letter
  /// It combines with the letter before it.
  case mark
  /// It selects a form of the letter before it, which may have another width.
  case selector
  /// A blank, or the end of a line.
  case blank
  /// It moves, hides or reorders later text, or is invisible.
  case unprintable
}

extension Unicode.Scalar {
  /// The effect of this scalar.
  ///
  /// Source: Unicode Standard Annex 44, "General_Category" and "Default_Ignorable_Code_Point".
  package var textEffect: TextEffect {
    switch value {
    case 0x21...0x7E: return .letter
    case 0x20, 0x09...0x0D, 0x85: return .blank
    case 0..<0x20, 0x7F...0x9F: return .unprintable
    default: break
    }
    if properties.isVariationSelector { return .selector }
    if properties.isDefaultIgnorableCodePoint { return .unprintable }
    return switch properties.generalCategory {
    case .spaceSeparator, .lineSeparator, .paragraphSeparator: .blank
    case .control, .format, .surrogate, .privateUse, .unassigned: .unprintable
    case .nonspacingMark, .enclosingMark: .mark
    default: .letter
    }
  }

  /// Whether JSON, YAML and messages show it by its number: it is invisible, or not a plain blank.
  package var isShownByNumber: Bool {
    switch textEffect {
    case .letter, .mark: false
    case .blank: value != 0x20
    case .selector, .unprintable: true
    }
  }
}

/// What a scalar does to the line that it is printed on: the one table that every output follows.
package enum TextEffect: Sendable {
  case letter
  /// It stands on the letter before it.
  case mark
  /// It chooses between two forms of the letter before it, which may differ in width.
  case selector
  /// A blank, or an end of a line.
  case blank
  /// It moves, hides or reorders what is printed after it, or is not seen itself.
  case unprintable
}

extension Unicode.Scalar {
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

  /// Whether JSON, YAML and messages show it by its number: it cannot be seen, or is no plain blank.
  package var isShownByNumber: Bool {
    switch textEffect {
    case .letter, .mark: false
    case .blank: value != 0x20
    case .selector, .unprintable: true
    }
  }
}

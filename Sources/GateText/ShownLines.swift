extension String {
  /// Lines of a setting or a command as they may be shown anywhere: what cannot be seen is shown by
  /// its number, and nothing is a command to a CI system.
  package var shownLines: String {
    split(separator: "\n", omittingEmptySubsequences: false).map { String($0).escaped }
      .joined(separator: "\n").withoutLogCommands
  }

  /// Without what would move a terminal's cursor.
  package var escaped: String {
    guard unicodeScalars.contains(where: \.isShownByNumber) else { return self }
    var text = ""
    for scalar in unicodeScalars {
      if scalar.isShownByNumber {
        text += "\\u{\(String(scalar.value, radix: 16))}"
      } else {
        text.unicodeScalars.append(scalar)
      }
    }
    return text
  }
}

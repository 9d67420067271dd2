extension String {
  /// Lines of a setting or a command in a form that is safe to show anywhere.
  ///
  /// Invisible characters are shown by their numbers, and no line is a command to a CI system.
  package var shownLines: String {
    split(separator: "\n", omittingEmptySubsequences: false).map { String($0).escaped }
      .joined(separator: "\n").withoutLogCommands
  }

  /// The text without characters that would control a terminal.
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

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
    return escaping { $1.isShownByNumber ? "\\u{\(String($1.value, radix: 16))}" : nil }
  }
}

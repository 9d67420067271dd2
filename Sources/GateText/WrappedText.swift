extension StringProtocol {
  /// The same lines, with breaks between words where one is wider than the page.
  ///
  /// What goes on with a line is indented as the line is; behind a label (`hint: …`), by two more. A word that is too
  /// long stands out over the edge, and so does a command line, which is to be copied.
  package func wrapped(to width: Int) -> String {
    split(separator: "\n", omittingEmptySubsequences: false)
      .map { $0.columns > width && !$0.isCommandLine ? $0.wrappedLine(to: width) : String($0) }
      .joined(separator: "\n")
  }

  /// The same of one line, with what goes on indented by so much.
  package func wrappedLine(to width: Int, indent: Int? = nil) -> String {
    let margin = prefix { $0 == " " }.count
    let isLabeled = dropFirst(margin).prefix { $0 != " " }.hasSuffix(":")
    let indent = String(repeating: " ", count: indent ?? margin + (isLabeled ? 2 : 0))
    var lines = [String(prefix(margin))]
    var isEmpty = true
    // Blanks within the line stay as they are: it may be a table's, or begin with a time.
    for word in dropFirst(margin).split(separator: " ", omittingEmptySubsequences: false) {
      let last = lines[lines.count - 1]
      if !isEmpty, last.columns + 1 + word.columns > width {
        lines.append(indent + word)
      } else {
        lines[lines.count - 1] = isEmpty ? last + word : "\(last) \(word)"
      }
      isEmpty = false
    }
    return lines.joined(separator: "\n")
  }

  /// `  healthgate run …`, and what goes on with it.
  private var isCommandLine: Bool {
    let words = drop { $0 == " " }
    return words.startIndex != startIndex
      && (words.hasPrefix("healthgate ") || words.hasPrefix("--"))
  }
}

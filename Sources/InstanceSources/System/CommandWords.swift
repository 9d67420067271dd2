/// Splits a command line into words as a POSIX shell does, without expansions.
///
/// - Returns: The words; nil if a quotation is not closed.
func commandWords(_ line: String) -> [String]? {
  var words: [String] = []
  var word: String?
  var quote: Character?
  var rest = Substring(line)
  while let character = rest.popFirst() {
    switch (character, quote) {
    case ("'", nil), ("\"", nil):
      quote = character
      word = word ?? ""
    case (_, let open?) where character == open: quote = nil
    case ("\\", nil):
      guard let next = rest.popFirst() else { return nil }
      word = (word ?? "") + String(next)
    case ("\\", "\""):
      guard let next = rest.popFirst() else { return nil }
      word = (word ?? "") + (next == "\"" || next == "\\" ? String(next) : "\\\(next)")
    case (_, nil) where character.isWhitespace:
      if let finished = word { words.append(finished) }
      word = nil
    default: word = (word ?? "") + String(character)
    }
  }
  guard quote == nil else { return nil }
  if let word { words.append(word) }
  return words
}

/// What a reader sees of a page of HTML: its text without tags, comments, styles and scripts.
///
/// A text that repeats the one before it, as a heading does the title, stands once. A page that was
/// cut off within a tag ends before it. The work is one pass over the bytes.
struct PageText {
  private(set) var text = ""
  private var bytes: ArraySlice<UInt8>

  init(_ page: ArraySlice<UInt8>) {
    bytes = page
    var parts: [String] = []
    while !bytes.isEmpty {
      let part = Self.words(take(until: "<"))
      if !part.isEmpty, parts.last != part { parts.append(part) }
      skipTag()
    }
    text = parts.joined(separator: " ")
  }

  /// What comes before the phrase, which is left out as well; all where it does not come.
  private mutating func take(until phrase: String) -> ArraySlice<UInt8> {
    let phrase = Array(phrase.utf8)
    var place = bytes.startIndex
    while place < bytes.endIndex {
      guard bytes[place].folded == phrase[0],
        bytes[place...].prefix(phrase.count).map(\.folded) == phrase
      else {
        place += 1
        continue
      }
      defer { bytes = bytes[(place + phrase.count)...] }
      return bytes[..<place]
    }
    defer { bytes = bytes[bytes.endIndex...] }
    return bytes
  }

  /// Skips the rest of a tag, with all that stands between it and its end where that is no text.
  private mutating func skipTag() {
    if begins("!--") { return skip(past: "-->") }
    for name in ["script", "style"] where begins(name) { skip(past: "</\(name)") }
    skip(past: ">")
  }

  private func begins(_ phrase: String) -> Bool {
    bytes.prefix(phrase.utf8.count).map(\.folded).elementsEqual(phrase.utf8)
  }

  private mutating func skip(past phrase: String) { _ = take(until: phrase) }

  private static func words(_ bytes: ArraySlice<UInt8>) -> String {
    var text = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isWhitespace)
      .joined(separator: " ")
    guard text.utf8.contains(UInt8(ascii: "&")) else { return text }
    // The ampersand last: what it then begins was text.
    for (entity, character) in entities { text = text.replacing(entity, with: character) }
    return text
  }

  private static let entities = [
    ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#x27;", "'"), ("&#39;", "'"),
    ("&nbsp;", " "), ("&amp;", "&"),
  ]
}

/// The visible text of an HTML page: without tags, comments, styles and scripts.
///
/// A text that repeats the previous one, as a heading repeats the title, appears once. A page that
/// was cut off within a tag ends before the tag. It takes one pass over the bytes.
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

  /// Takes everything before a phrase, and skips the phrase; the rest if it does not occur.
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

  /// Skips the rest of a tag, with its content if that is not text.
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
    // The ampersand is last, because the text after it must not be decoded again.
    for (entity, character) in entities { text = text.replacing(entity, with: character) }
    return text
  }

  private static let entities = [
    ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#x27;", "'"), ("&#39;", "'"),
    ("&nbsp;", " "), ("&amp;", "&"),
  ]
}

internal import GateCore

extension String {
  /// The bytes, with ASCII letters in lower case.
  var foldedBytes: [UInt8] {
    utf8.map(\.folded)
  }

  /// The host of a URL or of a `Host` header, without port and brackets.
  var withoutPort: String {
    if hasPrefix("["), let end = firstIndex(of: "]") { return String(self[..<end].dropFirst()) }
    guard let colon = firstIndex(of: ":"), !self[index(after: colon)...].contains(":") else {
      return self
    }
    return String(self[..<colon])
  }

  /// Whether it is a literal address, IPv4 or IPv6, with or without a zone.
  var isAddress: Bool {
    if contains(":") {
      let address = utf8.prefix { $0 != UInt8(ascii: "%") }
      return address.allSatisfy { "0123456789abcdefABCDEF:.".utf8.contains($0) }
    }
    let parts = split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts.allSatisfy { $0.asWholeNumber.map { $0 <= 255 } ?? false }
  }
}

extension UInt8 {
  /// A letter of ASCII in lower case.
  var folded: UInt8 { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self) ? self | 0x20 : self }
}

extension [UInt8] {
  /// Whether these bytes contain the phrase.
  func contains(phrase: String) -> Bool { place(of: phrase, from: 0) != nil }

  /// The first place of the phrase; nil if these bytes do not contain it.
  ///
  /// Both are short, an excerpt and a few words, so an index would not be worth its cost.
  func place(of phrase: String, from start: Int) -> Int? {
    let phrase = phrase.utf8
    guard let first = phrase.first, start <= count - phrase.count else { return nil }
    return (start...(count - phrase.count)).first {
      self[$0] == first && self[$0...].starts(with: phrase)
    }
  }
}

/// Joins words: `a`, `a or b`, `a, b or c`.
func alternatives(_ words: [String]) -> String {
  guard let last = words.last, words.count > 1 else { return words.first ?? "" }
  return "\(words.dropLast().joined(separator: ", ")) or \(last)"
}

/// The first names, and the number of the others.
func list(_ names: [String], atMost limit: Int = 5) -> String {
  let shown = names.prefix(limit).map { $0.cleaned(to: 100) }.joined(separator: ", ")
  return names.count > limit ? "\(shown) and \(names.count - limit) more" : shown
}

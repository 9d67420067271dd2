internal import GateCore

extension String {
  /// The bytes, with ASCII letters in lower case.
  var foldedBytes: [UInt8] {
    utf8.map { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) ? $0 | 0x20 : $0 }
  }

  /// The host of a URL or of a `Host` header, without port and brackets.
  var withoutPort: String {
    if hasPrefix("["), let end = firstIndex(of: "]") { return String(self[..<end].dropFirst()) }
    guard let colon = firstIndex(of: ":"), !self[index(after: colon)...].contains(":") else {
      return self
    }
    return String(self[..<colon])
  }

  /// Whether it is a literal address, IPv4 or IPv6.
  var isAddress: Bool {
    if contains(":") { return utf8.allSatisfy { $0.isHexDigit || ":.%".utf8.contains($0) } }
    let parts = split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts.allSatisfy { $0.asByte != nil }
  }
}

extension Substring {
  fileprivate var asByte: UInt8? {
    utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ? UInt8(self) : nil
  }
}

extension UInt8 {
  fileprivate var isHexDigit: Bool {
    switch self {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
      UInt8(ascii: "A")...UInt8(ascii: "F"):
      true
    default: false
    }
  }
}

extension [UInt8] {
  /// Whether these bytes contain the phrase.
  ///
  /// Both are short, an excerpt and a few words, so an index would not be worth its cost.
  func contains(phrase: String) -> Bool {
    let phrase = phrase.utf8
    guard let first = phrase.first, phrase.count <= count else { return phrase.isEmpty }
    return indices.dropLast(phrase.count - 1).contains { start in
      self[start] == first && self[start...].starts(with: phrase)
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

internal import GateCore

/// A feature that a response has or lacks; phrases are in lower case, and match in any case.
indirect enum Mark: Sendable {
  /// Anywhere in the part of the body that is kept.
  case page(String)
  /// In the page's title, or in its first heading if it has none.
  case title(String)
  /// The body begins with this.
  case begins(String)
  /// The body is exactly this.
  case only(String)
  case bodyless
  /// The body is short, and contains this.
  case note(String)
  case server(String)
  case field(String, has: String)
  case has(String)
  case lacks(String)
  case status(ClosedRange<Int>)
  case all([Mark])
  case any([Mark])

  static func all(_ marks: Mark...) -> Mark { .all(marks) }
  static func any(_ marks: Mark...) -> Mark { .any(marks) }
  static func pages(_ phrases: String...) -> Mark { .any(phrases.map(Mark.page)) }
  static func titles(_ phrases: String...) -> Mark { .any(phrases.map(Mark.title)) }
  static func notes(_ phrases: String...) -> Mark { .any(phrases.map(Mark.note)) }
  static func status(_ status: Int) -> Mark { .status(status...status) }

  /// The phrases to search for in the whole body.
  var pagePhrases: [String] {
    switch self {
    case .page(let phrase): [phrase]
    case .all(let marks), .any(let marks): marks.flatMap(\.pagePhrases)
    default: []
    }
  }
}

/// A response, read once for all marks in one pass over its body.
package struct MarkedPage {
  let status: Int
  let title: [UInt8]
  let titleText: String?
  private let fields: [(name: String, value: [UInt8])]
  private let body: [UInt8]
  private let phrases: Set<String>

  /// The number of bytes of a body that are read.
  package static let bytesRead = 16 * 1024
  /// The size up to which a body is a note, and not a page that may mention anything.
  private static let noteBytes = 512

  init(_ answer: Answer) {
    let kept = answer.body.prefix(Self.bytesRead)
    status = answer.status
    fields = answer.fields.prefix(200).map { ($0.name.lowercased(), $0.value.foldedBytes) }
    body = kept.map(\.folded).trimmedOfBlanks
    phrases = Self.finder.all(in: body)
    let found = Self.title(of: kept)
    titleText = found
    title = found?.foldedBytes ?? []
  }

  private static let finder = PhraseFinder(
    Array(Set((Author.all.map(\.mark) + Sign.allCases.compactMap(\.mark)).flatMap(\.pagePhrases))),
    .alike)

  func shows(_ mark: Mark) -> Bool {
    switch mark {
    case .page(let phrase): phrases.contains(phrase)
    case .title(let phrase): title.contains(phrase: phrase)
    case .begins(let phrase): body.starts(with: phrase.utf8)
    case .only(let phrase): body.elementsEqual(phrase.utf8)
    case .bodyless: body.isEmpty
    case .note(let phrase): body.count <= Self.noteBytes && body.contains(phrase: phrase)
    case .server(let name): has(name, in: "server")
    case .field(let name, let phrase): has(phrase, in: name)
    case .has(let name): fields.contains { $0.name == name }
    case .lacks(let name): !fields.contains { $0.name == name }
    case .status(let range): range.contains(status)
    case .all(let marks): marks.allSatisfy(shows)
    case .any(let marks): marks.contains(where: shows)
    }
  }

  private func has(_ phrase: String, in name: String) -> Bool {
    fields.contains { $0.name == name && $0.value.contains(phrase: phrase) }
  }

  /// The text of its title, or of its first heading; nil if it has neither.
  private static func title(of body: ArraySlice<UInt8>) -> String? {
    let bytes = Array(body)
    let folded = bytes.map(\.folded)
    for (opening, closing) in [("<title", "</title"), ("<h1", "</h1")] {
      guard let start = folded.place(of: opening, from: 0),
        let inner = folded[start...].firstIndex(of: UInt8(ascii: ">")),
        let end = folded.place(of: closing, from: inner), end - inner <= 300
      else { continue }
      let text = String(decoding: bytes[(inner + 1)..<end], as: UTF8.self)
      let words = text.replacing(#/<[^<>]*>/#, with: "").trimmed
      if !words.isEmpty { return words }
    }
    return nil
  }
}

extension [UInt8] {
  fileprivate var trimmedOfBlanks: [UInt8] {
    guard let first = firstIndex(where: { $0 > 0x20 }), let last = lastIndex(where: { $0 > 0x20 })
    else { return [] }
    return Array(self[first...last])
  }
}

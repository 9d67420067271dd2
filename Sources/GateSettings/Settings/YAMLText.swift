internal import CYAML
import GateCore
internal import GateText

/// A YAML document, of which JSON is a subset, with the position of each node.
///
/// Aliases are not allowed, so a document is never larger than its text.
struct YAMLText {
  /// The root; nil if the text has only comments.
  let root: YAMLNode?

  /// Reads a text with one document; `format` is the expected format in messages.
  ///
  /// - Throws: an error with the reason and the line.
  init(
    parsing text: String, as format: String = "YAML", of path: String
  ) throws(SettingsError) {
    do throws(YAMLProblem) {
      var parser = YAMLParser(text)
      root = try parser.document()
    } catch {
      throw SettingsError([
        SettingProblem(error.fact(format), at: .file(path: path, line: error.line))
      ])
    }
  }
}

/// An error in a text, with its position.
private struct YAMLProblem: Error {
  var line: Int
  var kind: Kind

  enum Kind {
    case malformed(String, hint: String? = nil)
    case alias
    case severalDocuments
    case nestedTooDeep
    case duplicated([String])
  }

  func fact(_ format: String) -> SettingProblem.Fact {
    switch kind {
    case .malformed(let words, let hint):
      .content(
        "the file is not \(format): \(words)",
        hint: hint ?? "is it complete, and is it \(format)?")
    case .alias:
      .content("anchors and aliases are not accepted", hint: "write the value out")
    case .severalDocuments:
      .content("the file has more than one YAML document", hint: "keep one of them")
    case .nestedTooDeep:
      .content("the file is nested too deeply", hint: "is it the right file?")
    case .duplicated(let names): .duplicated(names: names)
    }
  }
}

/// A parser of libyaml with its text; it owns both.
private struct YAMLParser: ~Copyable {
  private let parser: UnsafeMutablePointer<yaml_parser_t>
  private let text: UnsafeMutableBufferPointer<UInt8>

  /// The deepest nesting; settings are two levels deep.
  private static let deepest = 32

  init(_ text: String) {
    parser = .allocate(capacity: 1)
    // This fails only without memory, and the first event then is an error.
    yaml_parser_initialize(parser)
    self.text = .allocate(capacity: text.utf8.count)
    _ = self.text.initialize(from: text.utf8)
    yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
    yaml_parser_set_input_string(parser, self.text.baseAddress, self.text.count)
  }

  deinit {
    yaml_parser_delete(parser)
    parser.deallocate()
    text.deallocate()
  }

  mutating func document() throws(YAMLProblem) -> YAMLNode? {
    var root: YAMLNode?
    while true {
      let event = try next()
      switch event.kind {
      case .end: return root
      case .document:
        guard root == nil else { throw YAMLProblem(line: event.line, kind: .severalDocuments) }
      case .other: continue
      case .scalar, .sequence, .mapping, .close:
        root = try node(from: event, depth: 0)
      }
    }
  }

  private mutating func node(from event: Event, depth: Int) throws(YAMLProblem) -> YAMLNode {
    guard depth < Self.deepest else { throw YAMLProblem(line: event.line, kind: .nestedTooDeep) }
    let content: YAMLNode.Content =
      switch event.kind {
      case .scalar(let text, let isPlain): .scalar(text, isPlain: isPlain)
      case .sequence: .sequence(try elements(depth))
      case .mapping: .mapping(try pairs(depth))
      case .close, .document, .other, .end: preconditionFailure("libyaml closes what it opened")
      }
    return YAMLNode(line: event.line, content: content)
  }

  private mutating func elements(_ depth: Int) throws(YAMLProblem) -> [YAMLNode] {
    var elements: [YAMLNode] = []
    while true {
      let event = try next()
      if case .close = event.kind { return elements }
      elements.append(try node(from: event, depth: depth + 1))
    }
  }

  private mutating func pairs(_ depth: Int) throws(YAMLProblem) -> [YAMLNode.Pair] {
    var pairs: [YAMLNode.Pair] = []
    var names: Set<String> = []
    var doubled: [String: Int] = [:]
    while true {
      let event = try next()
      if case .close = event.kind { break }
      let name = try node(from: event, depth: depth + 1)
      if let text = name.scalar, !names.insert(text).inserted {
        doubled[text] = doubled[text] ?? name.line
      }
      pairs.append(YAMLNode.Pair(name: name, value: try node(from: next(), depth: depth + 1)))
    }
    if let line = doubled.values.min() {
      throw YAMLProblem(line: line, kind: .duplicated(doubled.keys.sorted()))
    }
    return pairs
  }

  // MARK: - Events

  private struct Event {
    var line: Int
    var kind: Kind

    enum Kind {
      case scalar(String, isPlain: Bool)
      case sequence
      case mapping
      /// The end of a sequence or a mapping.
      case close
      /// The start of a document.
      case document
      case other
      case end
    }
  }

  private mutating func next() throws(YAMLProblem) -> Event {
    var event = yaml_event_t()
    guard yaml_parser_parse(parser, &event) == 1 else { throw problem }
    defer { yaml_event_delete(&event) }
    let line = event.start_mark.line + 1
    let kind: Event.Kind
    var anchor: UnsafeMutablePointer<yaml_char_t>?
    switch event.type {
    case YAML_SCALAR_EVENT:
      let scalar = event.data.scalar
      anchor = scalar.anchor
      let bytes = UnsafeBufferPointer(start: scalar.value, count: scalar.length)
      kind = .scalar(
        String(decoding: bytes, as: UTF8.self), isPlain: scalar.style == YAML_PLAIN_SCALAR_STYLE)
    case YAML_SEQUENCE_START_EVENT:
      anchor = event.data.sequence_start.anchor
      kind = .sequence
    case YAML_MAPPING_START_EVENT:
      anchor = event.data.mapping_start.anchor
      kind = .mapping
    case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT: kind = .close
    case YAML_ALIAS_EVENT: throw YAMLProblem(line: Int(line), kind: .alias)
    case YAML_STREAM_END_EVENT, YAML_NO_EVENT: kind = .end
    case YAML_DOCUMENT_START_EVENT: kind = .document
    default: kind = .other
    }
    guard anchor == nil else { throw YAMLProblem(line: Int(line), kind: .alias) }
    return Event(line: Int(line), kind: kind)
  }

  /// Why there is no next event.
  private var problem: YAMLProblem {
    let words = parser.pointee.problem.map { String(cString: $0) } ?? "it cannot be read"
    switch parser.pointee.error {
    case YAML_READER_ERROR:
      let before = text.prefix(Int(clamping: parser.pointee.problem_offset))
      return YAMLProblem(
        line: before.count { $0 == UInt8(ascii: "\n") } + 1,
        kind: .malformed("it has a control character"))
    default:
      let mark = parser.pointee.problem_mark
      let line = Int(mark.line) + 1
      let before = linePrefix(upTo: Int(clamping: mark.index))
      guard !before.prefix(while: { $0 == " " || $0 == "\t" }).contains("\t") else {
        return YAMLProblem(
          line: line,
          kind: .malformed("the line is indented with a tab", hint: "indent it with spaces"))
      }
      return YAMLProblem(line: line, kind: .malformed(words, hint: Self.hint(for: words, before)))
    }
  }

  /// The advice for a value that YAML does not read as text; nil if there is none.
  private static func hint(for words: String, _ before: String) -> String? {
    if words.contains("escape character") {
      return "put the value in single quotes, in which a backslash is literal"
    }
    if words.contains("mapping values are not allowed") {
      return "put quotes around a value that contains a colon and a space"
    }
    guard let value = before.split(separator: ":").last?.trimmed.first ?? before.trimmed.first,
      "[{*&!%@`|>".contains(value)
    else { return nil }
    return "put quotes around a value that begins with '\(value)' or contains one"
  }

  /// The line of a position, up to the character at it.
  private func linePrefix(upTo index: Int) -> String {
    let text = String(decoding: text, as: UTF8.self).unicodeScalars
    let end =
      text.index(text.startIndex, offsetBy: index + 1, limitedBy: text.endIndex) ?? text.endIndex
    // If a line ends too early, the position is its end.
    let upTo = text[..<end].last == "\n" ? text[..<end].dropLast() : text[..<end]
    let line = upTo.split(separator: "\n", omittingEmptySubsequences: false).last
    return line.map { String($0) } ?? ""
  }
}

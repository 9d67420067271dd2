internal import CYAML
import GateCore

/// Reads a YAML document, of which JSON is a subset, with the position of each node.
///
/// Aliases are not allowed, so a document is never larger than its text. `format` is the expected
/// format in messages. The root is nil if the text has only comments.
///
/// - Throws: an error with the reason and the line.
func yamlRoot(
  of text: String, as format: String = "YAML", path: String
) throws(SettingsError) -> YAMLNode? {
  var parser = YAMLParser(text, as: format, path: path)
  return try parser.document()
}

/// A parser of libyaml with its text; it owns both.
private struct YAMLParser: ~Copyable {
  private let parser: UnsafeMutablePointer<yaml_parser_t>
  private let text: UnsafeMutableBufferPointer<UInt8>
  private let format: String
  private let path: String

  /// The deepest nesting; settings are two levels deep.
  private static let deepest = 32

  init(_ text: String, as format: String, path: String) {
    (self.format, self.path) = (format, path)
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

  mutating func document() throws(SettingsError) -> YAMLNode? {
    var root: YAMLNode?
    while true {
      let event = try next()
      switch event.kind {
      case .end: return root
      case .document:
        guard root == nil else {
          throw problem(
            "the file has more than one YAML document", hint: "keep one of them", event.line)
        }
      case .other: continue
      case .scalar, .sequence, .mapping, .close:
        root = try node(from: event, depth: 0)
      }
    }
  }

  private mutating func node(from event: Event, depth: Int) throws(SettingsError) -> YAMLNode {
    guard depth < Self.deepest else {
      throw problem(
        "the file is nested too deeply", hint: "is it the right file?", event.line)
    }
    let content: YAMLNode.Content =
      switch event.kind {
      case .scalar(let text, let isPlain): .scalar(text, isPlain: isPlain)
      case .sequence: .sequence(try elements(depth))
      case .mapping: .mapping(try pairs(depth))
      case .close, .document, .other, .end: preconditionFailure("libyaml closes what it opened")
      }
    return YAMLNode(line: event.line, content: content)
  }

  private mutating func elements(_ depth: Int) throws(SettingsError) -> [YAMLNode] {
    var elements: [YAMLNode] = []
    while true {
      let event = try next()
      if case .close = event.kind { return elements }
      elements.append(try node(from: event, depth: depth + 1))
    }
  }

  private mutating func pairs(_ depth: Int) throws(SettingsError) -> [YAMLNode.Pair] {
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
      throw SettingsError([
        SettingProblem(
          .duplicated(names: doubled.keys.sorted()), at: .file(path: path, line: line))
      ])
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

  private mutating func next() throws(SettingsError) -> Event {
    var event = yaml_event_t()
    guard yaml_parser_parse(parser, &event) == 1 else { throw failure }
    defer { yaml_event_delete(&event) }
    let line = Int(event.start_mark.line) + 1
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
    case YAML_ALIAS_EVENT: throw alias(line)
    case YAML_STREAM_END_EVENT, YAML_NO_EVENT: kind = .end
    case YAML_DOCUMENT_START_EVENT: kind = .document
    default: kind = .other
    }
    guard anchor == nil else { throw alias(line) }
    return Event(line: line, kind: kind)
  }

  private func problem(_ sentence: String, hint: String, _ line: Int) -> SettingsError {
    SettingsError(content: sentence, hint: hint, of: path, line: line)
  }

  private func alias(_ line: Int) -> SettingsError {
    problem("anchors and aliases are not accepted", hint: "write the value out", line)
  }

  private func malformed(_ words: String, hint: String? = nil, _ line: Int) -> SettingsError {
    problem(
      "the file is not \(format): \(words)",
      hint: hint ?? "is it complete, and is it \(format)?", line)
  }

  /// Why there is no next event.
  private var failure: SettingsError {
    switch parser.pointee.error {
    case YAML_READER_ERROR:
      let before = text.prefix(Int(clamping: parser.pointee.problem_offset))
      return malformed(
        "it has a control character", before.count { $0 == UInt8(ascii: "\n") } + 1)
    default:
      let words = parser.pointee.problem.map { String(cString: $0) } ?? "it cannot be read"
      let mark = parser.pointee.problem_mark
      let line = Int(mark.line) + 1
      let before = linePrefix(upTo: Int(clamping: mark.index))
      guard !before.prefix(while: { $0 == " " || $0 == "\t" }).contains("\t") else {
        return malformed(
          "the line is indented with a tab", hint: "indent it with spaces", line)
      }
      return malformed(words, hint: Self.hint(for: words, before), line)
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

internal import GateCore
internal import GateText

extension YAMLNode {
  /// The node as JSON on one line.
  ///
  /// JSON is YAML too, so a mapping passes through the same layers, files and outputs as a text.
  var json: String {
    switch content {
    case .scalar(let text, let isPlain):
      if isNull { "null" } else if isPlain, Self.isBare(text) { text } else { quotedScalar(text) }
    case .sequence(let items): "[\(items.map(\.json).joined(separator: ", "))]"
    case .mapping(let pairs):
      "{"
        + pairs.map { "\(quotedScalar($0.name.scalar ?? "")): \($0.value.json)" }
        .joined(separator: ", ") + "}"
    }
  }

  /// Whether JSON has the same notation for the number or truth value.
  private static func isBare(_ text: String) -> Bool {
    guard text != "true", text != "false" else { return true }
    guard case .number? = try? JSONValue(parsing: Array(text.utf8)) else { return false }
    return true
  }
}

/// The fields of a mapping in a setting; each is read once, and the rest is unknown.
struct StructuredFields {
  /// The name in messages, such as `step 2`.
  let name: String
  private let object: JSONObject
  private var known: [String] = []

  init(_ object: JSONObject, of name: String) {
    self.object = object
    self.name = name
  }

  /// Reads a setting's text that is a mapping.
  ///
  /// - Throws: `GrammarError` for a text that is not a mapping.
  init(parsing text: String, of name: String) throws(GrammarError) {
    guard let value = try? JSONValue(parsing: Array(text.utf8)), case .object(let object) = value
    else {
      throw GrammarError("\(text.shown) is not a mapping")
    }
    self.init(object, of: name)
  }

  mutating func value(_ field: String) -> JSONValue? {
    known.append(field)
    guard let value = object[JSONName(field)], value != .null else { return nil }
    return value
  }

  /// Reads a single value as it was written; nil if it is missing.
  ///
  /// - Throws: `GrammarError` if it is not a single value.
  mutating func text(_ field: String) throws(GrammarError) -> String? {
    guard let value = value(field) else { return nil }
    switch value {
    case .array, .object, .null: throw wrong(field, "is \(value.text), but takes one value")
    case .string(let text) where text.isEmpty: throw wrong(field, "is empty")
    case .string, .number, .bool: return value.text
    }
  }

  mutating func parsed<Value>(
    _ field: String, _ parse: (String) throws(GrammarError) -> Value
  ) throws(GrammarError) -> Value? {
    guard let text = try text(field) else { return nil }
    do throws(GrammarError) {
      return try parse(text)
    } catch {
      throw GrammarError("\(field) of \(name): \(error.description)", hint: error.hint)
    }
  }

  mutating func duration(_ field: String) throws(GrammarError) -> Duration? {
    try parsed(field, Duration.init(parsing:))
  }

  mutating func number(
    _ field: String, in bounds: ClosedRange<Int>
  ) throws(GrammarError) -> Int? {
    try parsed(field) { text throws(GrammarError) in
      try Int(parsing: text, in: bounds)
    }
  }

  mutating func toggle(_ field: String) throws(GrammarError) -> Bool {
    try parsed(field, Bool.init(parsing:)) ?? false
  }

  mutating func fields(_ field: String) throws(GrammarError) -> StructuredFields? {
    try object(field).map { StructuredFields($0, of: "\(field) of \(name)") }
  }

  /// Reads the names and texts of a mapping.
  ///
  /// - Throws: `GrammarError` if it is not a mapping of texts.
  mutating func pairs(_ field: String) throws(GrammarError) -> [(name: String, text: String)] {
    try object(field)?.map { ($0.name.text, $0.value.text) } ?? []
  }

  private mutating func object(_ field: String) throws(GrammarError) -> JSONObject? {
    guard let value = value(field) else { return nil }
    guard case .object(let object) = value else {
      throw wrong(field, "is \(value.text.shown), but takes a mapping")
    }
    return object
  }

  /// Refuses fields that were not read.
  ///
  /// - Throws: `GrammarError` that names one of them.
  func refuseUnknown() throws(GrammarError) {
    guard let unknown = object.map(\.name.text).first(where: { !known.contains($0) }) else {
      return
    }
    let near = nearestName(to: unknown, among: known)
    throw GrammarError(
      "\(unknown.shown) is not a field of \(name)",
      hint: near.map { "did you mean \($0)?" } ?? "it takes \(known.joined(separator: ", "))")
  }

  func wrong(_ field: String, _ words: String, hint: String? = nil) -> GrammarError {
    GrammarError("\(field) of \(name) \(words)", hint: hint)
  }
}

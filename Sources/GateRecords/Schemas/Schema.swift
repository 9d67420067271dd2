internal import GateSettings
internal import GateText

/// A JSON Schema (2020-12), with short forms of its keywords.
///
/// Fields may be added within a major version, so objects allow further ones.
struct Schema: Sendable {
  private var keywords: JSONObject

  private init(_ keywords: JSONObject) { self.keywords = keywords }

  private init(type: String, _ keywords: JSONObject = [:]) {
    self.keywords = ["type": .string(type)]
    for (name, value) in keywords { self.keywords[name] = value }
  }

  /// The fields of an object in their order; the name of an optional field ends with `?`.
  struct Fields: ExpressibleByDictionaryLiteral, Sendable {
    fileprivate var all: [(name: JSONName, schema: Schema)] = []
    fileprivate var required: [JSONValue] = []

    init(dictionaryLiteral fields: (String, Schema)...) {
      for (name, schema) in fields {
        let isOptional = name.hasSuffix("?")
        all.append((JSONName(isOptional ? String(name.dropLast()) : name), schema))
        if !isOptional { required.append(.string(name)) }
      }
    }

    static func + (one: Fields, other: Fields) -> Fields {
      var sum = one
      sum.all += other.all
      sum.required += other.required
      return sum
    }

    /// The same fields, none of which is required.
    var optional: Fields {
      var fields = self
      fields.required = []
      return fields
    }

    fileprivate var properties: JSONValue {
      var properties: JSONObject = [:]
      for (name, schema) in all { properties[name] = schema.value }
      return .object(properties)
    }
  }

  private var value: JSONValue { keywords.isEmpty ? .bool(false) : .object(keywords) }
}

// MARK: - Values

extension Schema {
  static let anyObject = Schema(type: "object")
  static let boolean = Schema(type: "boolean")
  static let integer = Schema(type: "integer")
  /// A field that is not allowed.
  static let never = Schema([:])
  static let null = Schema(type: "null")
  static let number = Schema(type: "number")
  static let string = Schema(type: "string")
  /// A reference to the document itself.
  static let whole = Schema(["$ref": .string("#")])

  /// A reference to a definition by its name, or to a part of it by its path.
  static func ref(_ path: String) -> Schema { Schema(["$ref": .string("#/$defs/\(path)")]) }

  static func const(_ value: JSONValue) -> Schema { Schema(["const": value]) }

  static func const(_ word: String) -> Schema { const(.string(word)) }

  static func integer(from least: Int, to greatest: Int? = nil) -> Schema {
    integer.bounded("minimum", least, greatest)
  }

  static func number(from least: Int, to greatest: Int? = nil) -> Schema {
    number.bounded("minimum", least, greatest)
  }

  static func number(above bound: Int) -> Schema { number.bounded("exclusiveMinimum", bound, nil) }

  private func bounded(_ name: JSONName, _ least: Int, _ greatest: Int?) -> Schema {
    var bounded = self
    bounded.keywords[name] = .number(JSONNumber(least))
    bounded.keywords["maximum"] = greatest.map { .number(JSONNumber($0)) }
    return bounded
  }

  static func string(format: String) -> Schema {
    Schema(type: "string", ["format": .string(format)])
  }

  static func string(pattern: String) -> Schema {
    Schema(type: "string", ["pattern": .string(pattern)])
  }

  static func string(encoding: String) -> Schema {
    Schema(type: "string", ["contentEncoding": .string(encoding)])
  }

  static func string(examples: [String]) -> Schema {
    Schema(type: "string", ["examples": .array(examples.map { .string($0) })])
  }

  static func words(_ words: String...) -> Schema { Self.words(words) }

  static func words(_ words: [String]) -> Schema {
    Schema(["enum": .array(words.map { .string($0) })])
  }

  /// An enumeration of the names of a type, and of others.
  static func words(
    _ words: some Sequence<some RawRepresentable<String>>, _ others: String...
  ) -> Schema {
    Self.words(words.map(\.rawValue) + others)
  }

  var orNull: Schema {
    var schema = self
    if case .array(let words)? = keywords["enum"] {
      schema.keywords["enum"] = .array(words + [.null])
    } else if let type = keywords["type"] {
      schema.keywords["type"] = .array([type, .string("null")])
    } else {
      return Schema(["anyOf": .array([value, Schema.null.value])])
    }
    return schema
  }
}

// MARK: - Arrays and objects

extension Schema {
  static func array(_ items: Schema, atLeast: Int? = nil, atMost: Int? = nil) -> Schema {
    var schema = Schema(type: "array")
    schema.keywords["minItems"] = atLeast.map { .number(JSONNumber($0)) }
    schema.keywords["maxItems"] = atMost.map { .number(JSONNumber($0)) }
    schema.keywords["items"] = items.value
    return schema
  }

  /// An object whose members all have the same schema.
  static func map(_ member: Schema, names: String? = nil, required: [String] = []) -> Schema {
    var schema = anyObject
    schema.keywords["propertyNames"] = names.map { .object(["pattern": .string($0)]) }
    if !required.isEmpty { schema.keywords["required"] = .array(required.map { .string($0) }) }
    schema.keywords["additionalProperties"] = member.value
    return schema
  }

  static func object(_ fields: Fields) -> Schema {
    var schema = fields.required.isEmpty ? anyObject : anyObject.requiring(fields)
    schema.keywords["properties"] = fields.properties
    return schema
  }

  /// An object with the fields of a type that have rows in the table of settings.
  static func object<Root: Recorded>(_: Root.Type, _ others: Fields = [:]) -> Schema {
    var fields: Fields = [:]
    for (key, field) in Root.recorded {
      guard case .object(let keywords)? = try? JSONValue(parsing: Array(field.schema.utf8)) else {
        preconditionFailure("the schema of \(key) is no object")
      }
      fields = fields + [field.name(of: key): Schema(keywords)]
    }
    return object(fields + others)
  }

  /// A line of the journal.
  static func event(_ name: String, _ fields: Fields) -> Schema {
    let event = ["event?": .const(.string(name))] + fields
    let schema = Schema(["properties": event.properties])
    return event.required.isEmpty ? schema : schema.requiring(event)
  }

  /// The event of a journal line's schema; nil for other schemas.
  var eventName: String? {
    if case .string(let name)? = value[at: "/properties/event/const"] { name } else { nil }
  }

  private func requiring(_ fields: Fields) -> Schema {
    var schema = self
    schema.keywords["required"] = .array(fields.required)
    return schema
  }

  /// Adds fields that depend on the value of a field; optional ones have a schema if they are
  /// present.
  func when(_ field: JSONName, _ value: JSONValue, then: Fields, else: Fields = [:]) -> Schema {
    var schema = self
    schema.keywords["if"] = .object([
      "properties": .object([field: .object(["const": value])])
    ])
    schema.keywords["then"] = Self.condition(then)
    if !`else`.all.isEmpty { schema.keywords["else"] = Self.condition(`else`) }
    return schema
  }

  private static func condition(_ fields: Fields) -> JSONValue {
    let schema = Schema(["properties": fields.properties])
    return (fields.required.isEmpty ? schema : schema.requiring(fields)).value
  }

  func oneOf(_ branches: [Schema]) -> Schema {
    var schema = self
    schema.keywords["oneOf"] = .array(branches.map(\.value))
    return schema
  }

  /// The schema of a document as text.
  func document(_ title: String, definitions: Fields) -> String {
    var document: JSONObject = [
      "$schema": .string("https://json-schema.org/draft/2020-12/schema"),
      "title": .string("healthgate \(title)"),
    ]
    for (name, value) in keywords { document[name] = value }
    document["$defs"] = definitions.properties
    var writer = JSONWriter(.indented)
    writer.value(.object(document))
    return String(decoding: writer.bytes, as: UTF8.self)
  }
}

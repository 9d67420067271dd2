package import GateCore

/// How a setting that affects the verdict is stored, shown and recorded: a part of its row.
package enum RecordedSetting: Sendable {
  case check(RecordedField<HealthCheck>)
  case policy(RecordedField<GatePolicy>)
  case comparison(RecordedField<ComparisonPolicy>)
}

/// A field of a value that affects the verdict, and of the JSON object for that value.
package enum RecordedField<Root>: Sendable {
  case duration(Path<Duration>, isPositive: Bool = false)
  case count(Path<InstanceCount>)
  case number(Path<Int>, in: ClosedRange<Int>)
  /// A toggle; false if the field is missing.
  case toggle(Path<Bool>)
  case text(Text)

  package typealias Path<Value> = any WritableKeyPath<Root, Value> & Sendable

  /// A value with its own grammar.
  package struct Text: Sendable {
    /// Its schema in JSON.
    package var schema: String
    /// The value's text; nil if there is none.
    package var text: @Sendable (Root) -> String?
    package var read: @Sendable (String, inout Root) throws(GrammarError) -> Void
    /// Whether there may be no value.
    package var isOptional = false
  }

  /// The name of the JSON field for this setting; that of a time includes the unit.
  package func name(of key: SettingKey) -> String {
    switch self {
    case .duration: key.rawValue + "_seconds"
    case .count, .number, .toggle, .text: key.rawValue
    }
  }

  /// The value in the notation of the settings; nil if there is none.
  package func text(in root: Root) -> String? {
    switch self {
    case .duration(let path, _): root[keyPath: path].inWords
    case .count(let path): root[keyPath: path].description
    case .number(let path, _): root[keyPath: path].description
    // A toggle that is off is not shown, like a missing value.
    case .toggle(let path): root[keyPath: path] ? "true" : nil
    case .text(let text): text.text(root)
    }
  }

  /// A field whose type parses and prints it.
  static func parsed<Value: CustomStringConvertible & SendableMetatype>(
    _ path: Path<Value>, schema: String = #"{ "type": "string" }"#,
    _ parse: @escaping @Sendable (String) throws(GrammarError) -> Value
  ) -> Self {
    .text(
      Text(
        schema: schema, text: { $0[keyPath: path].description },
        read: { text, root throws(GrammarError) in root[keyPath: path] = try parse(text) }))
  }

  /// The same for an optional field.
  static func optional<Value: CustomStringConvertible & SendableMetatype>(
    _ path: Path<Value?>, _ parse: @escaping @Sendable (String) throws(GrammarError) -> Value
  ) -> Self {
    .text(
      Text(
        schema: #"{ "type": ["string", "null"] }"#, text: { $0[keyPath: path]?.description },
        read: { text, root throws(GrammarError) in root[keyPath: path] = try parse(text) },
        isOptional: true))
  }

  /// A field with one of the names of an enumeration.
  static func word<Value: RawRepresentable<String> & CaseIterable & SendableMetatype>(
    _ path: Path<Value>
  ) -> Self {
    let words = Value.allCases.map(\.rawValue)
    let quoted = words.map { "\"\($0)\"" }.joined(separator: ", ")
    return .text(
      Text(
        schema: #"{ "enum": [\#(quoted)] }"#, text: { $0[keyPath: path].rawValue },
        read: { text, root throws(GrammarError) in
          guard let value = Value(rawValue: text) else {
            throw GrammarError("'\(text)' is not one of \(words.joined(separator: ", "))")
          }
          root[keyPath: path] = value
        }))
  }

  /// The schema of the JSON field.
  package var schema: String {
    switch self {
    case .duration(_, let isPositive):
      #"{ "type": "number", "\#(isPositive ? "exclusiveMinimum" : "minimum")": 0 }"#
    case .count: #"{ "type": "string", "pattern": "^[0-9]+%?$" }"#
    case .number(_, let bounds): #"{ "type": "integer", "minimum": \#(bounds.lowerBound) }"#
    case .toggle: #"{ "type": "boolean" }"#
    case .text(let text): text.schema
    }
  }
}

/// A value that affects the verdict, each of whose fields is a setting.
package protocol Recorded {
  static var recorded: [(key: SettingKey, field: RecordedField<Self>)] { get }
}

extension Recorded {
  /// Its settings with their texts; nil for a setting without a value.
  package var recordedTexts: [(key: SettingKey, text: String?)] {
    Self.recorded.map { ($0.key, $0.field.text(in: self)) }
  }
}

extension HealthCheck: Recorded {
  package static let recorded = SettingKey.allCases.compactMap { key in
    if case .check(let field)? = key.setting.recorded { (key: key, field: field) } else { nil }
  }
}

extension GatePolicy: Recorded {
  package static let recorded = SettingKey.allCases.compactMap { key in
    if case .policy(let field)? = key.setting.recorded { (key: key, field: field) } else { nil }
  }
}

extension ComparisonPolicy: Recorded {
  package static let recorded = SettingKey.allCases.compactMap { key in
    if case .comparison(let field)? = key.setting.recorded { (key: key, field: field) } else { nil }
  }
}

extension SettingsReader {
  /// Reads one field; its present value is the default.
  mutating func settle<Root>(_ key: SettingKey, _ field: RecordedField<Root>, in root: inout Root) {
    switch field {
    case .duration(let path, _): root[keyPath: path] = duration(key, else: root[keyPath: path])
    case .count(let path):
      root[keyPath: path] = settled(
        value(of: key, InstanceCount.init(parsing:)), as: key, else: root[keyPath: path],
        \.description)
    case .number(let path, let bounds):
      root[keyPath: path] = settled(
        number(key, in: bounds), as: key, else: root[keyPath: path], \.description)
    case .toggle(let path): root[keyPath: path] = toggle(key)
    case .text(let text):
      let standard = root
      let read = value(of: key) { given throws(GrammarError) in
        var root = standard
        try text.read(given, &root)
        return root
      }
      root = settled(read, as: key, else: standard) { text.text($0) ?? "" }
    }
  }
}

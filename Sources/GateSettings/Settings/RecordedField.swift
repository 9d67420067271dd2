package import GateCore
internal import GateText

/// How a setting that decides is kept, shown and recorded: a part of its row in the table.
package enum RecordedSetting: Sendable {
  case check(RecordedField<HealthCheck>)
  case policy(RecordedField<GatePolicy>)
  case comparison(RecordedField<ComparisonPolicy>)
}

/// One field of a value that decides, and of the JSON object that has it.
package enum RecordedField<Root>: Sendable {
  case duration(Path<Duration>, isPositive: Bool = false)
  case count(Path<InstanceCount>)
  case number(Path<Int>, in: ClosedRange<Int>)
  /// False where the field is not there.
  case toggle(Path<Bool>)
  case text(Text)

  package typealias Path<Value> = any WritableKeyPath<Root, Value> & Sendable

  /// A value in a grammar of its own.
  package struct Text: Sendable {
    /// Its schema, in JSON.
    package var schema: String
    /// Nil where there is none.
    package var text: @Sendable (Root) -> String?
    package var read: @Sendable (String, inout Root) throws(GrammarError) -> Void
    /// Whether there may be none.
    package var isOptional = false
  }

  /// The name of the JSON field of this setting: with a time's unit.
  package func name(of key: SettingKey) -> String {
    switch self {
    case .duration: key.rawValue + "_seconds"
    case .count, .number, .toggle, .text: key.rawValue
    }
  }

  /// The value in the words of the settings; nil where there is none.
  package func text(in root: Root) -> String? {
    switch self {
    case .duration(let path, _): root[keyPath: path].inWords
    case .count(let path): root[keyPath: path].description
    case .number(let path, _): root[keyPath: path].description
    // As with what is absent, what is off is not told.
    case .toggle(let path): root[keyPath: path] ? "true" : nil
    case .text(let text): text.text(root)
    }
  }

  /// A value that a type reads and writes.
  static func parsed<Value: CustomStringConvertible & SendableMetatype>(
    _ path: Path<Value>, schema: String = #"{ "type": "string" }"#,
    _ parse: @escaping @Sendable (String) throws(GrammarError) -> Value
  ) -> Self {
    .text(
      Text(
        schema: schema, text: { $0[keyPath: path].description },
        read: { text, root throws(GrammarError) in root[keyPath: path] = try parse(text) }))
  }

  /// The same for one that may be absent.
  static func optional<Value: CustomStringConvertible & SendableMetatype>(
    _ path: Path<Value?>, _ parse: @escaping @Sendable (String) throws(GrammarError) -> Value
  ) -> Self {
    .text(
      Text(
        schema: #"{ "type": ["string", "null"] }"#, text: { $0[keyPath: path]?.description },
        read: { text, root throws(GrammarError) in root[keyPath: path] = try parse(text) },
        isOptional: true))
  }

  /// One of the words of an enumeration.
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

/// A value that decides, of which each field is a setting.
package protocol Recorded {
  static var recorded: [(key: SettingKey, field: RecordedField<Self>)] { get }
}

extension Recorded {
  /// Its settings, each as it would be given; nil for one that is none.
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
  /// Reads one field; what stands there holds where nothing is given.
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

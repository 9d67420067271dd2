internal import GateCore
internal import GateText

/// Masks the secrets in a setting that is a mapping: each text by the rule of its own kind.
enum StructuredMasking {
  /// The mapping in a form that is safe to show; a text that is not a mapping is masked completely.
  static func masked(_ text: String) -> String {
    guard let value = try? JSONValue(parsing: Array(text.utf8)) else { return SecretMask.mask }
    return json(value) { masked($0, in: $1) }
  }

  /// The parts that no output may show, in each form in which they are sent.
  static func secrets(in text: String) -> [String] {
    guard let value = try? JSONValue(parsing: Array(text.utf8)) else { return [text] }
    var found: [String] = []
    _ = json(value) {
      found += secrets(in: $0, $1)
      return $0
    }
    return found
  }

  private static func masked(_ text: String, in path: [String]) -> String {
    switch Place(path) {
    case .header(let name) where SecretPlaces.isSecret(header: name) && !text.hasPrefix("env:"):
      SecretMask.mask
    case .header: text
    case .setting(let key): key.masked(text)
    case .command: SecretPlaces.masked(text, .command)
    case .question(let form): String(SettingKey.guard.masked(form + text).dropFirst(form.count))
    case .other: SecretPlaces.masked(text, .text)
    }
  }

  private static func secrets(in text: String, _ path: [String]) -> [String] {
    switch Place(path) {
    case .header(let name): SettingKey.header.secrets(in: "\(name): \(text)")
    case .setting(let key): key.secrets(in: text)
    case .command: SecretPlaces.sentSecrets(in: text, .command)
    case .question(let form): SettingKey.guard.secrets(in: form + text)
    case .other: SecretPlaces.sentSecrets(in: text, .text)
    }
  }

  /// The kind of a text, by the names of the mappings around it.
  private enum Place {
    case header(String)
    case command
    /// A guard's query; `form` is its prefix, such as `prometheus:`.
    case question(form: String)
    /// A setting of a health check, with the rule of that setting.
    case setting(SettingKey)
    case other

    init(_ path: [String]) {
      let name = path.last ?? ""
      switch name {
      case _ where ["headers", "header"].contains(path.dropLast().last): self = .header(name)
      case "shift", "confirm", "approve", "undo": self = .command
      case "prometheus", "prometheus_test", "prometheus-test", "json", "http", "exec":
        self = .question(form: "\(name.replacing("_", with: "-")):")
      case _ where path.count == 1: self = SettingKey(rawValue: name).map { .setting($0) } ?? .other
      default: self = .other
      }
    }
  }

  /// The value as JSON on one line, each text replaced by the result of `text`.
  private static func json(
    _ value: JSONValue, in path: [String] = [], _ text: (String, [String]) -> String
  ) -> String {
    switch value {
    case .string(let string): quotedScalar(text(string, path))
    case .null, .bool, .number: value.text
    case .array(let items):
      "[\(items.map { json($0, in: path, text) }.joined(separator: ", "))]"
    case .object(let members):
      "{"
        + members.map {
          "\(quotedScalar($0.name.text)): \(json($0.value, in: path + [$0.name.text], text))"
        }.joined(separator: ", ") + "}"
    }
  }
}

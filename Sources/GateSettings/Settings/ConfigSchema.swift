internal import GateText

/// The JSON Schema (2020-12) of the settings file, made from the table of settings.
package func configSchema() -> String {
  let properties = SettingKey.allCases.map { key in
    "    \(quotedScalar(key.rawValue)): \(key.setting.schema)"
  }
  return """
    {
      "$schema": "https://json-schema.org/draft/2020-12/schema",
      "title": "healthgate settings",
      "description": \(quotedScalar(schemaDescription)),
      "type": "object",
      "additionalProperties": false,
      "not": { "anyOf": [\(exclusive)] },
      "properties": {
    \(properties.joined(separator: ",\n"))
      }
    }

    """
}

/// Combinations that are invalid whatever the values are: two settings that name the group, and
/// those that the table excludes.
private var exclusive: String {
  let sources = SettingKey.sources
  let rivalSources = sources.indices.flatMap { first in
    sources[(first + 1)...].map { (sources[first], $0) }
  }
  let rivals = SettingKey.allCases.flatMap { key in key.setting.rivals.map { (key, $0) } }
  return (rivalSources + rivals).map { one, other in
    "{ \"required\": [\(quotedScalar(one.rawValue)), \(quotedScalar(other.rawValue))] }"
  }.joined(separator: ", ")
}

private let schemaDescription =
  "The file given with --config. A flag or a variable can supply what the file omits, so no "
  + "setting is required here."

extension Setting {
  /// The schema of a setting on one line: its description and its values.
  fileprivate var schema: String {
    "{ \"description\": \(quotedScalar("\(help) Default: \(whenUnset.words).")), \(valueSchema) }"
  }

  fileprivate var valueSchema: String {
    guard repetition == .repeatable else { return itemSchema }
    return anyOf(forms + ["\"type\": \"array\", \"items\": { \(anyOf(forms)) }"])
  }

  /// The schemas of an item: of a text, and of the mapping that can be given in its place.
  private var forms: [String] {
    if part == .guards { return [itemSchema, guardSchema] }
    return pairSeparator == nil ? [itemSchema] : [itemSchema, mapping]
  }

  private func anyOf(_ schemas: [String]) -> String {
    guard schemas.count > 1 else { return schemas[0] }
    return "\"anyOf\": [\(schemas.map { "{ \($0) }" }.joined(separator: ", "))]"
  }

  private var mapping: String {
    "\"type\": \"object\", \"additionalProperties\": "
      + "{ \"type\": [\"string\", \"number\", \"boolean\"] }"
  }

  private var itemSchema: String {
    switch kind {
    case .text, .file, .instances, .pair: "\"type\": \"string\", \"minLength\": 1"
    case .textOrNumber: "\"type\": [\"string\", \"number\"], \"minLength\": 1"
    case .duration: durationSchema
    case .wholeNumber: "\"type\": \"integer\", \"minimum\": 1"
    case .instanceCount:
      "\"type\": [\"integer\", \"string\"], \"minimum\": 0, \"pattern\": "
        + quotedScalar(#"^([0-9]+|(100|[0-9]{1,2})%)$"#)
    case .toggle: "\"type\": \"boolean\""
    case .choice(let names): "\"enum\": [\(choices(names).joined(separator: ", "))]"
    case .mapping: part == .steps ? stepSchema : checkSchema
    }
  }

  /// The names as texts, and as the numbers that YAML may read them as, such as `1.2`.
  private func choices(_ names: [String]) -> [String] {
    names.map(quotedScalar) + names.filter { Double($0) != nil }
  }
}

// MARK: - Mappings

private let durationSchema =
  "\"type\": [\"number\", \"string\"], \"minimum\": 0, \"pattern\": "
  + quotedScalar(#"^([0-9]+(\.[0-9]+)?|([0-9]+(\.[0-9]+)?(us|ms|s|m|h))+)$"#)

private let textSchema = "\"type\": \"string\", \"minLength\": 1"

private func numberSchema(_ bounds: ClosedRange<Int>) -> String {
  "\"type\": \"integer\", \"minimum\": \(bounds.lowerBound), \"maximum\": \(bounds.upperBound)"
}

private func mappingSchema(_ fields: [(name: String, schema: String)], more: String = "") -> String
{
  let properties = fields.map { "\(quotedScalar($0.name)): { \($0.schema) }" }
  return "\"type\": \"object\", \"additionalProperties\": false, \(more)\"properties\": { "
    + properties.joined(separator: ", ") + " }"
}

/// The schema of a mapping of texts by name.
private let textsSchema = "\"type\": \"object\", \"additionalProperties\": { \(textSchema) }"

/// The schema of a guard that is a mapping.
private let guardSchema: String = {
  let forms = GuardSpec.fieldNames
  let one = forms.map { "{ \"required\": [\(quotedScalar($0))] }" }.joined(separator: ", ")
  let numbers = "healthy_threshold unhealthy_threshold".split(separator: " ").map(String.init)
  let times = "interval timeout lag window".split(separator: " ").map(String.init)
  let requests = mappingSchema([
    ("query", textSchema), ("at_least", numberSchema(1...1_000_000_000)),
  ])
  let side = mappingSchema([("requests", textSchema), ("errors", textSchema)])
  return mappingSchema(
    forms.map { ($0, textSchema) } + times.map { ($0, durationSchema) }
      + numbers.map { ($0, numberSchema(1...10_000)) } + [
        ("headers", textsSchema), ("metrics", textsSchema), ("new", side), ("old", side),
        ("confidence", textSchema), ("max_increase", textSchema), ("min_requests", requests),
        ("advisory", "\"type\": \"boolean\""),
      ], more: "\"oneOf\": [\(one)], ")
}()

/// The schema of a step of the canary.
private let stepSchema: String = {
  let guards = SettingKey.guard.setting.valueSchema
  let times = ["soak", "approve_timeout", "deadline"].map { ($0, durationSchema) }
  let texts = ["name", "shift", "confirm", "approve"].map { ($0, textSchema) }
  return mappingSchema(texts + times + [("weight", numberSchema(0...100)), ("guard", guards)])
}()

/// The schema of an item of `health_checks`.
private let checkSchema: String = {
  let keys = SettingKey.allCases.filter { $0.isOfNamedCheck || $0 == .importFrom }
  return mappingSchema([("name", textSchema)] + keys.map { ($0.rawValue, $0.setting.valueSchema) })
}()

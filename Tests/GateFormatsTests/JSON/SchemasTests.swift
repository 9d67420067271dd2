import FoundationEssentials
import GateCore
import Testing

@testable import GateRecords
@testable import GateText

/// That real output is valid is tested with a validator, on the built program.
@Suite struct SchemasTests {
  static let schemas: [(name: String, text: String)] = [
    ("verdict", Schemas.verdict), ("journal", Schemas.journal), ("probe", Schemas.probe),
    ("plan", Schemas.plan), ("comparison", Schemas.comparison),
  ]

  @Test(arguments: schemas) func aSchemaIsJSONOfTheRightDialect(name: String, text: String) throws {
    let schema = try Self.value(text)
    #expect(schema["$schema"] == .string("https://json-schema.org/draft/2020-12/schema"))
    #expect(schema["type"] == .string("object"))
  }

  @Test(arguments: schemas) func everyReferenceLeadsToADefinition(
    name: String, text: String
  ) throws {
    let schema = try Self.value(text)
    let names = schema.all(named: "$ref").compactMap { value -> String? in
      guard case .string(let text) = value else { return nil }
      return text
    }
    #expect(!names.isEmpty)
    for name in Set(names) {
      // Or to the whole, as the verdict within a verdict.
      #expect(name.hasPrefix("#/$defs/") || name == "#")
      let pointer = try JSONPointer(parsing: String(name.dropFirst()))
      #expect(schema[pointer] != nil, "\(name) leads nowhere")
    }
  }

  @Test(arguments: schemas) func everyRequiredFieldIsDescribed(name: String, text: String) throws {
    for object in try Self.value(text).objects {
      guard case .array(let required) = object["required"],
        case .object(let properties) = object["properties"]
      else { continue }
      for case .string(let field) in required {
        #expect(properties[JSONName(field)] != nil, "\(field) is required and not described")
      }
    }
  }

  @Test(arguments: schemas) func theSharedWordsAreThoseOfTheTypes(
    name: String, text: String
  ) throws {
    let schema = try Self.value(text)
    func words(_ pointer: String) throws -> JSONValue? {
      schema[try JSONPointer(parsing: pointer)]
    }
    #expect(try words("/$defs/decision/enum") == Self.list(Decision.allCases))
    #expect(try words("/$defs/state/enum") == Self.list(InstanceState.allCases))
    #expect(
      try words("/$defs/reason/properties/code/enum") == Self.list(ReasonCode.allCases))
    #expect(
      try words("/$defs/health_check/properties/semantics/enum")
        == Self.list(Semantics.allCases))
  }

  @Test func theKindsAreThoseOfFailuresAndTheGatesOwn() throws {
    let kinds = FailureKind.allCases.map { JSONValue.string($0.rawValue) }
    let verdict = try Self.value(Schemas.verdict)
    let inVerdict = try JSONPointer(
      parsing: "/$defs/instance/properties/last_failure/properties/kind/enum")
    #expect(verdict[inVerdict] == .array(kinds + [.string("gate_fault")]))
    let inJournal = try Self.value(Schemas.journal).objects.compactMap { $0["kind"] }
      .compactMap { $0["enum"] }
    #expect(inJournal == [.array(kinds + [.null])])
  }

  /// Each branch of the journal's schema is for one event, and together they are all events.
  @Test func everyEventHasItsBranch() throws {
    let schema = try Self.value(Schemas.journal)
    guard case .array(let branches) = schema["oneOf"] else {
      Issue.record("there are no branches")
      return
    }
    var events = branches.compactMap { $0["properties"]?["event"]?["const"] }
    // A view is of an instance, or the end of a question about all.
    let view = JSONValue.string("load_balancer_view")
    if let second = events.lastIndex(of: view) { events.remove(at: second) }
    #expect(schema["properties"]?["event"]?["enum"] == .array(events))
    #expect(
      events
        == [
          "run_started", "instance_added", "guard_added", "guard_waits", "step_began",
          "step_approved", "step_shifted", "step_confirmed", "step_command_ended",
          "step_ended", "undo_began", "undone", "instance_removed", "check", "gate_fault",
          "group_listed",
          "load_balancer_view", "interrupted", "resumed",
          "woke_up", "state_changed", "decided", "hook_began", "hook_ended", "rollback_verified",
          "signed",
        ].map { .string($0) })
  }

  private static func value(_ text: String) throws -> JSONValue {
    try JSONValue(parsing: Array(text.utf8))
  }

  private static func list(_ words: [some RawRepresentable<String>]) -> JSONValue {
    .array(words.map { .string($0.rawValue) })
  }
}

extension JSONValue {
  fileprivate subscript(name: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    return members[JSONName(name)]
  }

  /// This value and all within it that are objects.
  fileprivate var objects: [JSONObject] {
    switch self {
    case .object(let members): [members] + members.flatMap(\.value.objects)
    case .array(let elements): elements.flatMap(\.objects)
    case .null, .bool, .number, .string: []
    }
  }

  fileprivate func all(named name: String) -> [JSONValue] {
    objects.compactMap { $0[JSONName(name)] }
  }
}

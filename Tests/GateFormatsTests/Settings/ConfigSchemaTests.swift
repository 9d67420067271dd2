import FoundationEssentials
import GateSettings
import Testing

@Suite struct ConfigSchemaTests {
  private struct Schema: Decodable {
    var type: String
    var additionalProperties: Bool
    var properties: [String: Property]

    struct Property: Decodable {
      var description: String
    }
  }

  private let schema: Schema

  init() throws {
    schema = try JSONDecoder().decode(Schema.self, from: Data(configSchema().utf8))
  }

  @Test func theSchemaHasEverySettingAndNoOther() {
    #expect(schema.type == "object")
    #expect(!schema.additionalProperties)
    #expect(Set(schema.properties.keys) == Set(SettingKey.allCases.map(\.rawValue)))
  }

  @Test(arguments: SettingKey.allCases)
  func theSchemaExplainsASettingAsTheHelpDoes(_ key: SettingKey) {
    let setting = key.setting
    #expect(
      schema.properties[key.rawValue]?.description
        == "\(setting.help) Default: \(setting.whenUnset).")
  }
}

import FoundationEssentials
import Testing

@testable import GateSettings

@Suite struct ConfigSchemaTests {
  private struct Schema: Decodable {
    var type: String
    var additionalProperties: Bool
    var properties: [String: Property]
    var not: AnyOf

    struct AnyOf: Decodable {
      var anyOf: [Pair]
    }

    struct Pair: Decodable {
      var required: [String]
    }

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

  /// Two settings in one file: the schema refuses what the program refuses whatever the rest, and
  /// nothing else.
  @Test func theSchemaKeepsApartWhatTheProgramKeepsApart() {
    let samples =
      MatrixSample.all.filter { $0.key != .probeFrom }
      + MatrixCell.sources.map { MatrixSample($0.0, $0.1) }
    let forbidden = Set(schema.not.anyOf.map { Set($0.required) })
    #expect(forbidden.allSatisfy { $0.count == 2 })
    for (index, one) in samples.enumerated() {
      for other in samples[(index + 1)...] where one.key != other.key {
        #expect(
          forbidden.contains([one.key.rawValue, other.key.rawValue]) == areKeptApart(one, other),
          "\(one.key.rawValue) and \(other.key.rawValue)")
      }
    }
  }

  private func areKeptApart(_ one: MatrixSample, _ other: MatrixSample) -> Bool {
    let own = Set([one.key, other.key])
    var settings: [(SettingKey, String)] = [(one.key, one.value), (other.key, other.value)]
    let isNamed = own.contains(where: SettingKey.sources.contains)
    let rest =
      one.companions + other.companions + [(.target, "HTTPS:80/h")]
      + (isNamed ? [] : [(.asg, "green")])
    for (key, value) in rest where !settings.contains(where: { $0.0 == key }) {
      settings.append((key, value))
    }
    do throws(SettingsError) {
      _ = try Settings(resolving: RawSettings(flags: settings.map { ($0.0, [$0.1]) }))
      return false
    } catch {
      return error.problems.contains { problem in
        ["are both given", "cannot be combined"].contains { problem.summary.contains($0) }
          && own.allSatisfy { problem.summary.contains($0.rawValue) }
      }
    }
  }

  @Test(arguments: SettingKey.allCases)
  func theSchemaExplainsASettingAsTheHelpDoes(_ key: SettingKey) {
    let setting = key.setting
    #expect(
      schema.properties[key.rawValue]?.description
        == "\(setting.help) Default: \(setting.whenUnset.words).")
  }
}

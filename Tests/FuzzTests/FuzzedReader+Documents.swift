import GateCore

@testable import GateInsight
@testable import GateReports
@testable import GateSettings
@testable import GateText
@testable import InstanceSources

extension FuzzedReader {
  /// Files and variables that users and other programs write.
  static let documents: [FuzzedReader] = [
    FuzzedReader(
      "settings file", share: 3,
      samples: { [try corpus("settings.yaml"), try corpus("settings.json")] }
    ) { bytes in try resolves(RawSettings(file: bytes, path: "gate.yaml")) },
    FuzzedReader(
      "settings in variables", share: 3,
      samples: texts(
        "TARGET=HTTP:80/\0INSTANCES=10.0.0.1,10.0.0.2\0HEADER=A: b\nC;\0SOAK=5m\0MIN_HEALTHY=50%",
        "TARGET=TCP:1\0INTERVAL=30\0TIMEOUT=3s\0STRICT=on\0SEMANTICS=nlb\0DNS=web.example")
    ) { bytes in
      let pairs = bytes.split(separator: 0).map { line in
        let halves = line.split(separator: UInt8(ascii: "="), maxSplits: 1)
        let words = halves.map { String(decoding: $0, as: UTF8.self) }
        return ("HEALTHGATE_\(words.first ?? "")", words.count == 2 ? words[1] : "")
      }
      return try resolves(RawSettings(variables: Dictionary(pairs) { $1 }))
    },
    FuzzedReader(
      "settings in flags", share: 3,
      samples: texts(
        "target=HTTP:80/\0instances=10.0.0.1\0matcher=200-299\0soak=1m\0deadline=1h",
        "target=HTTPS:443/a\0instances=a=::1,b=[::2]:81\0max_unhealthy=50%\0expect_body=o(k)")
    ) { bytes in
      let flags = bytes.split(separator: 0).compactMap { line -> (SettingKey, [String])? in
        let halves = line.split(separator: UInt8(ascii: "="), maxSplits: 1)
        guard halves.count == 2,
          let key = SettingKey(rawValue: String(decoding: halves[0], as: UTF8.self))
        else { return nil }
        return (key, [String(decoding: halves[1], as: UTF8.self)])
      }
      return try resolves(RawSettings(flags: flags))
    },
    FuzzedReader(
      "instances file", share: 6,
      samples: { [try corpus("instances.json"), try corpus("instances.txt")] }
    ) { bytes in
      guard let specs = try? InstancesFile.read(bytes, path: "instances") else { return false }
      // A name with a '=' in it can be written in JSON alone.
      for spec in specs where spec.id?.contains("=") != true {
        let again = try? InstanceSpec(parsing: spec.description)
        try promise(
          again.map { [$0.id, $0.address.text] } == [spec.id, spec.address.text]
            && again?.port == spec.port, "'\(spec)' reads as \(String(describing: again))")
      }
      return true
    },
    FuzzedReader(
      "Terraform's JSON", share: 1,
      samples: {
        try ["state.json", "plan-create.json"].map {
          try file("InstanceSourcesTests/Terraform/Samples/\($0)")
        }
      }
    ) { bytes in
      guard let document = try? TerraformDocument(parsing: bytes, path: "state.json") else {
        return false
      }
      for address in document.resources.prefix(8).map(\.address) + [nil] as [String?] {
        _ = try? document.group(at: address)
        _ = try? document.healthCheck(at: address)
      }
      return true
    },
    FuzzedReader(
      "JSON", share: 16,
      samples: texts(
        #"{"a": [1, -2.5e3, true, null, "x\u00e9\n"], "b": {"": {}}, "c": []}"#, "[[[0]]]",
        #""\ud83d\ude00é""#)
    ) { bytes in
      guard let value = try? JSONValue(parsing: bytes) else { return false }
      var writer = JSONWriter(.compact)
      writer.value(value)
      let again = try? JSONValue(parsing: writer.bytes)
      try promise(again == value, "it is written, and read as another")
      return true
    },
    FuzzedReader(
      "AWS's shared file", share: 8,
      samples: texts(
        "[default]\nregion = eu-west-1\n[profile a b]\nrole_arn: x\ns3 =\n  a = b\n# c\n; d\n")
    ) { bytes in (try? SharedFile(parsing: bytes, path: "config")) != nil },
    FuzzedReader(
      "AWS's credentials", share: 8,
      samples: texts(
        #"{"AccessKeyId": "A", "SecretAccessKey": "S", "Token": "T", "#
          + #""Expiration": "2026-05-05T10:00:00Z"}"#, #"{"Code": "Failed", "Message": "no"}"#)
    ) { bytes in
      do throws(SourceError) {
        _ = try CredentialsDocument.credentials(bytes, from: "here", without: [])
        return true
      } catch {
        // A document that says why there are no credentials was read as well.
        if case .refusedCredentials = error { return true }
        return false
      }
    },
  ]

  /// Whether settings are understood; if so, what is printed of them reads as the same.
  private static func resolves(_ raw: RawSettings) throws -> Bool {
    let settings: Settings
    do throws(SettingsError) {
      settings = try Settings(resolving: raw, instances: .optional)
    } catch {
      try promise(!error.problems.isEmpty, "refused without a reason")
      return false
    }
    let printed = settings.printed
    // A secret is masked: what is printed cannot be run as it is.
    guard !printed.contains(SecretMask.mask) else { return true }
    let again: Settings
    do throws(SettingsError) {
      again = try Settings(
        resolving: RawSettings(file: Array(printed.utf8), path: "printed"), instances: .optional)
    } catch {
      let words = error.problems.map { "\($0)" }.joined(separator: "\n")
      throw BrokenPromise("printed settings are not read:\n\(words)\n\(printed)")
    }
    for (key, texts) in settings.inForce.values {
      let read = again.inForce.values[key]?.map(\.text)
      try promise(read == texts.map(\.text), "\(key) reads as \(read ?? []), not \(texts)")
    }
    return true
  }
}

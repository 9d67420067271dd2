/// A profile of the shared files, the credentials file's values before the config file's.
struct AWSProfile: Hashable, Sendable {
  var name: String
  var section: SharedFile.Section

  /// The value of a setting that is set to something.
  subscript(_ name: String) -> String? {
    guard let value = section.values[name], !value.isEmpty else { return nil }
    return value
  }

  func isTrue(_ name: String) -> Bool {
    self[name]?.lowercased() == "true"
  }
}

/// What the shared files of this user say.
struct SharedConfiguration: Hashable, Sendable {
  var profiles: [String: SharedFile.Section] = [:]
  /// The sections `[services NAME]`.
  var services: [String: SharedFile.Section] = [:]
  /// For messages: where was looked.
  var paths: [String] = []

  /// - Throws: `SourceError.unusable` when a file is there and cannot be read.
  init(_ surroundings: Surroundings) throws(SourceError) {
    let config = try Self.file(
      surroundings, variable: "AWS_CONFIG_FILE", standard: "~/.aws/config")
    let credentials = try Self.file(
      surroundings, variable: "AWS_SHARED_CREDENTIALS_FILE", standard: "~/.aws/credentials")
    paths = [config.path, credentials.path]
    for (name, section) in config.file.sections {
      if name == "default" {
        // `[profile default]` comes before `[default]`.
        if config.file.sections["profile default"] == nil { profiles[name] = section }
      } else if name.hasPrefix("profile ") {
        profiles[String(name.dropFirst("profile ".count))] = section
      } else if name.hasPrefix("services ") {
        services[String(name.dropFirst("services ".count))] = section
      }
    }
    for (name, section) in credentials.file.sections {
      profiles[name, default: SharedFile.Section()].overlay(section)
    }
  }

  func profile(_ name: String) -> AWSProfile? {
    profiles[name].map { AWSProfile(name: name, section: $0) }
  }

  private static func file(
    _ surroundings: Surroundings, variable: String, standard: String
  ) throws(SourceError) -> (path: String, file: SharedFile) {
    let path = surroundings.expanded(surroundings.variable(variable) ?? standard)
    let bytes: [UInt8]?
    do {
      bytes = try surroundings.read(path)
    } catch {
      throw .unusable(
        detail: "cannot read \(path): \(error.detail)", advice: "allow it, or set \(variable)")
    }
    guard let bytes else { return (path, SharedFile()) }
    return (path, try SharedFile(parsing: bytes, path: path))
  }
}

/// A profile of the shared files.
struct AWSProfile: Hashable, Sendable {
  var name: String
  var ofConfigFile = SharedFile.Section()
  var ofCredentialsFile = SharedFile.Section()

  /// The value of a setting, from the credentials file or else the config file; nil if it is empty.
  subscript(_ name: String) -> String? { ofCredentialsFile[name] ?? ofConfigFile[name] }
}

/// The contents of this user's shared files.
struct SharedConfiguration: Hashable, Sendable {
  var profiles: [String: AWSProfile] = [:]
  /// The sections `[services NAME]`.
  var services: [String: SharedFile.Section] = [:]
  /// The paths of the files, for messages.
  var paths: [String] = []

  /// - Throws: `SourceError.unusable` if a file exists but cannot be read.
  init(_ hostEnvironment: HostEnvironment) throws(SourceError) {
    let config = try Self.file(
      hostEnvironment, variable: "AWS_CONFIG_FILE", standard: "~/.aws/config")
    let credentials = try Self.file(
      hostEnvironment, variable: "AWS_SHARED_CREDENTIALS_FILE", standard: "~/.aws/credentials")
    paths = [config.path, credentials.path]
    for (heading, section) in config.file.sections {
      switch (heading.count, heading[0]) {
      case (1, "default"):
        // `[profile default]` overrides `[default]`.
        if config.file.sections[["profile", "default"]] == nil {
          profiles["default", default: AWSProfile(name: "default")].ofConfigFile = section
        }
      case (2, "profile"):
        profiles[heading[1], default: AWSProfile(name: heading[1])].ofConfigFile = section
      case (2, "services"): services[heading[1]] = section
      // Sections of other tools, and a name with a blank but without quotes.
      default: continue
      }
    }
    for (heading, section) in credentials.file.sections {
      let name = heading.joined(separator: " ")
      profiles[name, default: AWSProfile(name: name)].ofCredentialsFile = section
    }
  }

  private static func file(
    _ hostEnvironment: HostEnvironment, variable: String, standard: String
  ) throws(SourceError) -> (path: String, file: SharedFile) {
    let path = hostEnvironment.expanded(hostEnvironment.variable(variable) ?? standard)
    let bytes: [UInt8]?
    do {
      bytes = try hostEnvironment.read(path)
    } catch {
      throw .unusable(
        detail: "cannot read \(path): \(error.detail)",
        advice: "make it readable, or set \(variable)")
    }
    guard let bytes else { return (path, SharedFile()) }
    return (path, try SharedFile(parsing: bytes, path: path))
  }
}

internal import GateCore

/// The settings of the AWS tools on this machine.
struct AWSConfiguration: Sendable {
  let hostEnvironment: HostEnvironment
  var profileName: String
  /// The profile; nil for a default profile that does not exist.
  var profile: AWSProfile?
  var shared: SharedConfiguration
  /// The region of a variable or the profile; nil if only the instance metadata may know it.
  var region: String?
  /// Which variant of AWS's own endpoints is requested.
  var isFIPS = false
  var isDualStack = false
  /// A file or folder of certificates that replaces the system's; nil if there is none.
  var authorityFile: String?
  var metadata = MetadataSettings()
  /// The number of attempts for a call that fails with a temporary error.
  var attempts = QueryCaller.standardTries

  /// Reads the variables and the shared files.
  ///
  /// - Throws: `SourceError.unusable` if a file is malformed, or the named profile does not exist.
  init(_ hostEnvironment: HostEnvironment) throws(SourceError) {
    let shared = try SharedConfiguration(hostEnvironment)
    let named =
      hostEnvironment.variable("AWS_PROFILE") ?? hostEnvironment.variable("AWS_DEFAULT_PROFILE")
    let profileName = named ?? "default"
    let profile = shared.profiles[profileName]
    guard profile != nil || profileName == "default" else {
      throw .unusableCredentials(
        detail: "the AWS profile '\(shownLine(profileName))' is not in "
          + shared.paths.joined(separator: " or "),
        advice: "correct AWS_PROFILE, or unset it")
    }
    self.hostEnvironment = hostEnvironment
    self.shared = shared
    self.profileName = profileName
    self.profile = profile
    region =
      hostEnvironment.variable("AWS_REGION") ?? hostEnvironment.variable("AWS_DEFAULT_REGION")
      ?? profile?["region"]
    authorityFile =
      (hostEnvironment.variable("AWS_CA_BUNDLE") ?? profile?["ca_bundle"]).map(
        hostEnvironment.expanded)
    isFIPS = isOn("AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint")
    isDualStack = isOn("AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint")
    attempts = try count("AWS_MAX_ATTEMPTS", "max_attempts", in: 1...100) ?? attempts
    metadata = try metadataSettings()
  }

  /// The settings of the instance metadata service.
  ///
  /// Source: SDKs and Tools Reference Guide, "IMDS credential provider".
  private func metadataSettings() throws(SourceError) -> MetadataSettings {
    var settings = MetadataSettings()
    settings.isDisabled = variable("AWS_EC2_METADATA_DISABLED")?.lowercased() == "true"
    settings.endpoint =
      variable("AWS_EC2_METADATA_SERVICE_ENDPOINT") ?? profile?["ec2_metadata_service_endpoint"]
    settings.mode =
      variable("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE")
      ?? profile?["ec2_metadata_service_endpoint_mode"] ?? settings.mode
    settings.timeout = try count(
      "AWS_METADATA_SERVICE_TIMEOUT", "metadata_service_timeout", in: 1...600
    ).map { .seconds($0) }
    settings.attempts =
      try count(
        "AWS_METADATA_SERVICE_NUM_ATTEMPTS", "metadata_service_num_attempts", in: 1...100)
      ?? settings.attempts
    return settings
  }

  /// Reads a number.
  ///
  /// - Throws: `SourceError.unusable` if it is not a number, or out of range.
  private func count(
    _ variableName: String, _ settingName: String, in range: ClosedRange<Int>
  ) throws(SourceError) -> Int? {
    guard let text = variable(variableName) ?? profile?[settingName] else { return nil }
    guard let number = Int(text.trimmed), range.contains(number) else {
      throw .unusable(
        detail: "\(variableName) (or \(settingName) in the profile) is "
          + "'\(shownLine(text, limit: 40))', not a number from \(range.lowerBound) to "
          + "\(range.upperBound)",
        advice: "correct it, or leave it out")
    }
    return number
  }

  /// The URL of a service.
  ///
  /// - Throws: `SourceError.unusable` for an invalid region or URL.
  func endpoint(of service: AWSService, region: String) throws(SourceError) -> String {
    // The region is part of the signature, even with a user's own endpoint.
    try Self.check(region: region)
    guard let custom = try customEndpoint(of: service) else {
      return try service.endpoint(region: region, isFIPS: isFIPS, isDualStack: isDualStack)
    }
    let lowered = custom.lowercased()
    guard lowered.hasPrefix("http://") || lowered.hasPrefix("https://"),
      custom.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }), !custom.contains("?"),
      !custom.contains("#")
    else {
      throw .unusable(
        detail:
          "the endpoint URL for \(service.settingName) is not http:// or https:// with a host",
        advice: "correct AWS_ENDPOINT_URL, or endpoint_url in the profile")
    }
    return custom.hasSuffix("/") ? custom : custom + "/"
  }

  /// Checks that a region can be a part of a host name.
  ///
  /// - Throws: `SourceError.unusable` if it cannot.
  static func check(region: String) throws(SourceError) {
    let isLabel = region.utf8.allSatisfy {
      (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) || $0 == UInt8(ascii: "-")
        || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
    }
    guard isLabel, !region.isEmpty, region.utf8.count <= 63, region.first != "-",
      region.last != "-"
    else {
      throw .unusable(
        detail: "'\(shownLine(region, limit: 80))' is not a region of AWS such as eu-west-1",
        advice: "correct AWS_REGION, or region in the profile")
    }
  }

  /// The user's own endpoint of a service; nil for AWS's.
  ///
  /// It is the first of the service's variable, the variable for all services, the profile's
  /// endpoint for the service, and the profile's endpoint for all.
  ///
  /// - Throws: `SourceError.unusable` if the profile names services that do not exist: AWS itself
  ///   would be called by mistake.
  private func customEndpoint(of service: AWSService) throws(SourceError) -> String? {
    guard !isOn("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "ignore_configured_endpoint_urls") else {
      return nil
    }
    let own = "AWS_ENDPOINT_URL_\(service.settingName.uppercased())"
    if let url = variable(own) ?? variable("AWS_ENDPOINT_URL") { return url }
    let name = profile?["services"]
    let services = name.flatMap { shared.services[$0] }
    guard name == nil || services != nil else {
      throw .unusable(
        detail: "there is no section [services \(shownLine(name ?? "", limit: 80))], which the "
          + "profile '\(shownLine(profileName))' names",
        advice: "correct services in the profile")
    }
    let nested = services?.nested[service.settingName]?["endpoint_url"] ?? ""
    return nested.isEmpty ? profile?["endpoint_url"] : nested
  }

  private func variable(_ name: String) -> String? { hostEnvironment.variable(name) }

  private func isOn(_ variableName: String, _ settingName: String) -> Bool {
    (variable(variableName) ?? profile?[settingName])?.lowercased() == "true"
  }
}

/// The settings of the AWS tools that are in force here.
struct AWSConfiguration: Hashable, Sendable {
  var profileName: String
  /// nil: the default profile, which need not be there.
  var profile: AWSProfile?
  var shared: SharedConfiguration
  /// From a variable or the profile; nil: only the instance metadata may still know it.
  var region: String?
  var variant: EndpointVariant
  /// A file of certificates in place of the system's.
  var authorityFile: String?
  private var variables: [String: String]

  /// - Throws: `SourceError.unusable` when a file is malformed, or the profile named is not there.
  init(_ surroundings: Surroundings) throws(SourceError) {
    let shared = try SharedConfiguration(surroundings)
    let named =
      surroundings.variable("AWS_PROFILE") ?? surroundings.variable("AWS_DEFAULT_PROFILE")
    let profileName = named ?? "default"
    let profile = shared.profile(profileName)
    guard profile != nil || profileName == "default" else {
      throw .unusable(
        detail: "the AWS profile '\(shownLine(profileName))' is not in "
          + shared.paths.joined(separator: " or "),
        advice: "correct AWS_PROFILE, or unset it")
    }
    self.shared = shared
    self.profileName = profileName
    self.profile = profile
    region =
      surroundings.variable("AWS_REGION") ?? surroundings.variable("AWS_DEFAULT_REGION")
      ?? profile?["region"]
    authorityFile =
      (surroundings.variable("AWS_CA_BUNDLE") ?? profile?["ca_bundle"]).map(surroundings.expanded)
    variables = surroundings.variables
    variant = EndpointVariant()
    variant.isFIPS = isOn("AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint")
    variant.isDualStack = isOn("AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint")
  }

  /// Where to reach a service.
  ///
  /// - Throws: `SourceError.unusable` for a region or a URL that cannot be one.
  func endpoint(of service: AWSService, region: String) throws(SourceError) -> String {
    // Behind an endpoint of the user's own it is still a part of the signature.
    try Self.check(region: region)
    guard let custom = customEndpoint(of: service) else {
      return try service.endpoint(region: region, variant: variant)
    }
    let lowered = custom.lowercased()
    guard lowered.hasPrefix("http://") || lowered.hasPrefix("https://"),
      custom.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }), !custom.contains("?"),
      !custom.contains("#")
    else {
      throw .unusable(
        detail: "the endpoint URL for \(service.settingName) is not http:// or https:// and a host",
        advice: "correct AWS_ENDPOINT_URL, or endpoint_url in the profile")
    }
    return custom.hasSuffix("/") ? custom : custom + "/"
  }

  /// A region goes into a host's name.
  ///
  /// - Throws: `SourceError.unusable` when it could not stand there.
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

  /// The first of: the service's variable, the variable for all, the profile's for the service,
  /// the profile's for all.
  private func customEndpoint(of service: AWSService) -> String? {
    guard !isOn("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "ignore_configured_endpoint_urls") else {
      return nil
    }
    let own = "AWS_ENDPOINT_URL_\(service.settingName.uppercased())"
    if let url = variable(own) ?? variable("AWS_ENDPOINT_URL") { return url }
    let services = profile?["services"].flatMap { shared.services[$0] }
    let nested = services?.nested[service.settingName]?["endpoint_url"] ?? ""
    return nested.isEmpty ? profile?["endpoint_url"] : nested
  }

  private func variable(_ name: String) -> String? {
    guard let value = variables[name], !value.isEmpty else { return nil }
    return value
  }

  private func isOn(_ variableName: String, _ settingName: String) -> Bool {
    guard let value = variable(variableName) else { return profile?.isTrue(settingName) ?? false }
    return value.lowercased() == "true"
  }
}

internal import ArgumentParser
internal import GateRun
internal import GateSettings

/// The file of settings, for each command that takes them.
struct ConfigFlag: ParsableArguments {
  @Option(
    name: [.customLong("config"), .customShort("c")],
    help: ArgumentHelp("A YAML or JSON file of settings.", valueName: "FILE"),
    completion: .file(extensions: ["yaml", "yml", "json"]))
  var config: String?
}

/// The flags of the settings: one a setting, named as in the table.
///
/// Values are taken as text and read with those of the environment and the file, so that all
/// mistakes are found by the same rules and reported at once.
struct SettingFlags: ParsableArguments {
  @OptionGroup var decision: DecisionFlags
  @OptionGroup(title: "Output") var output: OutputFlags

  /// What was given on the command line.
  var given: [(SettingKey, [String])] { decision.given + output.given }
}

/// The settings that a verdict follows from.
struct DecisionFlags: ParsableArguments {
  @OptionGroup(title: "Health check") var healthCheck: HealthCheckFlags
  @OptionGroup(title: "Interval and thresholds") var thresholds: ThresholdFlags
  @OptionGroup(title: "Group") var group: GroupFlags
  @OptionGroup(title: "Membership") var membership: MembershipFlags
  @OptionGroup(title: "Policy") var policy: PolicyFlags

  var given: [(SettingKey, [String])] {
    healthCheck.given + thresholds.given + group.given + membership.given + policy.given
  }
}

/// What one check asks, and what it must be answered.
struct HealthCheckFlags: SettingFlagGroup {
  @Option(.target) var target: String?
  @Option(.semantics) var semantics: String?
  @Option(.timeout) var timeout: String?
  @Option(.matcher) var matcher: String?
  @Flag(inversion: .prefixedNo, help: .of(.strict)) var strict: Bool?
  @Option(.host) var host: String?
  @Option(.header) var header: [String] = []
  @Option(.userAgent) var userAgent: String?
  @Option(.method) var method: String?
  @Option(.protocolVersion) var protocolVersion: String?
  @Option(.grpcService) var grpcService: String?
  @Option(.proxyProtocol) var proxyProtocol: String?
  @Flag(inversion: .prefixedNo, help: .of(.verifyTLS)) var verifyTLS: Bool?
  @Option(.caFile) var caFile: String?
  @Option(.clientCert) var clientCert: String?
  @Option(.clientKey) var clientKey: String?
  @Option(.serverName) var serverName: String?
  @Option(.tlsMax) var tlsMax: String?
  @Option(.proxy) var proxy: String?
  @Option(.connectTo) var connectTo: [String] = []
  @Option(.expectBody) var expectBody: String?
  @Option(.expectHeader) var expectHeader: [String] = []
  @Option(.expectJSON) var expectJSON: [String] = []
  @Option(.expectVersion) var expectVersion: String?
  @Option(.versionFrom) var versionFrom: String?
}

/// When checks are made, and how many of them count.
struct ThresholdFlags: SettingFlagGroup {
  @Option(.interval) var interval: String?
  @Option(.healthyThreshold) var healthyThreshold: String?
  @Option(.initialThreshold) var initialThreshold: String?
  @Option(.unhealthyThreshold) var unhealthyThreshold: String?
  @Option(.unhealthyWindow) var unhealthyWindow: String?
}

/// Who is checked.
struct GroupFlags: SettingFlagGroup {
  @Option(.instances) var instances: [String] = []
  @Option(.instancesFile) var instancesFile: String?
  @Option(.dns) var dns: String?
  @Option(.srv) var srv: String?
  @Option(.exec) var exec: String?
  @Option(.asg) var asg: String?
  @Option(.elb) var elb: String?
  @Option(.targetGroup) var targetGroup: String?
  @Option(.terraform) var terraform: String?
  @Option(.terraformResource) var terraformResource: String?
  @Option(.importFrom) var importFrom: String?
}

/// Who must be there, now and later.
struct MembershipFlags: SettingFlagGroup {
  @Option(.refresh) var refresh: String?
  @Option(.expectImage) var expectImage: String?
  @Option(.expectLaunchTemplateVersion) var expectLaunchTemplateVersion: String?
  @Option(.expectTag) var expectTag: [String] = []
  @Option(.probeFrom) var probeFrom: String?
  @Option(.crossCheck) var crossCheck: [String] = []
  @Option(.expected) var expected: String?
}

struct PolicyFlags: SettingFlagGroup {
  @Option(.minHealthy) var minHealthy: String?
  @Option(.maxUnhealthy) var maxUnhealthy: String?
  @Option(.maxReplaced) var maxReplaced: String?
  @Option(.gracePeriod) var gracePeriod: String?
  @Option(.soak) var soak: String?
  @Option(.baseline) var baseline: String?
  @Flag(inversion: .prefixedNo, help: .of(.compare)) var compare: Bool?
  @Option(.confidence) var confidence: String?
  @Option(.maxLatencyIncrease) var maxLatencyIncrease: String?
  @Option(.minSamples) var minSamples: String?
  @Option(.guard) var `guard`: [String] = []
  @Option(.deadline) var deadline: String?
  @Flag(inversion: .prefixedNo, help: .of(.advisory)) var advisory: Bool?
}

struct OutputFlags: SettingFlagGroup {
  @Option(.format) var format: String?
  @Option(.verdict) var verdict: String?
  @Option(.journal) var journal: String?
  @Option(.resume) var resume: String?
  @Option(.progress) var progress: String?
  @Option(.signKey) var signKey: String?
  @Option(.attestation) var attestation: String?
  @Option(.subject) var subject: String?
  @Option(.report) var report: [String] = []
  @Option(.label) var label: [String] = []
  @Option(.onPromote) var onPromote: String?
  @Option(.onRollback) var onRollback: String?
  @Option(.onInconclusive) var onInconclusive: String?
  @Flag(inversion: .prefixedNo, help: .of(.verifyRollback)) var verifyRollback: Bool?
  @Option(.hookTimeout) var hookTimeout: String?
  @Option(.notify) var notify: [String] = []
  @Option(.events) var events: String?
  @Option(.ci) var ci: String?
  @Option(.ciDir) var ciDir: String?
}

/// Flags whose properties are named as the settings are.
protocol SettingFlagGroup: ParsableArguments {}

extension SettingFlagGroup {
  /// The settings that were given, each with its values, by the names of the properties.
  var given: [(SettingKey, [String])] {
    Mirror(reflecting: self).children.compactMap { label, value in
      guard let label, let key = SettingKey(rawValue: Self.key(String(label.dropFirst()))) else {
        preconditionFailure("the flag \(label ?? "") is of no setting")
      }
      let values = Self.texts(value)
      return values.isEmpty ? nil : (key, values)
    }
  }

  /// `verifyTLS` → `verify_tls`.
  private static func key(_ name: String) -> String { name.hyphenated.replacing("-", with: "_") }

  private static func texts(_ property: Any) -> [String] {
    switch property {
    case let option as Option<String?>: option.wrappedValue.map { [$0] } ?? []
    case let option as Option<[String]>: option.wrappedValue
    case let flag as Flag<Bool?>: flag.wrappedValue.map { [String($0)] } ?? []
    default: preconditionFailure("a flag of another type")
    }
  }
}

extension Option {
  /// A setting of one value, as its row of the table has it.
  init(_ key: SettingKey) where Value == String? {
    self.init(name: .of(key), help: .of(key), completion: .of(key))
  }

  /// A setting that can be given several times; each value is a word of its own.
  init(wrappedValue: [String], _ key: SettingKey) where Value == [String] {
    self.init(
      wrappedValue: wrappedValue, name: .of(key), parsing: .singleValue, help: .of(key),
      completion: .of(key))
  }
}

extension NameSpecification {
  /// The setting's flag, and its letter where it has one.
  static func of(_ key: SettingKey) -> NameSpecification {
    let name = String(key.flag.dropFirst(2))
    let letter = ShortFlags.options.first { $0.value == name }?.key
    return letter.map { [.customLong(name), .customShort($0)] } ?? .customLong(name)
  }
}

extension CompletionKind {
  /// What a shell can offer for a setting's value.
  static func of(_ key: SettingKey) -> CompletionKind {
    switch key.setting.kind {
    case .choice(let names): .list(names)
    case .file where key.setting.naming == .folder: .directory
    case .file: .file()
    case .text, .textOrNumber, .duration, .wholeNumber, .instanceCount, .toggle, .instances, .pair,
      .mapping:
      key.setting.naming == .key ? .file() : .default
    }
  }
}

extension ArgumentHelp {
  /// The table's sentence for a setting, and what holds when it is not given.
  static func of(_ key: SettingKey) -> ArgumentHelp {
    let setting = key.setting
    let unset =
      switch setting.whenUnset {
      case _ where setting.kind == .toggle: ""
      case "none, must be given": " (required)"
      case _ where setting.whenUnset.hasPrefix("none"): ""
      default: " (default: \(setting.whenUnset))"
      }
    let repeatable = setting.repetition == .repeatable ? " (repeatable)" : ""
    return ArgumentHelp(
      "\(setting.help)\(unset)\(repeatable)",
      valueName: setting.metavar.isEmpty ? nil : setting.metavar)
  }
}

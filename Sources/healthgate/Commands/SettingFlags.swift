internal import ArgumentParser
internal import GateFormats

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
  @Option(help: .of(.target)) var target: String?
  @Option(help: .of(.semantics)) var semantics: String?
  @Option(help: .of(.timeout)) var timeout: String?
  @Option(help: .of(.matcher)) var matcher: String?
  @Flag(inversion: .prefixedNo, help: .of(.strict)) var strict: Bool?
  @Option(help: .of(.host)) var host: String?
  @Option(parsing: .singleValue, help: .of(.header)) var header: [String] = []
  @Option(help: .of(.userAgent)) var userAgent: String?
  @Option(help: .of(.method)) var method: String?
  @Option(help: .of(.protocolVersion)) var protocolVersion: String?
  @Option(help: .of(.grpcService)) var grpcService: String?
  @Option(help: .of(.proxyProtocol)) var proxyProtocol: String?
  @Flag(inversion: .prefixedNo, help: .of(.verifyTLS)) var verifyTLS: Bool?
  @Option(help: .of(.caFile)) var caFile: String?
  @Option(help: .of(.clientCert)) var clientCert: String?
  @Option(help: .of(.clientKey)) var clientKey: String?
  @Option(help: .of(.serverName)) var serverName: String?
  @Option(help: .of(.tlsMax)) var tlsMax: String?
  @Option(help: .of(.proxy)) var proxy: String?
  @Option(parsing: .singleValue, help: .of(.connectTo)) var connectTo: [String] = []
  @Option(help: .of(.expectBody)) var expectBody: String?
  @Option(parsing: .singleValue, help: .of(.expectHeader)) var expectHeader: [String] = []
  @Option(parsing: .singleValue, help: .of(.expectJSON)) var expectJSON: [String] = []
  @Option(help: .of(.expectVersion)) var expectVersion: String?
  @Option(help: .of(.versionFrom)) var versionFrom: String?
}

/// When checks are made, and how many of them count.
struct ThresholdFlags: SettingFlagGroup {
  @Option(help: .of(.interval)) var interval: String?
  @Option(help: .of(.healthyThreshold)) var healthyThreshold: String?
  @Option(help: .of(.initialThreshold)) var initialThreshold: String?
  @Option(help: .of(.unhealthyThreshold)) var unhealthyThreshold: String?
  @Option(help: .of(.unhealthyWindow)) var unhealthyWindow: String?
}

/// Who is checked.
struct GroupFlags: SettingFlagGroup {
  @Option(parsing: .singleValue, help: .of(.instances)) var instances: [String] = []
  @Option(help: .of(.instancesFile)) var instancesFile: String?
  @Option(help: .of(.dns)) var dns: String?
  @Option(help: .of(.srv)) var srv: String?
  @Option(help: .of(.exec)) var exec: String?
  @Option(help: .of(.asg)) var asg: String?
  @Option(help: .of(.elb)) var elb: String?
  @Option(help: .of(.targetGroup)) var targetGroup: String?
  @Option(help: .of(.terraform)) var terraform: String?
  @Option(help: .of(.terraformResource)) var terraformResource: String?
  @Option(help: .of(.importFrom)) var importFrom: String?
}

/// Who must be there, now and later.
struct MembershipFlags: SettingFlagGroup {
  @Option(help: .of(.refresh)) var refresh: String?
  @Option(help: .of(.expectImage)) var expectImage: String?
  @Option(help: .of(.expectLaunchTemplateVersion)) var expectLaunchTemplateVersion: String?
  @Option(parsing: .singleValue, help: .of(.expectTag)) var expectTag: [String] = []
  @Option(help: .of(.probeFrom)) var probeFrom: String?
  @Option(parsing: .singleValue, help: .of(.crossCheck)) var crossCheck: [String] = []
  @Option(help: .of(.expected)) var expected: String?
}

struct PolicyFlags: SettingFlagGroup {
  @Option(help: .of(.minHealthy)) var minHealthy: String?
  @Option(help: .of(.maxUnhealthy)) var maxUnhealthy: String?
  @Option(help: .of(.maxReplaced)) var maxReplaced: String?
  @Option(help: .of(.gracePeriod)) var gracePeriod: String?
  @Option(help: .of(.soak)) var soak: String?
  @Option(help: .of(.baseline)) var baseline: String?
  @Flag(inversion: .prefixedNo, help: .of(.compare)) var compare: Bool?
  @Option(help: .of(.maxLatencyIncrease)) var maxLatencyIncrease: String?
  @Option(help: .of(.confidence)) var confidence: String?
  @Option(help: .of(.minSamples)) var minSamples: String?
  @Option(parsing: .singleValue, help: .of(.guard)) var `guard`: [String] = []
  @Option(help: .of(.deadline)) var deadline: String?
  @Flag(inversion: .prefixedNo, help: .of(.advisory)) var advisory: Bool?
}

struct OutputFlags: SettingFlagGroup {
  @Option(help: .of(.format)) var format: String?
  @Option(help: .of(.verdict)) var verdict: String?
  @Option(help: .of(.journal)) var journal: String?
  @Option(help: .of(.resume)) var resume: String?
  @Option(help: .of(.progress)) var progress: String?
  @Option(help: .of(.signKey)) var signKey: String?
  @Option(help: .of(.attestation)) var attestation: String?
  @Option(help: .of(.subject)) var subject: String?
  @Option(parsing: .singleValue, help: .of(.report)) var report: [String] = []
  @Option(parsing: .singleValue, help: .of(.label)) var label: [String] = []
  @Option(help: .of(.onPromote)) var onPromote: String?
  @Option(help: .of(.onRollback)) var onRollback: String?
  @Option(help: .of(.onInconclusive)) var onInconclusive: String?
  @Flag(inversion: .prefixedNo, help: .of(.verifyRollback)) var verifyRollback: Bool?
  @Option(help: .of(.hookTimeout)) var hookTimeout: String?
  @Option(parsing: .singleValue, help: .of(.notify)) var notify: [String] = []
  @Option(help: .of(.events)) var events: String?
  @Option(help: .of(.ci)) var ci: String?
  @Option(help: .of(.ciDir)) var ciDir: String?
}

/// Flags whose properties are named as the settings are.
protocol SettingFlagGroup: ParsableArguments {}

extension SettingFlagGroup {
  /// The settings that were given, each with its values, by the names of the properties.
  var given: [(SettingKey, [String])] {
    Mirror(reflecting: self).children.compactMap { label, value in
      guard let label, let key = SettingKey(rawValue: Self.snakeCase(label.dropFirst())) else {
        preconditionFailure("the flag \(label ?? "") is of no setting")
      }
      let values = Self.texts(value)
      return values.isEmpty ? nil : (key, values)
    }
  }

  private static func texts(_ property: Any) -> [String] {
    switch property {
    case let option as Option<String?>: option.wrappedValue.map { [$0] } ?? []
    case let option as Option<[String]>: option.wrappedValue
    case let flag as Flag<Bool?>: flag.wrappedValue.map { [String($0)] } ?? []
    default: preconditionFailure("a flag of another type")
    }
  }

  /// `verifyTLS` → `verify_tls`.
  private static func snakeCase(_ name: Substring) -> String {
    var snake = ""
    var wasLowercase = false
    for character in name {
      if character.isUppercase, wasLowercase { snake.append("_") }
      wasLowercase = character.isLowercase
      snake += character.lowercased()
    }
    return snake
  }
}

extension ArgumentHelp {
  /// The table's sentence for a setting, and what holds when it is not given.
  static func of(_ key: SettingKey) -> ArgumentHelp {
    let setting = key.setting
    let unset = setting.kind == .toggle ? "" : " (default: \(setting.whenUnset))"
    return ArgumentHelp(
      "\(setting.help)\(unset)", valueName: setting.metavar.isEmpty ? nil : setting.metavar)
  }
}

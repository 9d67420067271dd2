internal import ArgumentParser
internal import GateFormats

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
  @Option(name: .of(.target), help: .of(.target), completion: .of(.target)) var target: String?
  @Option(name: .of(.semantics), help: .of(.semantics), completion: .of(.semantics)) var semantics: String?
  @Option(name: .of(.timeout), help: .of(.timeout), completion: .of(.timeout)) var timeout: String?
  @Option(name: .of(.matcher), help: .of(.matcher), completion: .of(.matcher)) var matcher: String?
  @Flag(inversion: .prefixedNo, help: .of(.strict)) var strict: Bool?
  @Option(name: .of(.host), help: .of(.host), completion: .of(.host)) var host: String?
  @Option(name: .of(.header), parsing: .singleValue, help: .of(.header), completion: .of(.header)) var header: [String] = []
  @Option(name: .of(.userAgent), help: .of(.userAgent), completion: .of(.userAgent)) var userAgent: String?
  @Option(name: .of(.method), help: .of(.method), completion: .of(.method)) var method: String?
  @Option(name: .of(.protocolVersion), help: .of(.protocolVersion), completion: .of(.protocolVersion)) var protocolVersion: String?
  @Option(name: .of(.grpcService), help: .of(.grpcService), completion: .of(.grpcService)) var grpcService: String?
  @Option(name: .of(.proxyProtocol), help: .of(.proxyProtocol), completion: .of(.proxyProtocol)) var proxyProtocol: String?
  @Flag(inversion: .prefixedNo, help: .of(.verifyTLS)) var verifyTLS: Bool?
  @Option(name: .of(.caFile), help: .of(.caFile), completion: .of(.caFile)) var caFile: String?
  @Option(name: .of(.clientCert), help: .of(.clientCert), completion: .of(.clientCert)) var clientCert: String?
  @Option(name: .of(.clientKey), help: .of(.clientKey), completion: .of(.clientKey)) var clientKey: String?
  @Option(name: .of(.serverName), help: .of(.serverName), completion: .of(.serverName)) var serverName: String?
  @Option(name: .of(.tlsMax), help: .of(.tlsMax), completion: .of(.tlsMax)) var tlsMax: String?
  @Option(name: .of(.proxy), help: .of(.proxy), completion: .of(.proxy)) var proxy: String?
  @Option(name: .of(.connectTo), parsing: .singleValue, help: .of(.connectTo), completion: .of(.connectTo)) var connectTo: [String] = []
  @Option(name: .of(.expectBody), help: .of(.expectBody), completion: .of(.expectBody)) var expectBody: String?
  @Option(name: .of(.expectHeader), parsing: .singleValue, help: .of(.expectHeader), completion: .of(.expectHeader)) var expectHeader: [String] = []
  @Option(name: .of(.expectJSON), parsing: .singleValue, help: .of(.expectJSON), completion: .of(.expectJSON)) var expectJSON: [String] = []
  @Option(name: .of(.expectVersion), help: .of(.expectVersion), completion: .of(.expectVersion)) var expectVersion: String?
  @Option(name: .of(.versionFrom), help: .of(.versionFrom), completion: .of(.versionFrom)) var versionFrom: String?
}

/// When checks are made, and how many of them count.
struct ThresholdFlags: SettingFlagGroup {
  @Option(name: .of(.interval), help: .of(.interval), completion: .of(.interval)) var interval: String?
  @Option(name: .of(.healthyThreshold), help: .of(.healthyThreshold), completion: .of(.healthyThreshold)) var healthyThreshold: String?
  @Option(name: .of(.initialThreshold), help: .of(.initialThreshold), completion: .of(.initialThreshold)) var initialThreshold: String?
  @Option(name: .of(.unhealthyThreshold), help: .of(.unhealthyThreshold), completion: .of(.unhealthyThreshold)) var unhealthyThreshold: String?
  @Option(name: .of(.unhealthyWindow), help: .of(.unhealthyWindow), completion: .of(.unhealthyWindow)) var unhealthyWindow: String?
}

/// Who is checked.
struct GroupFlags: SettingFlagGroup {
  @Option(name: .of(.instances), parsing: .singleValue, help: .of(.instances), completion: .of(.instances)) var instances: [String] = []
  @Option(name: .of(.instancesFile), help: .of(.instancesFile), completion: .of(.instancesFile)) var instancesFile: String?
  @Option(name: .of(.dns), help: .of(.dns), completion: .of(.dns)) var dns: String?
  @Option(name: .of(.srv), help: .of(.srv), completion: .of(.srv)) var srv: String?
  @Option(name: .of(.exec), help: .of(.exec), completion: .of(.exec)) var exec: String?
  @Option(name: .of(.asg), help: .of(.asg), completion: .of(.asg)) var asg: String?
  @Option(name: .of(.elb), help: .of(.elb), completion: .of(.elb)) var elb: String?
  @Option(name: .of(.targetGroup), help: .of(.targetGroup), completion: .of(.targetGroup)) var targetGroup: String?
  @Option(name: .of(.terraform), help: .of(.terraform), completion: .of(.terraform)) var terraform: String?
  @Option(name: .of(.terraformResource), help: .of(.terraformResource), completion: .of(.terraformResource)) var terraformResource: String?
  @Option(name: .of(.importFrom), help: .of(.importFrom), completion: .of(.importFrom)) var importFrom: String?
}

/// Who must be there, now and later.
struct MembershipFlags: SettingFlagGroup {
  @Option(name: .of(.refresh), help: .of(.refresh), completion: .of(.refresh)) var refresh: String?
  @Option(name: .of(.expectImage), help: .of(.expectImage), completion: .of(.expectImage)) var expectImage: String?
  @Option(name: .of(.expectLaunchTemplateVersion), help: .of(.expectLaunchTemplateVersion), completion: .of(.expectLaunchTemplateVersion)) var expectLaunchTemplateVersion: String?
  @Option(name: .of(.expectTag), parsing: .singleValue, help: .of(.expectTag), completion: .of(.expectTag)) var expectTag: [String] = []
  @Option(name: .of(.probeFrom), help: .of(.probeFrom), completion: .of(.probeFrom)) var probeFrom: String?
  @Option(name: .of(.crossCheck), parsing: .singleValue, help: .of(.crossCheck), completion: .of(.crossCheck)) var crossCheck: [String] = []
  @Option(name: .of(.expected), help: .of(.expected), completion: .of(.expected)) var expected: String?
}

struct PolicyFlags: SettingFlagGroup {
  @Option(name: .of(.minHealthy), help: .of(.minHealthy), completion: .of(.minHealthy)) var minHealthy: String?
  @Option(name: .of(.maxUnhealthy), help: .of(.maxUnhealthy), completion: .of(.maxUnhealthy)) var maxUnhealthy: String?
  @Option(name: .of(.maxReplaced), help: .of(.maxReplaced), completion: .of(.maxReplaced)) var maxReplaced: String?
  @Option(name: .of(.gracePeriod), help: .of(.gracePeriod), completion: .of(.gracePeriod)) var gracePeriod: String?
  @Option(name: .of(.soak), help: .of(.soak), completion: .of(.soak)) var soak: String?
  @Option(name: .of(.baseline), help: .of(.baseline), completion: .of(.baseline)) var baseline: String?
  @Flag(inversion: .prefixedNo, help: .of(.compare)) var compare: Bool?
  @Option(name: .of(.maxLatencyIncrease), help: .of(.maxLatencyIncrease), completion: .of(.maxLatencyIncrease)) var maxLatencyIncrease: String?
  @Option(name: .of(.confidence), help: .of(.confidence), completion: .of(.confidence)) var confidence: String?
  @Option(name: .of(.minSamples), help: .of(.minSamples), completion: .of(.minSamples)) var minSamples: String?
  @Option(name: .of(.guard), parsing: .singleValue, help: .of(.guard), completion: .of(.guard)) var `guard`: [String] = []
  @Option(name: .of(.deadline), help: .of(.deadline), completion: .of(.deadline)) var deadline: String?
  @Flag(inversion: .prefixedNo, help: .of(.advisory)) var advisory: Bool?
}

struct OutputFlags: SettingFlagGroup {
  @Option(name: .of(.format), help: .of(.format), completion: .of(.format)) var format: String?
  @Option(name: .of(.verdict), help: .of(.verdict), completion: .of(.verdict)) var verdict: String?
  @Option(name: .of(.journal), help: .of(.journal), completion: .of(.journal)) var journal: String?
  @Option(name: .of(.resume), help: .of(.resume), completion: .of(.resume)) var resume: String?
  @Option(name: .of(.progress), help: .of(.progress), completion: .of(.progress)) var progress: String?
  @Option(name: .of(.signKey), help: .of(.signKey), completion: .of(.signKey)) var signKey: String?
  @Option(name: .of(.attestation), help: .of(.attestation), completion: .of(.attestation)) var attestation: String?
  @Option(name: .of(.subject), help: .of(.subject), completion: .of(.subject)) var subject: String?
  @Option(name: .of(.report), parsing: .singleValue, help: .of(.report), completion: .of(.report)) var report: [String] = []
  @Option(name: .of(.label), parsing: .singleValue, help: .of(.label), completion: .of(.label)) var label: [String] = []
  @Option(name: .of(.onPromote), help: .of(.onPromote), completion: .of(.onPromote)) var onPromote: String?
  @Option(name: .of(.onRollback), help: .of(.onRollback), completion: .of(.onRollback)) var onRollback: String?
  @Option(name: .of(.onInconclusive), help: .of(.onInconclusive), completion: .of(.onInconclusive)) var onInconclusive: String?
  @Flag(inversion: .prefixedNo, help: .of(.verifyRollback)) var verifyRollback: Bool?
  @Option(name: .of(.hookTimeout), help: .of(.hookTimeout), completion: .of(.hookTimeout)) var hookTimeout: String?
  @Option(name: .of(.notify), parsing: .singleValue, help: .of(.notify), completion: .of(.notify)) var notify: [String] = []
  @Option(name: .of(.events), help: .of(.events), completion: .of(.events)) var events: String?
  @Option(name: .of(.ci), help: .of(.ci), completion: .of(.ci)) var ci: String?
  @Option(name: .of(.ciDir), help: .of(.ciDir), completion: .of(.ciDir)) var ciDir: String?
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
    case .text, .textOrNumber, .duration, .wholeNumber, .instanceCount, .toggle, .instances, .pair:
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
      "\(setting.help)\(unset)\(repeatable)", valueName: setting.metavar.isEmpty ? nil : setting.metavar)
  }
}

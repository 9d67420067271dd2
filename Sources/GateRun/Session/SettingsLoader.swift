internal import CSystem
internal import GateCore
internal import GateEngine
package import GateRecords
package import GateSettings
internal import InstanceSources
internal import LibC
internal import Synchronization

/// Loads the settings from flags, variables, the file and imports, and lists the instances that
/// they name.
package struct SettingsLoader {
  /// The file's path as given on the command line; nil if none was given.
  let config: String?

  package init(config: String?) {
    self.config = config
  }

  /// The variables of this process; of two with the same name the first, as for getenv(3).
  package static let environment: [String: String] = {
    var variables: [String: String] = [:]
    var next = hg_environment()
    while let place = next, let pair = place.pointee {
      next = place + 1
      let text = String(cString: pair)
      // By bytes: a value that begins with a combining character makes one character of it and `=`.
      guard let end = text.utf8.firstIndex(of: UInt8(ascii: "=")) else { continue }
      let name = String(text[..<end])
      if variables[name] == nil {
        variables[name] = String(
          decoding: text.utf8[text.utf8.index(after: end)...], as: UTF8.self)
      }
    }
    return variables
  }()

  /// The environment of commands for sources, guards, keys and hooks: this process's own.
  ///
  /// Variables are removed that would make another healthgate run the same commands, or overwrite
  /// this run's outputs.
  static let environmentOfCommands: [String: String] = {
    var variables = environment
    for key in SettingKey.allCases where !key.isInherited { variables[key.variable] = nil }
    return variables
  }()

  /// The AWS session of this process, so that credentials are fetched once for all clients.
  static let aws = AWSSession(.machine(variables: environment))

  /// The origin of a target that is not needed: the load balancer's default.
  static let standInOrigin = SettingOrigin.imported("no target given")

  package func load(
    flags: [(SettingKey, [String])], instances need: Settings.InstancesNeed = .required
  ) throws -> LoadedSettings {
    var layers = try layers(flags: flags)
    if need == .optional, layers.settings.values[.target] == nil,
      layers.settings.values[.healthChecks] == nil
    {
      layers.settings.values[.target] = [SettingText("HTTP:80/", at: Self.standInOrigin)]
    }
    do throws(SettingsError) {
      var settings = try Settings(
        resolving: layers.settings, instances: need, imports: layers.checkImports)
      settings.warnings += layers.warnings
      return LoadedSettings(settings: settings, imported: layers.imported)
    } catch {
      throw CommandFailure(error)
    }
  }

  /// The settings as text, with the layers merged, and the imports.
  ///
  /// - Throws: `CommandFailure`
  func layers(flags: [(SettingKey, [String])]) throws -> SettingsLayers {
    let environment = Self.environment
    var layers = [RawSettings(flags: flags), RawSettings(variables: environment)]
    if let path = config ?? environment["HEALTHGATE_CONFIG"].flatMap({ $0.isEmpty ? nil : $0 }) {
      layers.append(RawSettings(file: try Self.file(path), path: path))
    }
    let given = RawSettings(merging: layers).withChecksOfImports
    return try SettingsLayers(given, importing: given)
  }

  /// Refuses unknown variables, for a command that does not read settings from variables.
  static func refuseUnknownVariables() throws(CommandFailure) {
    let problems = RawSettings(variables: environment).problems
    guard problems.isEmpty else { throw CommandFailure(SettingsError(problems)) }
  }

  /// A hint at a settings file in the folder that was not named; empty if there is none.
  package static var hintAtFile: String {
    let names: [String] = ["healthgate.yaml", "healthgate.yml"]
    return names.first { access($0, R_OK) == 0 }
      .map { "\n  hint: there is a \($0) here: name it with --config \($0)" } ?? ""
  }

  private static let files = Mutex<[String: [UInt8]]>([:])

  /// Reads the settings file, once: standard input and a pipe cannot be read a second time.
  ///
  /// - Throws: `CommandFailure` if it cannot be read.
  static func file(_ path: String) throws(CommandFailure) -> [UInt8] {
    if let bytes = files.withLock({ $0[path] }) { return bytes }
    let bytes = try InputFile.required(path, as: .settings)
    files.withLock { $0[path] = bytes }
    return bytes
  }
}

/// Settings as text, and the source of imports.
struct SettingsLayers {
  var settings: RawSettings
  let imported: SettingsImport?
  /// The imports of the items of `health_checks`, in their order.
  private let checks: [SettingsImport?]

  /// - Throws: `CommandFailure` if something that is asked for cannot be imported.
  init(_ given: RawSettings, importing asked: RawSettings) throws {
    imported = try SettingsImport(asked)
    checks = try SettingsImport.ofChecks(asked)
    settings = RawSettings(merging: [given] + [imported?.layer].compactMap { $0 })
  }

  var checkImports: [CheckImport?] {
    checks.map { found in
      found.map { CheckImport(layer: $0.layer, trafficPort: $0.trafficPort) }
    }
  }

  var warnings: [String] { ([imported] + checks).flatMap { $0?.warnings ?? [] } }
}

/// Settings, and their imports.
package struct LoadedSettings {
  package var settings: Settings
  var imported: SettingsImport?
}

extension LoadedSettings {
  /// The group that the settings name, and how to follow its changes.
  ///
  /// - Throws: `CommandFailure` if it cannot be listed.
  package func group() throws -> LoadedGroup {
    let listing: GroupListing
    var policy: GatePolicy
    if let specs = try specs(of: settings.source) {
      listing = GroupListing(instances: try InstanceSpec.instances(specs, on: settings.ports))
      policy = try settings.policy(for: listing.instances.count)
      policy.loadBalancer = settings.following.loadBalancerRole
    } else {
      listing = try reader.list(for: settings.source.key)
      policy = try settings.policy(
        forChangingGroupOf: listing.instances.count, declared: listing.expected)
    }
    var group = LoadedGroup(
      policy: policy,
      source: RunHeader.Group(source: settings.source.key.rawValue, name: settings.source.name),
      listing: listing, expected: settings.group.expected)
    guard policy.membership == .changing || policy.loadBalancer != .none else { return group }
    group.policy.polling = GatePolicy.Polling(
      refresh: settings.following.refresh, timeout: reader.timeLimit)
    group.poller = try GroupPoller(
      reader, members: listing.instances, follows: policy.membership == .changing,
      every: settings.following.refresh, until: settings.group.deadline)
    return group
  }

  /// The instances that the user lists; nil for a source that lists them itself.
  func specs(of source: InstanceSource) throws -> [InstanceSpec]? {
    switch source.origin {
    case .user(let specs): return specs
    case .file(let path):
      let kind = InputFile.Kind(name: "the instances", largest: InstancesFile.largestFile)
      let bytes = try InputFile.required(path, as: kind)
      return try InstancesFile.read(bytes, path: path == "-" ? "standard input" : path)
    case .machine, .aws: return nil
    }
  }

  /// Queries once everything that the run will query later.
  ///
  /// So a wrong name or a missing permission is reported before the first check, and not after the
  /// deadline.
  ///
  /// - Throws: `CommandFailure` for the first query that fails.
  package func tryOut(_ group: LoadedGroup) throws(CommandFailure) {
    let reader = reader
    if reader.readsView {
      do throws(SourceError) {
        _ = try reader.views(of: group.instances)
      } catch {
        throw CommandFailure(
          error, of: settings.following.crossChecks.isEmpty ? settings.source.key : .crossCheck)
      }
    }
    for source in settings.guardSources.values {
      do throws(SourceError) {
        try source.tryOut()
      } catch {
        throw CommandFailure(error, of: .guard)
      }
    }
  }

  /// The callers of AWS and the regions, for the verdict's `settings`; they contain no key.
  package var askers: [RunHeader.ChosenSetting] {
    guard settings.asksAWS else { return [] }
    let reader = reader
    let origin = reader.credentialsOrigin ?? "AWS"
    let caller = reader.caller
    let facts = [
      ("aws_account", caller?.account), ("aws_caller", caller?.arn), ("aws_region", reader.region),
    ]
    return facts.compactMap { name, value in
      value.map {
        RunHeader.ChosenSetting(name: name, value: $0, origin: origin, layer: .imported)
      }
    }
  }

  var reader: GroupReader {
    GroupReader(settings, terraform: imported?.group, trafficPort: imported?.trafficPort)
  }
}

/// The group as listed when the run begins.
package struct LoadedGroup {
  var policy: GatePolicy
  var source: RunHeader.Group
  /// Follows changes of the group; nil if there can be none.
  var poller: GroupPoller?
  /// The first listing.
  var listing: GroupListing
  /// The expected number that the user gave, which overrides the source's; nil if none was given.
  var expected: Int?

  var instances: [Instance] { listing.instances }
}

extension Settings {
  /// Whether the run calls AWS.
  fileprivate var asksAWS: Bool {
    source.origin == .aws || baseline?.origin == .aws || allGuards.contains { $0.spec.asksAWS }
      || !following.crossChecks.isEmpty
  }

  /// The guards of the run, and those of the steps.
  private var allGuards: [(name: GuardName, spec: GuardSpec)] {
    guards.map { (GuardName(name: $0.name), $0) }
      + steps.enumerated().flatMap { index, step in
        step.guards.map { (GuardName(name: $0.name, step: index), $0) }
      }
  }

  /// The sources of the guards, each with its own timeout, or else 10 s or a longer check's
  /// timeout.
  var guardSources: [GuardName: GuardSource] {
    guard !guards.isEmpty || !steps.isEmpty else { return [:] }
    let hostEnvironment = HostEnvironment.machine(variables: SettingsLoader.environmentOfCommands)
    let client = AWSClient(SettingsLoader.aws)
    return Dictionary(
      uniqueKeysWithValues: allGuards.map { name, spec in
        (
          name,
          GuardSource(
            spec, hostEnvironment: hostEnvironment, client: client,
            timeout: check.asked(as: spec.measure).timeout, secrets: secrets,
            test: test(of: spec, step: name.step))
        )
      })
  }

  /// The test of a guard; each guard that tests requests gets an equal part of the error.
  private func test(of spec: GuardSpec, step: Int?) -> RequestTest? {
    guard case .prometheusTest(let queries) = spec.question else { return nil }
    let asked = check.asked(as: spec.measure)
    let soak = step.map { steps[$0].step.soak } ?? group.soak
    let lasting = max(soak, asked.interval * asked.healthyThreshold)
    return RequestTest(
      error: queries.confidence.error / Double(group.policy.tests),
      expectedLooks: Int(lasting.inMicroseconds / asked.interval.inMicroseconds) + 1,
      maxIncrease: queries.maxIncrease)
  }
}

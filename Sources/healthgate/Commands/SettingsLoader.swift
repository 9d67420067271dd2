internal import FoundationEssentials
internal import GateCore
internal import GateEngine
internal import GateFormats
internal import InstanceSources

#if canImport(Glibc)
  internal import Glibc
#endif

/// Brings the settings in from flags, variables, the file and what they import from, and then the
/// instances that they name.
struct SettingsLoader {
  /// The file's path as given on the command line.
  var config: String?

  static var environment: [String: String] { ProcessInfo.processInfo.environment }

  /// What stands for a target where none is needed: the load balancer's own default.
  static let standInOrigin = SettingOrigin.imported("no target given")

  func load(
    flags: [(SettingKey, [String])], instances need: Settings.InstancesNeed = .required,
    over recorded: (RawSettings) throws -> RawSettings? = { _ in nil }
  ) throws -> LoadedSettings {
    var layers = try layers(flags: flags, over: recorded)
    if need == .optional, layers.settings.values[.target] == nil {
      layers.settings.values[.target] = [SettingText("HTTP:80/", at: Self.standInOrigin)]
    }
    do throws(SettingsError) {
      var settings = try Settings(resolving: layers.settings, instances: need)
      settings.warnings += layers.imported?.warnings ?? []
      return LoadedSettings(
        settings: settings,
        terraform: layers.imported?.group, trafficPort: layers.imported?.trafficPort)
    } catch {
      throw CommandFailure(error)
    }
  }

  /// The settings as text, the layers made one, and what they import from.
  ///
  /// `recorded` are those of a run to resume, which beat what is imported now.
  func layers(
    flags: [(SettingKey, [String])],
    over recorded: (RawSettings) throws -> RawSettings? = { _ in nil }
  ) throws -> (settings: RawSettings, imported: SettingsImport?) {
    let environment = Self.environment
    var layers = [RawSettings(flags: flags), RawSettings(variables: environment)]
    if let path = config ?? environment["HEALTHGATE_CONFIG"].flatMap({ $0.isEmpty ? nil : $0 }) {
      layers.append(RawSettings(file: try InputFile.required(path, as: .settings), path: path))
    }
    if let recorded = try recorded(RawSettings(merging: layers)) { layers.append(recorded) }
    let imported = try SettingsImport(RawSettings(merging: layers))
    if let imported { layers.append(imported.layer) }
    return (RawSettings(merging: layers), imported)
  }
}

/// Settings, and what was found beside them where they were imported from.
struct LoadedSettings {
  var settings: Settings
  var terraform: TerraformGroup.Reference?
  var trafficPort: Int?
}

extension LoadedSettings {
  /// The instances that the settings name, and how to follow them.
  func group() throws -> LoadedGroup {
    switch settings.source {
    case .instances(let specs): try fixed(specs, name: nil)
    case .file(let path): try fixed(fileSpecs(path), name: path == "-" ? "standard input" : path)
    case .dns(let name), .srv(let name), .exec(let name), .autoScalingGroup(let name),
      .classicLoadBalancer(let name), .targetGroup(let name):
      try changing(name: name)
    case .terraform(let path, let resource):
      try changing(name: resource.map { "\(path)#\($0)" } ?? path)
    }
  }

  var reader: GroupReader {
    GroupReader(settings, terraform: terraform, trafficPort: trafficPort)
  }

  private func fixed(_ specs: [InstanceSpec], name: String?) throws -> LoadedGroup {
    do throws(SettingsError) {
      let instances = try InstanceSpec.instances(specs, on: settings.check.target.port)
      var policy = try settings.policy(for: instances.count)
      policy.loadBalancer = settings.following.loadBalancerRole
      if policy.loadBalancer != .none { policy.polling = polling }
      return LoadedGroup(
        policy: policy, source: source(name),
        poller: policy.loadBalancer == .none ? nil : poller(instances),
        listing: GroupListing(instances: instances), expected: settings.group.expected)
    } catch {
      throw CommandFailure(error)
    }
  }

  func fileSpecs(_ path: String) throws -> [InstanceSpec] {
    let kind = InputFile.Kind(name: "the instances", largest: InstancesFile.largestFile)
    let bytes = try InputFile.required(path, as: kind)
    do throws(SettingsError) {
      return try InstancesFile.read(bytes, path: path == "-" ? "standard input" : path)
    } catch {
      throw CommandFailure(error)
    }
  }

  private func changing(name: String) throws -> LoadedGroup {
    let listing: GroupListing
    do throws(SourceError) {
      listing = try reader.list()
    } catch {
      throw CommandFailure(error, of: settings.source.key)
    }
    do throws(SettingsError) {
      var policy = try settings.policy(
        forChangingGroupOf: listing.instances.count, declared: listing.expected)
      policy.polling = polling
      return LoadedGroup(
        policy: policy, source: source(name), poller: poller(listing.instances), listing: listing,
        expected: settings.group.expected)
    } catch {
      throw CommandFailure(error)
    }
  }

  private var polling: GatePolicy.Polling {
    GatePolicy.Polling(refresh: settings.following.refresh, timeout: reader.timeLimit)
  }

  private func poller(_ instances: [Instance]) -> GroupPoller {
    GroupPoller(
      reader, members: instances, follows: settings.source.membership == .changing,
      every: settings.following.refresh, until: settings.group.deadline)
  }

  private func source(_ name: String?) -> RunHeader.Group {
    RunHeader.Group(source: settings.source.key.rawValue, name: name)
  }
}

/// The group as it is when the run begins.
struct LoadedGroup {
  var policy: GatePolicy
  var source: RunHeader.Group
  /// Follows what changes; nil where nothing can.
  var poller: GroupPoller?
  /// What the source said first.
  var listing: GroupListing
  /// The user's own number of instances, which the source's does not override.
  var expected: Int?

  var instances: [Instance] { listing.instances }
}

extension CommandFailure {
  /// All that is wrong with the settings, and whether it is the values or the bytes.
  init(_ error: SettingsError) {
    self.init(error.isAboutContent ? .badContent : .usage, complete: error.description)
  }

  /// Why a source does not say what is asked of it.
  init(_ error: SourceError, of key: SettingKey) {
    let status: ExitStatus =
      switch error {
      case .noCredentials, .refusedCredentials, .missingPermission: .credentials
      case .unreachable, .notFound, .unusable, .rejected, .malformed: .sourceUnavailable
      }
    self.init(status, "\(key.rawValue): \(error.message)\n  hint: \(error.hint)")
  }
}

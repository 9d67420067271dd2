internal import FoundationEssentials
internal import GateCore
internal import GateFormats

/// Brings the settings in from flags, variables and the file, and the instances that they name.
struct SettingsLoader {
  /// The file's path as given on the command line.
  var config: String?

  func load(flags: [(SettingKey, [String])]) throws -> Settings {
    let environment = ProcessInfo.processInfo.environment
    var layers = [RawSettings(flags: flags), RawSettings(variables: environment)]
    if let path = config ?? environment["HEALTHGATE_CONFIG"].flatMap({ $0.isEmpty ? nil : $0 }) {
      layers.append(RawSettings(file: try Self.read(path, as: "the settings"), path: path))
    }
    do throws(SettingsError) {
      return try Settings(resolving: RawSettings(merging: layers))
    } catch {
      throw CommandFailure(error)
    }
  }

  /// The instances that the settings name, and what they are called together.
  static func group(of settings: Settings) throws -> Group {
    let (specs, name) = try specs(of: settings)
    do throws(SettingsError) {
      let instances = try InstanceSpec.instances(specs, on: settings.check.target.port)
      return Group(
        instances: instances, policy: try settings.policy(for: instances.count),
        source: .init(source: settings.source.key.rawValue, name: name))
    } catch {
      throw CommandFailure(error)
    }
  }

  struct Group {
    var instances: [Instance]
    var policy: GatePolicy
    var source: RunHeader.Group
  }

  private static func specs(of settings: Settings) throws -> ([InstanceSpec], String?) {
    guard case .file(let path) = settings.source else {
      guard case .instances(let specs) = settings.source else { return ([], nil) }
      return (specs, nil)
    }
    let bytes = try read(path, as: "the instances")
    let shown = path == "-" ? "standard input" : path
    do throws(SettingsError) {
      return (try InstancesFile.read(bytes, path: shown), shown)
    } catch {
      throw CommandFailure(error)
    }
  }

  private static func read(_ path: String, as what: String) throws(CommandFailure) -> [UInt8] {
    do throws(SystemError) {
      return try InputFile.read(path)
    } catch {
      throw CommandFailure(.noFile, "\(what) cannot be read from '\(path)': \(error.words)")
    }
  }
}

extension CommandFailure {
  /// All that is wrong with the settings, and whether it is the values or the bytes.
  init(_ error: SettingsError) {
    self.init(error.isAboutContent ? .badContent : .usage, complete: error.description)
  }
}

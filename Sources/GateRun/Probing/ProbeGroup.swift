internal import GateCore
internal import GateSettings
internal import InstanceSources

/// The instances of a `probe` that are given apart from its targets.
struct ProbeGroup {
  private let named: [InstanceSpec]
  /// The content of a file, which may be a pipe: it is read once for several targets.
  private var fileSpecs: [InstanceSpec]?

  /// Creates a group of the named instances; without any, of the settings' source.
  init(named: [InstanceSpec]) {
    self.named = named
  }

  /// Lists the instances.
  ///
  /// - Throws: `CommandFailure` if they cannot be listed.
  mutating func members(by loaded: LoadedSettings) throws -> [Instance] {
    let ports = loaded.settings.ports
    guard named.isEmpty else { return try Self.instances(named, on: ports) }
    switch loaded.settings.source.origin {
    case .user(let specs): return try Self.instances(specs, on: ports)
    case .file(let path):
      let specs = try fileSpecs ?? loaded.fileSpecs(path)
      fileSpecs = specs
      return try Self.instances(specs, on: ports)
    case .machine, .aws:
      do throws(SourceError) {
        return try loaded.reader.list().instances
      } catch {
        throw CommandFailure(error, of: loaded.settings.source.key)
      }
    }
  }

  private static func instances(
    _ specs: [InstanceSpec], on ports: CheckPorts
  ) throws(CommandFailure) -> [Instance] {
    do throws(SettingsError) {
      return try InstanceSpec.instances(specs, on: ports)
    } catch {
      throw CommandFailure(error)
    }
  }
}

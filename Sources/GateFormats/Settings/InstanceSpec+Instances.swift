package import GateCore

extension InstanceSpec {
  /// The instances of a list, each with the port on which it is checked.
  ///
  /// An instance's own port beats the target's: who writes `10.0.1.6:8080` means it, whether or not
  /// the target names another for the rest. Under `traffic-port` each instance must have one. An
  /// instance without a name is called by its address, and by address and port when another has
  /// the same address.
  ///
  /// - Throws: all that cannot be: no port under `traffic-port`, the same name or the same place
  ///   twice, no instance at all.
  package static func instances(
    _ specs: [InstanceSpec], on port: HealthCheckTarget.Port
  ) throws(SettingsError) -> [Instance] {
    guard !specs.isEmpty else {
      throw SettingsError([
        SettingProblem(.senseless(.instances, "the list of instances is empty"))
      ])
    }
    var uses: [String: Int] = [:]
    for spec in specs { uses[spec.address.canonical, default: 0] += 1 }
    var listing = Listing()
    for spec in specs {
      let isShared = uses[spec.address.canonical, default: 0] > 1
      listing.add(spec, on: port, sharesItsAddress: isShared)
    }
    guard listing.problems.isEmpty else { throw SettingsError(listing.problems) }
    return listing.instances
  }

  /// A list on its way, with what was seen of it.
  private struct Listing {
    var instances: [Instance] = []
    var problems: [SettingProblem] = []
    private var ids: Set<String> = []
    private var places: Set<String> = []

    mutating func add(
      _ spec: InstanceSpec, on targetPort: HealthCheckTarget.Port, sharesItsAddress: Bool
    ) {
      guard problems.count < SettingsError.mostOfOneKind else { return }
      guard let port = spec.port ?? targetPort.number else {
        problem(
          spec, "\(spec) has no port, and the target's is traffic-port",
          hint: "write \(InstanceSpec.example(spec))")
        return
      }
      guard places.insert("\(spec.address.canonical) \(port)").inserted else {
        problem(spec, "\(spec) is the same place as an instance before it", hint: "keep one")
        return
      }
      var named = spec
      named.port = port
      named.id = nil
      let id = spec.id ?? (sharesItsAddress ? named.description : spec.address.text)
      guard ids.insert(id).inserted else {
        problem(spec, "two instances are called \(id.shown)", hint: "give each its own name")
        return
      }
      instances.append(
        Instance(id: id, address: spec.address.text, port: port, zone: spec.zone))
    }

    private mutating func problem(_ spec: InstanceSpec, _ sentence: String, hint: String) {
      problems.append(
        SettingProblem(.senseless(.instances, sentence, hint: hint), at: spec.origin))
    }
  }

  private static func example(_ spec: InstanceSpec) -> String {
    var example = spec
    example.port = 8080
    return example.description
  }
}

extension HealthCheckTarget.Port {
  /// Nil for the traffic port.
  var number: Int? {
    switch self {
    case .number(let number): number
    case .trafficPort: nil
    }
  }
}

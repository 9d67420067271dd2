package import GateCore
internal import GateText

extension InstanceSpec {
  /// What becomes of a place that a list names twice.
  package enum DoubledPlaces: Hashable, Sendable {
    case refused
    /// Each name of it is listed: who follows the group tells which counts.
    case kept
  }

  /// The instances of a list, each with the port on which it is checked.
  ///
  /// An instance's own port beats the target's: who writes `10.0.1.6:8080` means it, whether or not
  /// the target names another for the rest. Under `traffic-port` each instance must have one. An
  /// instance without a name is called as it is written, by its address, or by address and port:
  /// what else is listed never changes that.
  ///
  /// - Throws: all that cannot be: no port under `traffic-port`, the same name or the same place
  ///   twice, no instance at all.
  package static func instances(
    _ specs: [InstanceSpec], on ports: CheckPorts, doubled: DoubledPlaces = .refused
  ) throws(SettingsError) -> [Instance] {
    guard !specs.isEmpty else {
      throw SettingsError([
        SettingProblem(.inconsistent(.instances, "the list of instances is empty"))
      ])
    }
    var listing = Listing(doubled: doubled)
    for spec in specs { listing.add(spec, on: ports) }
    guard listing.problems.isEmpty else { throw SettingsError(listing.problems) }
    return listing.instances
  }

  /// A list on its way, with what was seen of it.
  private struct Listing {
    let doubled: DoubledPlaces
    var instances: [Instance] = []
    var problems: [SettingProblem] = []
    var places: [String: InstanceSpec] = [:]
    var placesByID: [String: String] = [:]

    mutating func add(_ spec: InstanceSpec, on wanted: CheckPorts) {
      guard problems.count < SettingsError.mostOfOneKind else { return }
      guard let ports = wanted.ports(written: spec.port) else {
        var example = spec
        example.port = 8080
        problem(
          spec, "\(spec) has no port, and the target's is traffic-port",
          hint: "write \(example)")
        return
      }
      let place = "\(spec.address.canonical) \(ports[0])"
      let other = places.updateValue(spec, forKey: place)
      if doubled == .refused, let other {
        problem(
          spec,
          "\(other)" == "\(spec)"
            ? "\(spec) is listed twice"
            : "\(other) and \(spec) are the same place, on port \(ports[0])",
          hint: "keep one of them" + Self.hint(at: other.origin, beside: spec.origin))
        return
      }
      let id = spec.id ?? spec.place
      if let known = placesByID.updateValue(place, forKey: id) {
        // The same line once more says nothing new.
        guard known != place else { return }
        problem(spec, "two instances are named \(id.shown)", hint: "give each its own name")
        return
      }
      instances.append(
        Instance(id: id, address: spec.address.text, ports: ports, zone: spec.zone))
    }

    /// Where the first is, unless that is said of the second.
    private static func hint(at first: SettingOrigin?, beside second: SettingOrigin?) -> String {
      guard let first, first != second else { return "" }
      return "; the first is at \(first)"
    }

    private mutating func problem(_ spec: InstanceSpec, _ sentence: String, hint: String) {
      problems.append(
        SettingProblem(.inconsistent(.instances, sentence, hint: hint), at: spec.origin))
    }
  }
}

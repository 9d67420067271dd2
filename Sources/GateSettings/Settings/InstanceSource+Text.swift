package import GateCore
internal import GateText

extension InstanceSource {
  /// Reads a source in the notation of `baseline`, such as `asg:blue` or `terraform:FILE#ADDRESS`.
  ///
  /// - Throws: `GrammarError`, which says what was expected instead.
  package init(parsing text: String) throws(GrammarError) {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, !parts[1].isEmpty else { throw Self.unknown(text) }
    let value = String(parts[1])
    switch parts[0].replacing("-", with: "_") {
    case "instances": self = .instances(try Self.specs(value))
    case "instances_file": self = .file(value)
    case "dns": self = .dns(try Self.checkedName(value))
    case "srv": self = .srv(try Self.checkedName(value))
    case "exec": self = .exec(value)
    case "asg": self = .autoScalingGroup(value)
    case "elb": self = .classicLoadBalancer(value)
    case "target_group": self = .targetGroup(value)
    case "terraform":
      let place = value.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
        .map(String.init)
      guard let path = place.first, !place.contains("") else { throw Self.unknown(text) }
      self = .terraform(path: path, resource: place.count == 2 ? place[1] : nil)
    default: throw Self.unknown(text)
    }
  }

  /// The name of the group within the source, such as `blue`; nil if there is none.
  package var name: String? {
    switch self {
    case .instances: nil
    case .file(let path): path == "-" ? "standard input" : path
    case .dns(let name), .srv(let name), .exec(let name), .autoScalingGroup(let name),
      .classicLoadBalancer(let name), .targetGroup(let name):
      name
    case .terraform(let path, let resource): resource.map { "\(path)#\($0)" } ?? path
    }
  }

  /// Checks that a text is a host name, with nothing around it.
  ///
  /// - Throws: `GrammarError` for a URL, a list, or a name with a port or a path.
  static func checkedName(_ text: String) throws(GrammarError) -> String {
    let host = text.firstRange(of: "://").map { String(text[$0.upperBound...]) } ?? text
    let name = host.prefix { !":/,; \t\0".contains($0) }
    guard name.count < text.count, (try? NetworkAddress(parsing: text)) == nil else { return text }
    throw GrammarError(
      "\(text.shown) is not just a host name",
      hint: "give it alone, such as \(name.isEmpty ? "web.example" : String(name).printable)"
        + "; --target says the port and the path")
  }

  private static func specs(_ list: String) throws(GrammarError) -> [InstanceSpec] {
    var specs: [InstanceSpec] = []
    for item in list.split(separator: ",", omittingEmptySubsequences: false) {
      specs.append(try InstanceSpec(parsing: item.trimmed))
    }
    return specs
  }

  private static func unknown(_ text: String) -> GrammarError {
    GrammarError(
      "\(text.shown) is not SOURCE:NAME, such as asg:blue or instances:10.0.1.5,10.0.1.6 (the "
        + "sources: instances, instances_file, dns, srv, exec, asg, elb, target-group, terraform)")
  }
}

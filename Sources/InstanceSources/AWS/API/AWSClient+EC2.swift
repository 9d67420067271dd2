/// An instance as EC2 describes it.
struct EC2Instance: Hashable, Sendable {
  var id: String
  /// One of `pending`, `running`, `shutting-down`, `terminated`, `stopping`, `stopped`.
  var state: String
  /// The private IPv4 address of its primary interface; nil for a terminated instance.
  var privateAddress: String?
  var ipv6Address: String?
  var zone: String?
  var image: String?
  var tags: [String: String] = [:]

  /// The launch template version, from the tag that Auto Scaling groups set; nil without one.
  var launchTemplateVersion: String? { tags["aws:ec2launchtemplate:version"] }
}

extension AWSClient {
  /// The number of instances in one call; a filter takes at most 200 values.
  static let instancesPerCall = 100

  /// Describes those instances of these IDs that EC2 knows.
  ///
  /// It uses a filter rather than `InstanceId.N`, because one instance that is too new to be known
  /// everywhere in EC2 would fail the whole call.
  func describeInstances(
    _ ids: [String], budget: QueryCaller.Budget
  ) throws(SourceError) -> [String: EC2Instance] {
    var found: [String: EC2Instance] = [:]
    var seen: Set<String> = []
    var rest = ids.filter { seen.insert($0).inserted }[...]
    while !rest.isEmpty {
      let call = QueryCall(.ec2, "DescribeInstances", about: "the instances of the group")
        .with("Filter.1.Name", "instance-id")
        .with(list: "Filter.1.Value", Array(rest.prefix(Self.instancesPerCall)))
      rest = rest.dropFirst(Self.instancesPerCall)
      try forEach(
        in: "reservationSet", of: call, mark: ("NextToken", "nextToken"), budget: budget
      ) { reservation throws(SourceError) in
        for item in reservation.list("instancesSet") {
          let instance = try ec2Instance(item, call: call)
          found[instance.id] = instance
        }
      }
    }
    return found
  }

  private func ec2Instance(
    _ item: XMLElement, call: QueryCall
  ) throws(SourceError) -> EC2Instance {
    let interfaces = item.list("networkInterfaceSet")
    let primary =
      interfaces.first { $0["attachment"]?.value("deviceIndex") == "0" } ?? interfaces.first
    return EC2Instance(
      id: try identifier("instanceId", in: item, of: call),
      state: item["instanceState"]?.value("name") ?? "",
      privateAddress: try address(
        item.value("privateIpAddress") ?? primary?.value("privateIpAddress"), of: call),
      ipv6Address: try address(
        item.value("ipv6Address")
          ?? primary?.list("ipv6AddressesSet").first?.value("ipv6Address"), of: call),
      zone: item["placement"]?.value("availabilityZone"),
      image: item.value("imageId"),
      tags: Dictionary(
        item.list("tagSet").map { ($0.value("key") ?? "", $0["value"]?.text ?? "") },
        uniquingKeysWith: { $1 }))
  }

  private func address(_ text: String?, of call: QueryCall) throws(SourceError) -> String? {
    guard let text else { return nil }
    guard text.utf8.count <= 45, text.allSatisfy({ $0.isHexDigit || $0 == "." || $0 == ":" })
    else {
      throw malformed(call, "'\(shownLine(text, limit: 60))' is not an address")
    }
    return text
  }

  /// Reads an identifier that is safe in a journal and in a message.
  ///
  /// - Throws: `SourceError.malformed` if it is missing or invalid.
  func identifier(
    _ name: String, in item: XMLElement, of call: QueryCall
  ) throws(SourceError) -> String {
    guard let text = item.value(name) else { throw malformed(call, "<\(name)> is missing") }
    guard text.utf8.count <= 1024, text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
      throw malformed(call, "<\(name)> is not a name")
    }
    return text
  }

  /// Reads a number in the range of group sizes and health checks; counts are multiplied later.
  ///
  /// - Throws: `SourceError.malformed` if it is missing or out of range.
  func number(
    _ name: String, in item: XMLElement, of call: QueryCall
  ) throws(SourceError) -> Int {
    guard let text = item.value(name), text.utf8.allSatisfy({ (48...57).contains($0) }),
      let number = Int(text), number <= 1_000_000
    else {
      throw malformed(call, "<\(name)> is missing, or not a number up to 1000000")
    }
    return number
  }
}

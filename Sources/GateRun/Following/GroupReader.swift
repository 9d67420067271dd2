internal import GateCore
internal import GateEngine
internal import GateSettings
internal import GateText
internal import InstanceSources

/// Reads a group that may change, and the load balancer's view of it, as the settings say.
struct GroupReader: Sendable {
  /// The source; for Terraform's, the group that its document defines.
  private let source: InstanceSource
  private let ports: CheckPorts
  private let release: ReleaseExpectations?
  /// The load balancers whose views all count.
  private let balancers: [LoadBalancerName]
  private let trafficPort: Int?
  private let client: AWSClient
  private let variables: [String: String]
  /// The number of expected instances that the user gave; nil if none was given.
  private let givenExpected: Int?
  private let secrets: SecretMask
  /// The time limit of the source: beyond the deadline, waiting for it is useless.
  private let patience: Duration

  /// Creates a reader.
  ///
  /// `trafficPort` is the port of the imported target group, because an Auto Scaling group has
  /// none. With a `baseline` it reads the old group, for which neither the release nor the load
  /// balancer's view is checked.
  init(
    _ settings: Settings, of baseline: InstanceSource? = nil,
    terraform: TerraformGroup?, trafficPort: Int?
  ) {
    let given = baseline ?? settings.source
    if case .terraform = given, let terraform {
      source = terraform.reference
    } else {
      source = given
    }
    ports = settings.ports
    release = baseline == nil ? settings.following.release : nil
    variables = SettingsLoader.environmentOfCommands
    secrets = settings.secrets
    patience = max(settings.group.deadline, .milliseconds(1))
    client = AWSClient(
      SettingsLoader.aws, region: Self.region(of: given, terraform),
      patience: min(patience, AWSClient.longestPatience))
    givenExpected = settings.group.expected
    self.trafficPort = trafficPort
    balancers = baseline == nil ? settings.balancers : []
  }

  var readsView: Bool { !balancers.isEmpty }

  /// The time limit of one listing, or one view.
  var timeLimit: Duration {
    switch source.origin {
    case .machine: min(patience, ExecSource.longestTimeout)
    case .user, .file, .aws: min(patience, AWSClient.longestPatience)
    }
  }

  /// Whether an error means that the group was deleted.
  ///
  /// A name that the DNS does not know for a moment does not mean that.
  func isGone(_ error: SourceError) -> Bool {
    switch error {
    case .notFound, .ending: break
    case .unreachable, .throttled, .noCredentials, .unusableCredentials, .refusedCredentials,
      .missingPermission, .unusable, .rejected, .malformed, .foreign:
      return false
    }
    return source.origin == .aws
  }

  /// Whether the source is an Auto Scaling group, which has a desired number of instances.
  private var isAutoScalingGroup: Bool {
    if case .autoScalingGroup = source { true } else { false }
  }

  /// Lists the group that a setting names, before the run.
  ///
  /// - Throws: `CommandFailure` if it cannot be listed.
  func list(for key: SettingKey) throws(CommandFailure) -> GroupListing {
    do throws(SourceError) {
      return try list()
    } catch {
      throw CommandFailure(error, of: key)
    }
  }

  func list() throws(SourceError) -> GroupListing {
    let listing = try sourceListing()
    var group = GroupListing(
      instances: [], expected: listing.expected,
      isEmpty: isAutoScalingGroup && listing.expected == 0, notes: notes(on: listing))
    for member in listing.members {
      if let problem = member.instance.nameProblem {
        throw .unusable(
          detail: "the group cannot be checked: \(problem)",
          advice: "give the instance another name")
      }
      switch member.standing {
      case .checked:
        var instance = member.instance
        instance.mismatch = release?.mismatch(of: member)?.cleaned(to: 300)
        group.instances.append(instance)
      case .awaited:
        group.awaited.insert(member.instance.id)
        // The target of an SRV record has its name as ID until it has an address.
        if source.key != .srv { group.launching.append(member.instance) }
      case .leaving, .ignored: group.leaving.insert(member.instance.id)
      }
    }
    return group
  }

  /// The notes about a listing: which instances are not in service, and why.
  private func notes(on listing: SourceListing) -> [ListingNote] {
    var notes: [ListingNote] = []
    if isAutoScalingGroup, listing.expected == 0 { notes.append(.noCapacity) }
    // First those that explain failures: instances that the group counts, but EC2 does not run.
    let stopped = listing.members.filter(\.isOutOfEC2)
    if !stopped.isEmpty {
      notes.append(.notRunning(.init(stopped.compactMap(\.named), most: 50)))
    }
    let awaited = listing.members.filter {
      $0.standing == .awaited && $0.note != nil && !$0.isOutOfEC2
    }
    if !awaited.isEmpty { notes.append(.awaited(.init(awaited.compactMap(\.named), most: 10))) }
    if !listing.joining.isEmpty, givenExpected == nil {
      let most = 10
      notes.append(
        .other(
          "\(counted(listing.joining.count, "target")) still being registered, and more may "
            + "follow (set expected to the number that there must be): "
            + listing.joining.prefix(most).joined(separator: ", ")
            + (listing.joining.count > most ? " and \(listing.joining.count - most) more" : "")))
    }
    return notes
  }

  /// The region in the group's own name; nil for the configured one.
  private static func region(of source: InstanceSource, _ terraform: TerraformGroup?) -> String? {
    switch source {
    case .autoScalingGroup(let name), .classicLoadBalancer(let name), .targetGroup(let name):
      AWSClient.region(inARN: name)
    case .terraform: terraform?.region
    case .instances, .file, .dns, .srv, .exec: nil
    }
  }

  /// The region of the API calls; nil if there is none.
  var region: String? { try? client.region() }

  /// The caller of AWS; nil if it is not known.
  var caller: AWSCaller? { client.caller() }

  /// Where the credentials were found; nil if there are none.
  var credentialsOrigin: String? { client.origin }

  /// The load balancers' views of these instances, by ID; of several views, the worst.
  ///
  /// An instance that a load balancer does not list has no view.
  ///
  /// - Throws: `SourceError`
  func views(of instances: [Instance]) throws(SourceError) -> [String: LoadBalancerView] {
    guard let first = balancers.first else { return [:] }
    var views = try views(of: instances, by: first)
    for balancer in balancers.dropFirst() {
      let others = try self.views(of: instances, by: balancer)
      for instance in instances {
        views[instance.id] = Self.worse(views[instance.id], others[instance.id])
      }
    }
    return views
  }

  private func views(
    of instances: [Instance], by balancer: LoadBalancerName
  ) throws(SourceError) -> [String: LoadBalancerView] {
    switch balancer {
    case .classic(let name):
      try ClassicLoadBalancer(name, client: client).report().views(of: instances)
    case .targetGroup(let name):
      try TargetGroup(name, client: client).report().views(of: instances)
    }
  }

  /// The worse of two views: out of service is worse than unknown, and that is worse than in
  /// service.
  private static func worse(_ one: LoadBalancerView?, _ other: LoadBalancerView?)
    -> LoadBalancerView?
  {
    switch (one?.state, other?.state) {
    case (.unhealthy?, _): one
    case (_, .unhealthy?): other
    case (nil, _), (_, nil): nil
    case (.initial?, _): one
    case (.healthy?, _): other
    }
  }

  private func sourceListing() throws(SourceError) -> SourceListing {
    switch source {
    case .instances, .file, .terraform: SourceListing(members: [], expected: nil)
    case .dns(let name): try DNSSource(name: name).list(ports: ports)
    case .srv(let name): try SRVSource(name: name).list(ports: ports)
    case .exec(let command):
      try ExecSource(
        command: command, variables: variables, timeout: min(patience, ExecSource.longestTimeout),
        secrets: secrets
      ).list(ports: ports)
    case .autoScalingGroup(let name):
      try AutoScalingGroup(name, ports: try numbers(), client: client).list()
    case .classicLoadBalancer(let name):
      try ClassicLoadBalancer(name, client: client).list(ports: try numbers())
    case .targetGroup(let name): try TargetGroup(name, client: client).list(ports: ports)
    }
  }

  /// The ports for instances that have none of their own.
  private func numbers() throws(SourceError) -> [Int] {
    guard let numbers = ports.ports(own: trafficPort) else {
      throw .unusable(
        detail: "the target's port is traffic-port, but these instances have no traffic port",
        advice: "give the port in target, or import_from the target group")
    }
    return numbers
  }
}

extension Settings {
  /// The load balancers whose views count: those to agree with, and the source if its view decides.
  fileprivate var balancers: [LoadBalancerName] {
    guard following.probeFrom == .loadBalancer else { return following.crossChecks }
    let own = source.loadBalancer
    return [own].compactMap { $0 } + following.crossChecks.filter { $0 != own }
  }
}

extension SourceMember {
  fileprivate var named: ListingNote.NamedInstances.Named? {
    note.map { ListingNote.NamedInstances.Named(id: instance.id, note: $0) }
  }
}

extension ReleaseExpectations {
  /// Why a member does not belong to the release; nil if it does.
  fileprivate func mismatch(of member: SourceMember) -> String? {
    if let image, member.image != image {
      return "image \(member.image ?? "unknown"), not \(image)"
    }
    if let version = launchTemplateVersion, member.launchTemplateVersion != version {
      return "launch template version \(member.launchTemplateVersion ?? "unknown"), not \(version)"
    }
    for tag in tags where member.tags[tag.name] != tag.value {
      return "tag \(tag.name) is \(member.tags[tag.name] ?? "missing"), not \(tag.value)"
    }
    return nil
  }
}

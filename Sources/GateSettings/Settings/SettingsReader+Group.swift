import GateCore
internal import GateText

extension SettingsReader {
  /// Reads the source of instances, from exactly one of the settings that name it.
  mutating func source(
    on ports: CheckPorts, _ need: Settings.InstancesNeed
  ) -> InstanceSource {
    let specs = instanceSpecs()
    let others = otherSources()
    let given = SettingKey.sources.filter { isGiven($0) }
    if given.count > 1 {
      let places = given.compactMap(inForce.origin)
      let names = given.map(\.rawValue).joined(separator: " and ")
      reject(
        given[0], "\(names) are \(given.count == 2 ? "both" : "all") given",
        hint: "keep one of them: \(places.map(\.description).joined(separator: " or "))")
    } else if given.isEmpty {
      guard need == .required else { return .instances([]) }
      // A URL given as target names the instance as well.
      if isTargetURL {
        distrust(.instances)
        return .instances([])
      }
      report(.missing(.instances, example: "10.0.1.5,10.0.1.6"), on: .instances)
      distrust(.instances)
    }
    if let other = others.first { return other }
    // An invalid value was reported already.
    if given.isEmpty || given == [.instances], areSound(.instances, .target) {
      checkPlaces(of: specs, on: ports, .instances)
    }
    return .instances(specs)
  }

  /// Reads the old group; nil if none is named.
  mutating func baseline(on ports: CheckPorts) -> InstanceSource? {
    let source = value(of: .baseline, InstanceSource.init(parsing:))
    guard case .instances(var specs) = source, areSound(.target) else { return source }
    for index in specs.indices { specs[index].origin = inForce.origin(of: .baseline) }
    checkPlaces(of: specs, on: ports, .baseline)
    return .instances(specs)
  }

  /// Reports instances at the same place, or none, as early as possible.
  private mutating func checkPlaces(
    of specs: [InstanceSpec], on ports: CheckPorts, _ key: SettingKey
  ) {
    do throws(SettingsError) {
      _ = try InstanceSpec.instances(specs, on: ports)
    } catch {
      add(error.problems)
      distrust(key)
    }
  }

  /// The given sources other than `instances`.
  private mutating func otherSources() -> [InstanceSource] {
    let resource = text(of: .terraformResource)
    let terraform = text(of: .terraform)
    return [
      text(of: .instancesFile).map { .file($0) },
      value(of: .dns, InstanceSource.checkedName).map { .dns($0) },
      value(of: .srv, InstanceSource.checkedName).map { .srv($0) },
      text(of: .exec).map { .exec($0) },
      text(of: .asg).map { .autoScalingGroup($0) },
      text(of: .elb).map { .classicLoadBalancer($0) },
      text(of: .targetGroup).map { .targetGroup($0) },
      terraform.map { .terraform(path: $0, resource: resource) },
    ].compactMap { $0 }
  }

  /// Reads how a changing group is followed, and what its members must be.
  mutating func following(
    _ source: InstanceSource, beside baseline: InstanceSource?, every interval: Duration
  ) -> FollowingSettings {
    _ = values(of: .importFrom, ImportSource.init(parsing:))
    let probeFrom = choice(.probeFrom, else: ProbeOrigin.here)
    var crossChecks: [LoadBalancerName] = []
    for name in values(of: .crossCheck, LoadBalancerName.init(parsing:))
    where !crossChecks.contains(name) {
      crossChecks.append(name)
    }
    let isPolled =
      source.membership == .changing || baseline?.membership == .changing || !crossChecks.isEmpty
      || probeFrom == .loadBalancer
    let settings = FollowingSettings(
      refresh: refresh(of: source, isPolled: isPolled, every: interval),
      release: ReleaseExpectations(
        image: text(of: .expectImage),
        launchTemplateVersion: launchTemplateVersion(),
        tags: values(of: .expectTag) { text throws(GrammarError) in try Self.tag(text) }),
      probeFrom: probeFrom, crossChecks: crossChecks)
    compare(settings, with: source)
    return settings
  }

  /// Reads a launch template version, which must be a number: `$Latest` and `$Default` change.
  private mutating func launchTemplateVersion() -> String? {
    guard let version = text(of: .expectLaunchTemplateVersion) else { return nil }
    guard !version.isEmpty, version.utf8.allSatisfy({ (48...57).contains($0) }) else {
      reject(
        .expectLaunchTemplateVersion,
        "expect_launch_template_version is \(version.shown), but instances have a version "
          + "number",
        hint: "'aws ec2 describe-launch-templates' shows the numbers of $Latest and $Default")
      return nil
    }
    return version
  }

  /// Reads how often the source is queried; it must be one that can change.
  private mutating func refresh(
    of source: InstanceSource, isPolled: Bool, every interval: Duration
  ) -> Duration {
    let least = FollowingSettings.shortestRefresh
    let standard = max(interval, least)
    guard isGiven(.refresh) || isPolled else { return standard }
    let refresh = duration(.refresh, else: standard)
    if refresh < least {
      reject(.refresh, "refresh is \(refresh.inWords), but must be at least \(least.inWords)")
    } else if !isPolled, areSound(.instances, .baseline, .crossCheck, .probeFrom) {
      reject(
        .refresh, "refresh is given, but \(source.key.rawValue) is a fixed list",
        hint: "leave it out: it applies to a source that changes, probe_from and cross_check")
    }
    return refresh
  }

  private static func tag(_ text: String) throws(GrammarError) -> Answer.Field {
    guard let sign = text.firstIndex(of: "="), sign > text.startIndex else {
      throw GrammarError("\(text.shown) is not KEY=VALUE, such as release=v42")
    }
    return Answer.Field(String(text[..<sign]), String(text[text.index(after: sign)...]))
  }

  /// Checks whose view decides.
  private mutating func compare(_ following: FollowingSettings, with source: InstanceSource) {
    guard following.probeFrom == .loadBalancer, following.crossChecks.isEmpty,
      source.loadBalancer == nil
    else { return }
    reject(
      .probeFrom, "probe_from is load-balancer, but no load balancer is named",
      hint: "name it with \(SettingKey.crossCheck.flag), or use elb or target_group")
  }

  private mutating func instanceSpecs() -> [InstanceSpec] {
    if let text = inForce.values[.instances]?.first(where: \.isJSON) {
      report(
        .unreadable(
          .instances, "\(text.text.shown) is JSON, not a list of instances",
          hint: "give it as --instances-file FILE (-: standard input), or make it a list: jq -r "
            + "'join(\",\")'"),
        on: .instances)
      distrust(.instances)
      return []
    }
    if let text = inForce.values[.instances]?.first(where: { $0.text.trimmed.isEmpty }) {
      add([
        SettingProblem(
          .unreadable(
            .instances, "the list of instances is empty",
            hint: "the command or variable that gives the list came to nothing: assign it to a "
              + "variable first under 'set -e', or use --exec"),
          at: text.origin)
      ])
      distrust(.instances)
      return []
    }
    // The items are parsed one by one, so that each has its own position in a message.
    let items = (inForce.values[.instances] ?? []).flatMap(\.items)
    replace(.instances, by: items)
    var specs: [InstanceSpec] = []
    var mistakes: [SettingProblem] = []
    for item in items where mistakes.count < SettingsError.mostOfOneKind {
      do throws(GrammarError) {
        var spec = try InstanceSpec(parsing: item.text)
        spec.origin = item.origin
        specs.append(spec)
      } catch {
        mistakes.append(SettingProblem(error, in: item, of: .instances))
        distrust(.instances)
      }
    }
    add(mistakes)
    return specs
  }

  /// Reads the policy; the slowest check determines the default deadline.
  mutating func group(
    under checks: [HealthCheck], guards: [GuardSpec], steps: [StepSpec]
  ) -> GroupSettings {
    var policy = GatePolicy(deadline: .zero, expected: 1)
    policy.guards = guards.map(\.measure).filter { $0 != GuardMeasure($0.name) }
    policy.steps = steps.map(\.step)
    for (key, field) in GatePolicy.recorded where key != .deadline {
      settle(key, field, in: &policy)
    }
    policy.comparison = comparison()
    let usual = GatePolicy.defaultDeadline(
      for: checks, gracePeriod: policy.gracePeriod, soak: policy.soak,
      comparison: policy.comparison, steps: policy.steps)
    // A default must be within the range of the setting.
    let longest = Duration.microseconds(Duration.longestInMicroseconds)
    policy.deadline = duration(.deadline, else: min(usual, longest))
    return GroupSettings(policy: policy, expected: number(.expected, in: 1...1_000_000))
  }

  /// Reads the comparison of the groups; nil if they are not compared.
  private mutating func comparison() -> ComparisonPolicy? {
    let isAsked = toggle(.compare)
    var comparison = ComparisonPolicy()
    for (key, field) in ComparisonPolicy.recorded where isAsked || isGiven(key) {
      settle(key, field, in: &comparison)
    }
    return isAsked ? comparison : nil
  }

  mutating func guards() -> [GuardSpec] {
    var guards: [GuardSpec] = []
    for spec in values(of: .guard, GuardSpec.init(reading:)) {
      guard !guards.contains(where: { $0.question == spec.question }) else {
        reject(.guard, "the guard \(spec.name.shown) is given twice", hint: "keep one")
        continue
      }
      guards.append(spec)
    }
    // Two guards may differ only in a secret.
    distinguish(&guards)
    return guards
  }
}

extension SettingText {
  /// Whether it is an array or object of JSON, such as from `terraform output -json`.
  ///
  /// An IPv6 address has brackets too.
  fileprivate var isJSON: Bool {
    let text = text.trimmed
    return text.hasPrefix("{") || text.hasPrefix("[") && text.contains { "\"{".contains($0) }
      || text == "[]"
  }

  /// The parts between commas and line ends.
  fileprivate var items: [SettingText] {
    guard !text.isEmpty else { return [self] }
    return text.trimmed.split(omittingEmptySubsequences: false) { $0 == "," || $0.isNewline }
      .map { SettingText($0.trimmed, at: origin) }
  }
}

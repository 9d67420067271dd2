internal import GateCore
internal import GateSettings
internal import GateText
internal import InstanceSources

/// The settings of a `probe`, from which those of each lane are made.
struct ProbeSettings {
  private var layers: SettingsLayers

  /// Reads them without those that do not apply to a single check: policy, thresholds, outputs of a
  /// run.
  init(config: String?, _ flags: [(SettingKey, [String])]) throws {
    layers = try SettingsLoader(config: config).layers(flags: flags)
    layers.settings.values = raw.values.filter { key, _ in key.isOfOneCheck }
  }

  private var raw: RawSettings { layers.settings }

  /// The requested format; text by default.
  ///
  /// - Throws: `CommandFailure` if it is invalid.
  func format() throws(CommandFailure) -> DocumentFormat {
    guard let text = raw.values[.format]?.last else { return .text }
    guard let format = OutputSettings.Format(rawValue: text.text.lowercased()) else {
      throw CommandFailure(
        .usage,
        "format is \(text.text.shown), not json or text\n  at \(text.origin)"
          + (ForeignWords.advice(forFile: text.text, of: .printed).map { "\n  hint: \($0)" } ?? ""))
    }
    return format.document(auto: .text)
  }

  /// The lanes of these targets, each with its instances.
  ///
  /// - Throws: `CommandFailure`.
  func lanes(for arguments: [ProbeTarget]) throws -> [ProbeLane] {
    let order = SortedTargets(arguments)
    if order.isEmpty, isSilent {
      throw CommandFailure(
        .usage,
        "nothing to check: no TARGET is given, and the settings name neither target nor instances\n"
          + "  hint: give a URL, such as http://10.0.1.5/health, or settings with --config FILE")
    }
    if let problem = order.problemWithoutTarget, namesNoTarget {
      throw CommandFailure(.usage, problem)
    }
    var targets = order.questions.map(\.target)
    let asksGroup = order.asksGroup || !givenSources.isEmpty
    if asksGroup, !order.instances.isEmpty, let source = givenSources.first {
      throw CommandFailure(
        .usage,
        "instances are named twice: by TARGET and by \(source.flag)\n  hint: keep one of them")
    }
    if asksGroup, !order.checks.isEmpty, raw.values[.target]?.last?.isFlag ?? false {
      throw CommandFailure(
        .usage,
        "the target is given twice: as TARGET \(order.checks[0]) and by "
          + "\(SettingKey.target.flag)\n  hint: keep one of them")
    }
    let checks: [HealthCheckTarget?] = order.checks.isEmpty ? [nil] : order.checks
    let given = raw.values[.target]?.last.flatMap { try? HealthCheckTarget(parsing: $0.text) }
    if asksGroup { targets += checks.compactMap { $0 ?? given } }
    var lanes: [ProbeLane] = []
    if asksGroup {
      var specs = order.instances.isEmpty ? nil : order.instances
      for check in checks {
        let settings = try resolved(
          check, given, beside: targets, isOfGroup: order.instances.isEmpty)
        let loaded = LoadedSettings(settings: settings, imported: layers.imported)
        // A file may be a pipe: it is read once for several targets.
        specs = try specs ?? loaded.specs(of: settings.source)
        let members =
          try specs.map { try InstanceSpec.instances($0, on: settings.ports) }
          ?? loaded.reader.list(for: settings.source.key).instances
        for (number, own) in settings.checks.enumerated() {
          var lane = settings
          lane.checks = [own]
          lanes.append(
            ProbeLane(
              way: .ofGroup, settings: lane,
              members: members.map { ($0.checked(by: number), order.placeOfGroup) }))
        }
      }
    }
    for question in order.questions {
      let settings = try resolved(question.target, given, beside: targets, isOfGroup: false)
      lanes.append(ProbeLane(way: .byURL, settings: settings, members: question.members))
    }
    return lanes
  }

  /// Whether the settings name neither a target nor instances, and have no error that hides them.
  private var isSilent: Bool {
    namesNoTarget && SettingKey.sources.allSatisfy { raw.values[$0] == nil }
  }

  /// The same of what is checked alone.
  private var namesNoTarget: Bool {
    raw.problems.isEmpty && !raw.isIncomplete && raw.values[.target] == nil
      && raw.values[.healthChecks] == nil
  }

  /// The sources of instances on the command line.
  private var givenSources: [SettingKey] {
    SettingKey.sources.filter { raw.values[$0]?.contains(where: \.isFlag) ?? false }
  }

  /// The settings of one lane; nil for the settings' own target.
  ///
  /// - Throws: `CommandFailure`
  private func resolved(
    _ target: HealthCheckTarget?, _ given: HealthCheckTarget?,
    beside targets: [HealthCheckTarget], isOfGroup: Bool
  ) throws -> Settings {
    var lane = raw
    if let target {
      lane.values[.target] = [SettingText(target.written, at: .flag(.target))]
      lane.values[.healthChecks] = nil
    }
    if !isOfGroup {
      lane.values = lane.values.filter { key, _ in
        key == .importFrom || key.setting.part != .source && key.setting.part != .release
      }
    }
    if let target = target ?? given { lane.leaveOut(whatIsNotFor: target, beside: targets) }
    return try Settings(
      resolving: lane, instances: isOfGroup ? .required : .optional, imports: layers.checkImports)
  }
}

/// The arguments by kind.
private struct SortedTargets {
  /// A target, and the URLs with the same request, whatever their ports.
  struct Question {
    var target: HealthCheckTarget
    var members: [(instance: Instance, place: Int)]
  }

  private(set) var checks: [HealthCheckTarget] = []
  private(set) var instances: [InstanceSpec] = []
  private(set) var questions: [Question] = []
  /// The position of the group's instances in the output.
  private(set) var placeOfGroup = 0
  let isEmpty: Bool

  /// Whether a group is checked, named by arguments or by settings.
  var asksGroup: Bool { isEmpty || !checks.isEmpty || !instances.isEmpty }

  /// What is wrong with instances of which nothing says what is checked there; nil where there are none, or something does.
  var problemWithoutTarget: String? {
    guard checks.isEmpty, let spec = instances.first else { return nil }
    let url = "http://\(spec.place)/health"
    let name = spec.description.shown
    return spec.isPlainName
      ? "\(name) is neither a URL nor PROTOCOL:PORT/PATH\n  hint: for a host of this name, write \(url), "
        + "or give --target HTTP:80/health as well"
      : "\(name) is the address of an instance, and no target says what to check there\n  hint: write "
        + "\(url), or give --target HTTP:80/health as well"
  }

  init(_ targets: [ProbeTarget]) {
    isEmpty = targets.isEmpty
    for (place, target) in targets.enumerated() {
      switch target {
      case .check(let check):
        if !checks.contains(check) { checks.append(check) }
        placeOfGroup = place
      case .instance(let spec):
        if instances.isEmpty { placeOfGroup = place }
        instances.append(spec)
      case .url(let instance, let target): ask(target, of: instance, place)
      }
    }
  }

  private mutating func ask(_ target: HealthCheckTarget, of instance: Instance, _ place: Int) {
    let index = questions.firstIndex {
      $0.target.scheme == target.scheme && $0.target.path == target.path
    }
    guard let index else {
      questions.append(Question(target: target, members: [(instance, place)]))
      return
    }
    questions[index].members.append((instance, place))
  }
}

extension RawSettings {
  /// Removes settings that only other lanes or other commands use, so that they are no errors here.
  fileprivate mutating func leaveOut(
    whatIsNotFor target: HealthCheckTarget, beside targets: [HealthCheckTarget]
  ) {
    var leftOut: Set<SettingKey> = []
    for (key, texts) in values where !key.fits(texts, target) {
      let isForAnother = targets.contains { key.fits(texts, $0) }
      if isForAnother || !texts.contains(where: \.isFlag) { leftOut.insert(key) }
    }
    // Settings that require one of the removed ones are removed too.
    for case (let key, .all(let companions)) in values.map({ ($0.key, $0.key.setting.companions) })
    where !leftOut.isDisjoint(with: companions) {
      leftOut.insert(key)
    }
    values = values.filter { key, _ in !leftOut.contains(key) }
  }
}

extension InstanceSpec {
  /// Whether it is one word, which may as well be a misspelled command or protocol.
  fileprivate var isPlainName: Bool {
    id == nil && port == nil && address.kind == .hostName && !address.text.looksLikePlace
  }
}

extension SettingText {
  fileprivate var isFlag: Bool {
    if case .flag = origin { return true }
    return false
  }
}

internal import ArgumentParser
internal import GateCore
internal import GateFormats

#if canImport(Glibc)
  internal import Glibc
#endif

/// Decides again from a recorded run.
struct Replay: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Decide again from a journal.",
    discussion: """
      With the run's own settings the verdict is the run's, to the byte. With others it is what \
      would have been: the checks stay as they were made, so only what is made of them can change.
      """)

  @Argument(help: ArgumentHelp("The journal of a run; - is standard input.", valueName: "JOURNAL"))
  var journal: String

  @OptionGroup(title: "Other settings than the run's") var changes: ReplayFlags
  @Option(help: .of(.format)) var format: String?

  @Option(parsing: .singleValue, help: .of(.report)) var report: [String] = []

  func run() throws {
    let recorded = try RecordedJournal.read(journal)
    let settings = try changedSettings(recorded)
    let header = settings.map { recorded.header.changed(by: $0, changes.given) } ?? recorded.header
    let format = try chosenFormat()
    let reports = try openedReports()
    let (gate, verdict, timeline) = recorded.replayedWithTimeline(under: header)
    let document = VerdictDocument(recorded, gate, verdict, under: header)
    let delivery = VerdictDelivery(format: format, reports: reports, timeline: timeline)
    Glibc.exit(delivery.deliver(document).exitStatus.rawValue)
  }

  private func openedReports() throws(CommandFailure) -> ReportFiles {
    var requests: [ReportRequest] = []
    for text in report {
      do throws(GrammarError) {
        requests.append(try ReportRequest(parsing: text))
      } catch {
        throw CommandFailure(.usage, "\(SettingKey.report.flag): \(error.description)")
      }
    }
    let read = journal == "-" ? nil : journal
    let written = requests.map { ("the \($0.format.rawValue) report", Optional($0.path)) }
    try OutputPlaces.refuseShared([("the journal", read)] + written)
    return try ReportFiles(requests)
  }

  /// The run's settings with the changes; nil when there are none.
  private func changedSettings(_ recorded: Journal) throws -> Settings? {
    guard !changes.given.isEmpty else { return nil }
    let layers = [
      RawSettings(flags: changes.given),
      RawSettings(imported: recorded.header.texts(journal), from: journal),
    ]
    do throws(SettingsError) {
      return try Settings(resolving: RawSettings(merging: layers))
    } catch {
      throw CommandFailure(error)
    }
  }

  private func chosenFormat() throws -> OutputSettings.Format {
    guard let format else { return .json }
    guard let chosen = OutputSettings.Format(rawValue: format) else {
      throw CommandFailure(.usage, "--format is '\(format)', not json or text")
    }
    return chosen
  }
}

/// The settings that change what is made of checks, and not which checks are made.
struct ReplayFlags: SettingFlagGroup {
  @Option(help: .of(.healthyThreshold)) var healthyThreshold: String?
  @Option(help: .of(.initialThreshold)) var initialThreshold: String?
  @Option(help: .of(.unhealthyThreshold)) var unhealthyThreshold: String?
  @Option(help: .of(.unhealthyWindow)) var unhealthyWindow: String?
  @Option(help: .of(.expected)) var expected: String?
  @Option(help: .of(.minHealthy)) var minHealthy: String?
  @Option(help: .of(.maxUnhealthy)) var maxUnhealthy: String?
  @Option(help: .of(.maxReplaced)) var maxReplaced: String?
  @Option(help: .of(.gracePeriod)) var gracePeriod: String?
  @Option(help: .of(.soak)) var soak: String?
  @Option(help: .of(.deadline)) var deadline: String?
  @Flag(inversion: .prefixedNo, help: .of(.advisory)) var advisory: Bool?
}

extension RunHeader {
  /// The settings as they would be written, for others to be laid over them.
  fileprivate func texts(_ journal: String) -> [(SettingKey, [String])] {
    [
      (.target, [check.target.description]), (.semantics, [check.semantics.rawValue]),
      (.interval, [check.interval.inWords]), (.timeout, [check.timeout.inWords]),
      (.healthyThreshold, ["\(check.healthyThreshold)"]),
      (.unhealthyThreshold, ["\(check.unhealthyThreshold)"]),
      (.matcher, [check.matcher.description]), (.instancesFile, [journal]),
      (.minHealthy, ["\(policy.minHealthy)"]), (.maxUnhealthy, ["\(policy.maxUnhealthy)"]),
      (.maxReplaced, ["\(policy.maxReplaced)"]), (.gracePeriod, [policy.gracePeriod.inWords]),
      (.soak, [policy.soak.inWords]),
      (.expected, ["\(policy.expected)"]), (.advisory, [String(isAdvisory)]),
    ] + (check.unhealthyWindow.map { [(.unhealthyWindow, ["\($0)"])] } ?? []) + ownTexts
  }

  /// What does not follow from the other settings, and would not follow from changed ones.
  private var ownTexts: [(SettingKey, [String])] {
    var texts: [(SettingKey, [String])] = []
    let initial = check.semantics.initialThreshold(healthyThreshold: check.healthyThreshold)
    if check.initialThreshold != initial {
      texts.append((.initialThreshold, ["\(check.initialThreshold)"]))
    }
    let deadline = GatePolicy.defaultDeadline(
      for: check, gracePeriod: policy.gracePeriod, soak: policy.soak)
    if policy.deadline != deadline { texts.append((.deadline, [policy.deadline.inWords])) }
    return texts
  }

  /// The header under changed settings; the verdict names the changes.
  fileprivate func changed(
    by settings: Settings, _ changes: [(SettingKey, [String])]
  ) -> RunHeader {
    var header = self
    header.check = settings.check
    header.policy.minHealthy = settings.group.minHealthy
    header.policy.maxUnhealthy = settings.group.maxUnhealthy
    header.policy.maxReplaced = settings.group.maxReplaced
    header.policy.gracePeriod = settings.group.gracePeriod
    header.policy.soak = settings.group.soak
    header.policy.deadline = settings.group.deadline
    header.policy.expected = settings.group.expected ?? policy.expected
    header.isAdvisory = settings.isAdvisory
    for (key, _) in changes {
      let texts = settings.inForce.values[key] ?? []
      if let chosen = ChosenSetting(key, texts) { header.choose(chosen) }
    }
    let list = changes.map { "\($0.0.rawValue) \($0.1.joined(separator: ", "))" }
    header.warnings.append(
      "replayed with other settings than the run's: \(list.joined(separator: ", "))")
    return header
  }
}

import GateCore
internal import GateText

extension Settings {
  /// Whether a command can do without instances: `plan` can, `run` cannot.
  package enum InstancesNeed: Hashable, Sendable {
    case required
    /// Without any, the source is an empty list.
    case optional
  }

  /// Understands and checks raw settings, the layers of which are already one.
  ///
  /// - Throws: all that cannot be, what was wrong with the layers themselves too.
  package init(
    resolving raw: RawSettings, instances need: InstancesNeed = .required
  ) throws(SettingsError) {
    var reader = SettingsReader(raw)
    let check = reader.healthCheck()
    let isStrict = reader.toggle(.strict)
    let request = reader.request(for: check.target)
    let tls = reader.tls(under: check)
    let proxy = reader.value(of: .proxy, checkedProxy)
    let connectTo = reader.values(of: .connectTo, checkedConnectTo)
    let expectations = reader.expectations()
    let source = reader.source(on: check.target, need)
    let baseline = reader.baseline(on: check.target)
    let following = reader.following(source, beside: baseline, every: check.interval)
    let guards = reader.guards()
    let steps = reader.steps(under: check, beside: guards)
    let group = reader.group(under: check, guards: guards, steps: steps)
    let isAdvisory = reader.toggle(.advisory)
    let output = OutputSettings(
      format: reader.choice(.format, else: .auto), verdict: reader.text(of: .verdict),
      journal: reader.text(of: .journal), resume: reader.text(of: .resume),
      progress: reader.choice(.progress, else: .auto),
      signKey: reader.signKey(), attestation: reader.attestation(),
      reports: reader.values(of: .report, ReportRequest.init(parsing:)), labels: reader.labels())
    let reactions = reader.reactions()

    reader.compare(check, request, tls, withLoadBalancerIn: isStrict ? .strict : .lenient)
    reader.refuseMisfits(
      in: SettingCell(
        target: reader.areSound(.target) ? check.target : nil, source: source.key,
        probeFrom: following.probeFrom))
    reader.compare(request, with: check.target)
    reader.compare(group, with: check, source)
    reader.compareSoak(of: group, with: check, following)
    reader.compare(output, with: reactions)
    reader.compare(reactions, with: output, isAdvisory ? .advisory : .binding)

    let problems = reader.ownProblems
    guard problems.isEmpty else { throw SettingsError(problems) }
    self.init(
      check: check, request: request, tls: tls, proxy: proxy, connectTo: connectTo,
      expectations: expectations, source: source, group: group, baseline: baseline,
      guards: guards, steps: steps, shift: reader.text(of: .shift), undo: reader.undo(),
      following: following, output: output, reactions: reactions,
      isAdvisory: isAdvisory, isStrict: isStrict, warnings: reader.warnings,
      inForce: reader.inForce)
  }
}

import GateCore

extension Settings {
  /// Whether a command needs instances: `run` does, `plan` does not.
  package enum InstancesNeed: Hashable, Sendable {
    case required
    /// Without instances, the source is an empty list.
    case optional
  }

  /// Parses and validates raw settings whose layers are merged already.
  ///
  /// `imports` are the imports of the items of `health_checks`, in their order.
  ///
  /// - Throws: `SettingsError` with all errors, including those of the layers themselves.
  package init(
    resolving raw: RawSettings, instances need: InstancesNeed = .required,
    imports: [CheckImport?] = []
  ) throws(SettingsError) {
    var reader = SettingsReader(raw)
    let strictness: Strictness = reader.toggle(.strict) ? .strict : .lenient
    let (checks, usual) = reader.checks(
      strictness, imports, probeFrom: reader.choice(.probeFrom, else: .here))
    let ports = checks.ports
    let check = checks[0].check
    let source = reader.source(on: ports, need)
    let baseline = reader.baseline(on: ports)
    let following = reader.following(source, beside: baseline, every: check.interval)
    var guards = reader.guards()
    var steps = reader.steps(under: usual, beside: guards)
    for index in guards.indices { guards[index].measure.complete(from: usual, beside: check) }
    for index in steps.indices { steps[index].completeGuards(from: usual, beside: check) }
    let group = reader.group(under: checks.map(\.check), guards: guards, steps: steps)
    let isAdvisory = reader.toggle(.advisory)
    let output = OutputSettings(
      format: reader.choice(.format, else: .auto), verdict: reader.text(of: .verdict),
      journal: reader.text(of: .journal), resume: reader.text(of: .resume),
      progress: reader.choice(.progress, else: .auto),
      signKey: reader.signKey(), attestation: reader.attestation(),
      reports: reader.values(of: .report, ReportRequest.init(parsing:)), labels: reader.labels())
    let reactions = reader.reactions()
    let (shift, undo) = (reader.text(of: .shift), reader.undo())

    if check.name.isEmpty {
      reader.compare(check, checks[0].request, checks[0].tls, withLoadBalancerIn: strictness)
    }
    reader.refuseMisfits(
      with: reader.areSound(.target) && check.name.isEmpty ? check.target : nil, source,
      probeFrom: following.probeFrom)
    reader.compare(checks[0].request, with: check.target)
    reader.compare(group, with: checks.map(\.check), source)
    reader.compareSoak(of: group, with: checks.map(\.check), following)
    reader.compare(output, with: reactions)
    reader.compare(reactions, with: output, isAdvisory ? .advisory : .binding)

    let problems = reader.ownProblems
    guard problems.isEmpty else { throw SettingsError(problems) }
    self.init(
      checks: checks, source: source, group: group, baseline: baseline,
      guards: guards, steps: steps, shift: shift, undo: undo,
      following: following, output: output, reactions: reactions,
      isAdvisory: isAdvisory, warnings: reader.warnings, inForce: reader.inForce)
  }
}

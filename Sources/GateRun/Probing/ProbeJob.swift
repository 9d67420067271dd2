internal import CurlHTTP
internal import GateCore
package import GateDisplay
internal import GateEngine
internal import GateRecords
package import GateSettings
internal import GateText

/// The work of a `probe`: checks by one or several plans, each of some instances.
package struct ProbeJob {
  package let format: DocumentFormat
  private let lanes: [ProbeLane]

  /// Reads the arguments and the settings, and lists the instances of the sources.
  ///
  /// - Throws: `CommandFailure`; then nothing was checked.
  package init(_ arguments: [String], config: String?, _ flags: [(SettingKey, [String])]) throws {
    let targets = try ProbeTarget.read(arguments)
    let settings = try ProbeSettings(config: config, flags)
    format = try settings.format()
    lanes = try settings.lanes(for: targets)
  }

  /// Makes the checks.
  ///
  /// - Throws: `CommandFailure` if no check can be made at all.
  package func carriedOut() throws -> ProbeDocument {
    let startedAt = Timestamp.now
    let checks = try checked()
    let summary = ProbeSummary(of: checks)
    let status: ExitStatus =
      if summary.failed > 0 { .rollback } else if summary.lost > 0 || checks.isEmpty {
        .inconclusive
      } else { .promote }
    let warnings = lanes.flatMap(\.settings.warnings).withoutRepetitions
    return ProbeDocument(
      healthgateVersion: Program.version, startedAt: startedAt,
      exitCode: status.code, checks: checks, warnings: warnings)
  }

  private func checked() throws -> [ProbedCheck] {
    let members = lanes.indices.flatMap { lane in
      lanes[lane].members.map { (lane: lane, instance: $0.instance, place: $0.place) }
    }
    guard !members.isEmpty else { return [] }
    let plans = try lanes.map { try $0.settings.probePlan() }
    let checker = try CurlChecker(plans, byOneAlone: true, signals: -1)
    var traces: [Int: CheckTrace] = [:]
    checker.onEnd = { traces[$0.index] = $1 }
    let ends = ProbeRound(on: checker).run(members.map(\.instance), by: members.map(\.lane))
    let checks = zip(members, ends).enumerated().map { index, pair in
      let settings = lanes[pair.0.lane].settings
      let trace = traces[index]
      return (
        place: (pair.0.place, index),
        check: ProbedCheck(
          of: pair.0.instance, lanes[pair.0.lane].way, settings.check, settings.requestInForce,
          pair.1,
          phases: trace?.phases, connectedTo: trace?.connectedTo)
      )
    }
    // The order of the request, whichever checks share a plan.
    return checks.sorted { $0.place < $1.place }.map(\.check)
  }
}

/// The instances that are checked by the same plan.
struct ProbeLane {
  var way: ProbeWay
  var settings: Settings
  /// The instances, each with its index in the output.
  var members: [(instance: Instance, place: Int)]
}

package import GateCore
package import GateSettings
package import GateText

extension LastFailure {
  /// What happened, in as much detail as is known.
  package var words: String { report.detail.map { named($0.printable) } ?? shortWords }
}

extension Instance {
  /// The ID in printable form, with the role unless it is a member of the group.
  package var name: String {
    role == .member ? id.printable : "\(role.rawValue) \(id.printable)"
  }
}

extension Decision {
  package var tone: Tone {
    switch self {
    case .promote: .good
    case .rollback: .bad
    case .inconclusive: .waiting
    }
  }

  /// The title of the diagnoses; after a promotion, they are no longer about a failure.
  package var titleOfCauses: String {
    switch self {
    case .promote: "What failed on the way"
    case .rollback, .inconclusive: "What is probably wrong"
    }
  }
}

extension Verdict {
  /// The reason on one line, with the release before it.
  package func message(of release: String? = nil) -> String {
    let words = reason.message.printable
    return release.map { "\($0): \(words)" } ?? words
  }

  /// The decision and the reason on one line, with the decision in its color.
  package func text(in style: TextStyle, of release: String? = nil) -> String {
    "\(style.paint("\(decision.rawValue):", decision.tone)) \(message(of: release))"
  }

  /// The decision and the reason on one line, without color.
  package var words: String { text(in: .plain) }
}

extension VerdictDocument {
  package var message: String { verdict.message(of: header.deployment.title) }

  package var words: String { verdict.text(in: .plain, of: header.deployment.title) }

  /// The deployment and the build, one line each, as far as they are known.
  package var deploymentLines: [String] {
    let labels = header.deployment.labels.map { "\($0.name)=\($0.value)".printable }
    let told = labels.isEmpty ? [] : ["labels: \(labels.joined(separator: ", "))"]
    return told + (header.deployment.build?.line.map { ["build: \($0)"] } ?? [])
  }
}

extension Deployment.Build {
  /// The build, such as `github, main at 0a1b2c3, https://…`; nil if only the system is known.
  package var line: String? {
    guard page != nil || commit != nil || branch != nil else { return nil }
    return [words, page].compactMap(\.self).joined(separator: ", ")
  }
}

extension GatePolicy {
  /// The number of instances that must be healthy at the same time, of this many.
  package func healthyWanted(of expected: Int) -> Int { max(minHealthy.roundedUp(of: expected), 1) }

  /// The number of instances that may be unhealthy at the same time, of this many.
  package func unhealthyAllowed(of expected: Int) -> Int { maxUnhealthy.roundedDown(of: expected) }
}

extension LoadBalancerView {
  /// The load balancer's view in words, with its own words if it gives any.
  package var words: String {
    let own = (description ?? reasonCode ?? state.rawValue).printable
    guard description != nil, let reasonCode else { return own }
    return "\(own) [\(reasonCode.printable)]"
  }
}

extension InstanceRecord {
  /// Whether the latest check that did not pass was lost to a gate fault.
  package var isLastTroubleALoss: Bool {
    guard let lastLoss = history.lastLoss else { return false }
    return history.lastFailure.map { $0.at < lastLoss.at } ?? true
  }

  /// The description of the latest check that did not pass.
  package var troubleWords: String {
    if isLastTroubleALoss, let lastLoss = history.lastLoss {
      return "check lost: \(lastLoss.fault.detail.printable)"
    }
    if let lastFailure = history.lastFailure { return lastFailure.words }
    if checks == 0, let view { return "the load balancer says: \(view.words)" }
    return checks == 0 ? "no check has ended yet" : "no failed check"
  }
}

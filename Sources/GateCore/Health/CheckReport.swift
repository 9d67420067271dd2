/// What one check found; what an answer said is clean enough to print anywhere.
package struct CheckReport: Hashable, Sendable {
  /// When its connection was begun.
  package var started: GateInstant
  package var result: CheckResult
  /// The HTTP status, or gRPC's; nil where none came.
  package var status: Int?
  /// From the start to the end of the check, in microseconds.
  package var latencyMicroseconds: Int64
  /// The version that the answer carried, where one was asked for.
  package var version: String?

  /// One at most, in a list: most checks succeed and have none, and a report is copied on its way
  /// from the check to the journal.
  private var findings: [Findings] = []

  /// What a check found beside its result.
  private struct Findings: Hashable, Sendable {
    var detail: String?
    var cause: FailureCause?
    var evidence: Evidence?
  }

  package init(
    started: GateInstant, result: CheckResult, status: Int? = nil, latencyMicroseconds: Int64,
    detail: String? = nil, cause: FailureCause? = nil, version: String? = nil,
    evidence: Evidence? = nil
  ) {
    self.started = started
    self.result = result
    self.status = status
    self.latencyMicroseconds = latencyMicroseconds
    self.version = version?.cleaned(to: 100)
    if detail != nil || cause != nil || evidence != nil {
      findings = [Findings(detail: detail?.cleaned(to: 500), cause: cause, evidence: evidence)]
    }
  }

  /// For a failure, what happened, in words.
  package var detail: String? { findings.first?.detail }
  /// For a failure, what was seen beyond its kind.
  package var cause: FailureCause? { findings.first?.cause }
  /// What a failed check's answer showed, for whoever explains it.
  package var evidence: Evidence? { findings.first?.evidence }
}

extension CheckReport {
  /// When it was over, however late that was seen.
  package var ended: GateInstant { started + .microseconds(latencyMicroseconds) }
}

/// How a check ended, when nothing is made of it but what it says itself.
package enum ProbeEnd: Hashable, Sendable {
  case checked(CheckReport)
  /// A fault of the gate's own, which says nothing of the instance.
  case lost(GateFault)
}

package enum CheckResult: Hashable, Sendable {
  case success
  case failure(FailureKind)
}

/// The parts of an answer that tell why it is not the expected one; clean, and short.
package struct Evidence: Hashable, Sendable {
  package var server: String?
  package var location: String?
  package var contentType: String?
  package var retryAfter: String?
  /// Of the page.
  package var title: String?
  /// The beginning of the body; of a page of HTML, of its text.
  package var excerpt: String?
  /// The program whose own page it is, where it is a known one.
  package var author: String?
  /// What the whole answer shows that an explanation asks for, by its names.
  package var signs: [String]
  /// What the body says that fails.
  package var failing: [String]
  package static let excerptBytes = 200

  package init(
    server: String? = nil, location: String? = nil, contentType: String? = nil,
    retryAfter: String? = nil, title: String? = nil, excerpt: String? = nil, author: String? = nil,
    signs: [String] = [], failing: [String] = []
  ) {
    self.server = server?.cleaned(to: 100)
    self.location = location?.cleaned(to: 200)
    self.contentType = contentType?.cleaned(to: 100)
    self.retryAfter = retryAfter?.cleaned(to: 40)
    self.title = title?.cleaned(to: 100)
    self.excerpt = excerpt?.cleaned(to: Self.excerptBytes)
    self.author = author?.cleaned(to: 60)
    self.signs = signs.prefix(40).map { $0.cleaned(to: 40) }
    self.failing = failing.prefix(5).map { $0.cleaned(to: 40) }
  }
}

/// A fault of the gate's own: no descriptor, no route from here, a name server that is silent.
package struct GateFault: Error, Hashable, Sendable {
  package var detail: String
  /// When the check that it cost was begun, if it cost one.
  package var started: GateInstant?
  package var cause: Cause?

  package init(detail: String, started: GateInstant? = nil, cause: Cause? = nil) {
    self.detail = detail.cleaned(to: 1000)
    self.started = started
    self.cause = cause
  }

  /// The process did not run, or not often enough to make its checks.
  package static let heldUp = GateFault(detail: "the gate was held up, and checks were not made")
}

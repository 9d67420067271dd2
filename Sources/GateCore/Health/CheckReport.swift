/// The result of one check; text from a response is sanitized.
package struct CheckReport: Hashable, Sendable {
  /// When its connection was started.
  package var started: GateInstant
  package var result: CheckResult
  /// The HTTP or gRPC status; nil if there was none.
  package var status: Int?
  /// The duration of the check, in microseconds.
  package var latencyMicroseconds: Int64
  /// The version in the response; nil if none was requested or found.
  package var version: String?

  /// At most one element: most checks pass and have none, and a report is copied on its way from
  /// the check to the journal.
  private var findings: [Findings] = []

  /// The findings of a check besides its result.
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

  /// What happened in a failed check, in words; nil for others.
  package var detail: String? { findings.first?.detail }
  /// What a failed check showed beyond its kind; nil if it showed nothing more.
  package var cause: FailureCause? { findings.first?.cause }
  /// The evidence in a failed check's response; nil if there is none.
  package var evidence: Evidence? { findings.first?.evidence }
}

extension CheckReport {
  /// When the check ended, however late that was noticed.
  package var ended: GateInstant { started + .microseconds(latencyMicroseconds) }
}

/// The end of a check, taken by itself.
package enum ProbeEnd: Hashable, Sendable {
  case checked(CheckReport)
  /// It was lost to a gate fault, which says nothing about the instance.
  case lost(GateFault)
}

package enum CheckResult: Hashable, Sendable {
  case success
  case failure(FailureKind)
}

/// The parts of a response that explain a failure, sanitized and shortened.
package struct Evidence: Hashable, Sendable {
  package var server: String?
  package var location: String?
  package var contentType: String?
  package var retryAfter: String?
  /// The title of the page.
  package var title: String?
  /// The beginning of the body; for an HTML page, of its text.
  package var excerpt: String?
  /// The program that produced the page, if it is a known one.
  package var author: String?
  /// Signs in the whole response on which diagnoses depend, by name.
  package var signs: [String]
  /// The parts that fail according to the body.
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

/// A gate fault: no descriptor, no route, a name server that does not respond.
package struct GateFault: Error, Hashable, Sendable {
  package var detail: String
  /// When the check that it cost was started; nil if it cost none.
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

internal import GateCore
internal import GateInsight
package import GateRecords
internal import GateSettings
internal import GateText

/// The verdict as JUnit XML, with a test case for the group's verdict and for each instance.
///
/// The group's test case keeps a run red in which each instance is healthy but the group is not, or
/// in which there are no instances. A `failure` belongs to the group, an `error` is a gate fault,
/// and `skipped` is an instance that the verdict tolerates or did not wait for. The format is that
/// of Jenkins (`junit-10.xsd` of its xUnit plugin), which GitLab, CircleCI and GitHub's reporters
/// read too.
package struct JUnitReport {
  private let document: VerdictDocument
  private let instances: [ReportedInstance]
  private let diagnoses: [Diagnosis]
  /// The instances of each diagnosis.
  private let concerned: [Set<String>]

  package init(_ document: VerdictDocument) {
    self.document = document
    instances = document.reportedInstances
    diagnoses = document.diagnoses
    concerned = diagnoses.map { Set($0.instances) }
  }

  private var verdict: Verdict { document.verdict }

  package var text: String {
    let cases =
      [groupCase] + document.reportedParts.map { testCase(of: $0) }
      + instances.map { testCase(of: $0) }
    let counts = counts(of: cases)
    let time = verdict.at.since(.start).thousandthsOfSeconds
    let markup: Markup = """
      <?xml version="1.0" encoding="UTF-8"?>
      <testsuites name="healthgate" tests="\(cases.count)" failures="\(counts.failures)" \
      errors="\(counts.errors)" time="\(time)">
        <testsuite name="\(suiteName)" tests="\(cases.count)" failures="\(counts.failures)" \
      errors="\(counts.errors)" skipped="\(counts.skipped)" time="\(time)" \
      timestamp="\(String(document.header.startedAt.text.prefix(19)))">
          <properties>
      \(properties)\
          </properties>
      \(cases.map(\.markup))\
          <system-out>\(Markup(lines: TextReport(document, style: .plain).text))</system-out>
        </testsuite>
      </testsuites>

      """
    return markup.source
  }

  private var suiteName: String {
    let names = [document.header.deployment.title, document.header.group.name]
    return (["healthgate"] + names.compactMap { $0 }).joined(separator: ": ")
  }

  private var properties: [Markup] {
    let pairs: [(String, String?)] = [
      ("decision", verdict.decision.rawValue), ("reason", verdict.reason.code.rawValue),
      ("exit_code", String(document.exitCode)), ("run_id", document.header.runID),
      ("healthgate_version", document.header.healthgateVersion),
      ("target", document.gate.checks.targets),
      ("semantics", document.gate.checks.allSemantics),
      ("journal_sha256", document.journal?.sha256),
    ]
    let labels = document.header.deployment.labels.map { ("label.\($0.name)", $0.value) }
    let build = document.header.deployment.build
    let origin = [
      ("ci.url", build?.page), ("ci.commit", build?.commit), ("ci.branch", build?.branch),
    ]
    return (pairs + origin + labels).compactMap { name, value in
      value.map { "      <property name=\"\(name)\" value=\"\($0)\"/>\n" }
    }
  }

  // MARK: - Test cases

  private struct TestCase {
    enum Ending {
      case passed
      case failure
      case error
      case skipped
    }

    var ending: Ending
    var markup: Markup
  }

  private func counts(of cases: [TestCase]) -> (failures: Int, errors: Int, skipped: Int) {
    (
      cases.count { $0.ending == .failure }, cases.count { $0.ending == .error },
      cases.count { $0.ending == .skipped }
    )
  }

  private var groupCase: TestCase {
    let ending: TestCase.Ending =
      switch verdict.decision {
      case .promote: .passed
      case .rollback: .failure
      case .inconclusive: .error
      }
    return testCase(
      ending, "healthgate.group", "verdict", time: verdict.at.since(.start),
      type: verdict.reason.code.rawValue, message: document.words,
      details: diagnoses.flatMap {
        ["\($0.confidence.rawValue): \($0.likelyCause)", "advice: \($0.advice)"]
      })
  }

  private func ending(_ outcome: ReportedInstance.Outcome) -> TestCase.Ending {
    switch outcome {
    case .healthy: .passed
    case .failed: .failure
    case .lost: .error
    case .tolerated, .undecided, .left: .skipped
    }
  }

  /// The test case of a guard, the old group, the comparison, the hook, or the check afterwards.
  private func testCase(of part: ReportedPart) -> TestCase {
    let record = part.record
    let checks = record.map { "\($0.failures) of \(counted($0.checks, "check")) failed" }
    return testCase(
      ending(part.outcome), "healthgate.\(part.kind.rawValue)",
      part.name.isEmpty ? part.kind.rawValue : part.name,
      time: part.lasted ?? record.map { ($0.removed ?? verdict.at).since($0.firstSeen) } ?? .zero,
      type: part.outcome.failureKind(of: record) ?? part.state,
      message: part.words.isEmpty ? part.state : "\(part.state): \(part.words)",
      details: [part.words, checks].compactMap(\.self).filter { !$0.isEmpty })
  }

  private func testCase(of instance: ReportedInstance) -> TestCase {
    testCase(
      ending(instance.outcome), "healthgate.instances", instance.name,
      time: instance.time(until: verdict.at), type: instance.failureKind ?? instance.stateWords,
      message: instance.outcome == .tolerated
        ? "tolerated by the policy: \(instance.words)" : instance.words,
      details: details(of: instance))
  }

  private func details(of instance: ReportedInstance) -> [String] {
    var lines = [
      "\(instance.address): \(instance.stateWords), \(instance.checkWords)",
      "reason code \(instance.reason.code ?? "none"): \(instance.reason.description)",
    ]
    if let failure = instance.record.history.lastFailure {
      lines.append("last failure at \(failure.at.preciseWords): \(failure.words)")
    }
    if let evidence = instance.evidenceWords { lines.append("the response: \(evidence)") }
    for (diagnosis, concerned) in zip(diagnoses, concerned)
    where concerned.contains(instance.record.instance.id) {
      lines.append("\(diagnosis.confidence.rawValue): \(diagnosis.likelyCause)")
      lines.append("advice: \(diagnosis.advice)")
    }
    return lines
  }

  private func testCase(
    _ ending: TestCase.Ending, _ classname: String, _ name: String, time: Duration, type: String,
    message: String, details: [String]
  ) -> TestCase {
    let body = Markup(lines: details.map(\.printable).joined(separator: "\n"))
    let result: Markup =
      switch ending {
      case .passed: ""
      case .failure: "<failure type=\"\(type)\" message=\"\(message)\">\(body)</failure>"
      case .error: "<error type=\"\(type)\" message=\"\(message)\">\(body)</error>"
      case .skipped: "<skipped message=\"\(message)\"/>"
      }
    return TestCase(
      ending: ending,
      markup: """
            <testcase classname="\(classname)" name="\(name)" \
        time="\(time.thousandthsOfSeconds)">\(result)</testcase>

        """)
  }
}

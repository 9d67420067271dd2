import GateCore
import TestSupport
import Testing

@testable import GateRecords
@testable import GateReports
@testable import GateSettings
@testable import GateText

@Suite struct NotCheckedTests {
  private let begun = NotCheckedDocument(
    healthgateVersion: "0.1.0", runID: "019aa6f0-0000-7000-8000-000000000000",
    at: Timestamp(milliseconds: 1_777_975_200_000))

  private var refused: NotCheckedDocument {
    begun.ended(
      at: begun.at,
      "healthgate: error: soak is '5x'\n  hint: such as <5m> | 300\nUsage: healthgate run",
      exitCode: 64)
  }

  @Test func aRunThatHasNotEndedIsAnInconclusiveVerdict() throws {
    let verdict = try RecordedVerdict(reading: begun.json)
    #expect(verdict.decision == .inconclusive)
    #expect(verdict.exitCode == 70)
    #expect(verdict.reason.code == "not_checked")
    #expect(verdict.reason.message == "the run has not ended")
  }

  @Test func theErrorStandsThereOnOneLine() throws {
    let verdict = try RecordedVerdict(reading: refused.json)
    #expect(verdict.exitCode == 64)
    #expect(verdict.reason.message == "soak is '5x'; hint: such as <5m> | 300")
  }

  @Test func itsFieldsAreThoseOfAVerdict() throws {
    let verdict = try RecordedVerdict(reading: begun.json)
    for name in ["health_check", "policy", "group", "hook", "after", "journal", "baseline"] {
      #expect(verdict.value[at: "/\(name)"] == .null, "\(name)")
    }
    var known = begun
    known.checks = [RunHeader.Check(.sample(), request: [])]
    #expect(
      try RecordedVerdict(reading: known.json).text(at: "/health_check/target") == "HTTP:80/health")
  }

  /// No reader of any report takes it for a success, and the next run finds it again.
  @Test(arguments: ReportFormat.allCases) func eachReportSaysSo(_ format: ReportFormat) {
    let text = refused.text(in: format)
    let mark =
      switch format {
      case .html: "<h1>inconclusive</h1>"
      case .junit: "<error type=\"not_checked\""
      case .markdown: "## ⚠️ inconclusive"
      case .openmetrics: "healthgate_exit_code 64"
      case .tap: "\nnot ok 1 - group: inconclusive"
      case .nagios: "UNKNOWN - soak"
      case .text: "inconclusive: soak"
      }
    #expect(text.contains(mark))
    #expect(text.hasSuffix("\n"))
    #expect(OwnFile.isOutput(Array(text.utf8)))
  }

  @Test func aCISystemIsToldOfAnError() {
    let verdict = CIVerdict(refused, file: "/w/v.json")
    #expect(verdict.severity == .error)
    #expect(
      verdict.dotenv == """
        HEALTHGATE_DECISION=inconclusive
        HEALTHGATE_REASON=not_checked
        HEALTHGATE_EXIT_CODE=64
        HEALTHGATE_VERDICT_FILE=/w/v.json

        """)
  }
}

import GateCore
import TestSupport
import Testing

@testable import GateRecords
@testable import GateReports
@testable import GateSettings

@Suite struct CISystemTests {
  @Test(
    arguments: [
      (["GITHUB_ACTIONS": "true"], CISystem.github), (["GITLAB_CI": "true"], .gitlab),
      (["CIRCLECI": "true"], .circleci), (["BUILDKITE": "true"], .buildkite),
      (["TF_BUILD": "True"], .azure), (["JENKINS_URL": "https://ci.example/"], .jenkins),
    ] as [([String: String], CISystem)])
  func aSystemIsFoundByItsVariable(_ variables: [String: String], _ system: CISystem) {
    #expect(CISystem(.auto, variables: variables) == system)
    #expect(CISystem(.none, variables: variables) == nil)
    #expect(CISystem(.gitlab, variables: variables) == .gitlab)
  }

  @Test(arguments: [[:], ["CI": "true"], ["GITHUB_ACTIONS": ""], ["JENKINS_URL": ""]])
  func elsewhereThereIsNone(_ variables: [String: String]) {
    #expect(CISystem(.auto, variables: variables) == nil)
  }

  /// Of so many instances, those in the list failed, each so often.
  private func document(
    _ count: Int, failures: [Int: Int], advisory: Bool = false, id: String = "web-"
  ) throws -> VerdictDocument {
    let rounds = failures.values.max() ?? 1
    let deadline = rounds * 10 + 2
    var run = WatchedRun(
      .sample(healthy: 1, unhealthy: 3),
      GatePolicy(
        maxUnhealthy: .percentage(99), deadline: .seconds(deadline), expected: count),
      advisory: advisory)
    // One that failed less often joined later.
    var keys: [(key: Int, isFailing: Bool)] = []
    for round in 0..<rounds {
      let new = (0..<count).filter { rounds - (failures[$0] ?? rounds) == round }
      keys += new.enumerated().map { (keys.count + $0.offset, failures[$0.element] != nil) }
      run.join(new.map { "\(id)\($0)" }, at: Double(round) * 10)
      for (key, isFailing) in keys {
        let moment = Double(round) * 10 + 1
        if isFailing { run.fail(key, at: moment) } else { run.pass(key, at: moment) }
      }
    }
    run.send(.wokeUp, at: Double(deadline) + 0.000001)
    return VerdictDocument(
      header: run.header, gate: run.gate, verdict: try #require(run.gate.verdict), exitCode: 3,
      journal: nil)
  }

  @Test func theWorstAreTold() throws {
    let verdict = CIVerdict(try document(4, failures: [0: 1, 1: 3, 3: 5]), file: nil)
    #expect(verdict.severity == .error)
    #expect(verdict.causes.map(\.name) == ["web-3", "web-1", "web-0"])
    #expect(verdict.causes[1].message == "unhealthy: HTTP 503, not 200 (3 of 3 checks failed)")
  }

  @Test(arguments: CISystem.allCases) func theLikeliestCauseIsToldAfterTheVerdict(
    _ system: CISystem
  ) throws {
    let failing = CIVerdict(try document(4, failures: [3: 5]), file: nil)
    let explanation = try #require(failing.explanation)
    #expect(explanation.contains("possible: ") || explanation.contains("likely: "))
    #expect(system.log(failing).contains(explanation.prefix(60)))
    let well = CIVerdict(try document(2, failures: [:]), file: nil)
    #expect(well.explanation == nil && well.causes.isEmpty)
  }

  @Test func ofManyAFewAreToldAndTheOthersCounted() throws {
    let failures = Dictionary(uniqueKeysWithValues: (0..<40).map { ($0, 4) })
    let verdict = CIVerdict(try document(50, failures: failures), file: nil)
    #expect(verdict.causes.count == 9)
    #expect(verdict.causes.last?.name == "32 more instances")
    let lines = CISystem.github.log(verdict).split(separator: "\n")
    #expect(lines.count == 10)
    #expect(lines.allSatisfy { $0.hasPrefix("::error title=") })
  }

  @Test func anAdvisoryRollbackWarns() throws {
    let verdict = CIVerdict(try document(2, failures: [0: 3], advisory: true), file: nil)
    #expect(verdict.severity == .warning)
    #expect(verdict.message.hasSuffix(" (advisory)"))
    #expect(CISystem.azure.log(verdict).hasPrefix("##vso[task.logissue type=warning]healthgate: "))
  }

  @Test func aHookThatFailedIsAnErrorWhateverWasDecided() throws {
    var document = try document(2, failures: [0: 3], advisory: true)
    document.hook = HookResult(
      name: "on_rollback", command: "x", end: .exited(9), timedOut: false, elapsedMicroseconds: 1,
      output: "")
    let verdict = CIVerdict(document, file: nil)
    #expect(verdict.severity == .error)
    #expect(verdict.message.contains("; on_rollback failed with status 9"))
  }

  @Test(arguments: CISystem.allCases)
  func noNameIsACommand(_ system: CISystem) throws {
    let id = "\u{1B}[31m##vso[task.complete]\r\n::set-output_name=decision::promote"
    let log = system.log(
      CIVerdict(try document(2, failures: [0: 3], id: id), file: "/w/v.json"))
    #expect(!log.contains("\u{1B}"))
    #expect(!log.contains("]\r") && !log.contains("\n::set-output"))
    #expect(!log.contains("##vso[task.complete"))
  }

  @Test func laterStepsAreToldByTheNamesOfAHook() throws {
    let verdict = CIVerdict(try document(2, failures: [0: 3]), file: "/it's/v.json")
    #expect(
      verdict.dotenv == """
        HEALTHGATE_DECISION=rollback
        HEALTHGATE_REASON=\(verdict.reason)
        HEALTHGATE_EXIT_CODE=3
        HEALTHGATE_VERDICT_FILE="/it's/v.json"

        """)
    #expect(CircleCI.script(verdict).contains(#"export HEALTHGATE_VERDICT_FILE='/it'\''s/v.json'"#))
    let outputs = GitHubActions.outputs(verdict, delimiter: "D")
    #expect(outputs.hasPrefix("decision<<D\nrollback\nD\nreason<<D\n"))
    #expect(outputs.hasSuffix("verdict-file<<D\n/it's/v.json\nD\n"))
    let odd = CIVerdict(try document(2, failures: [0: 3]), file: "/a\nB=c")
    #expect(!odd.dotenv.contains("B=c"))
  }

  /// As a shell and readers of dotenv files that know quotes take it.
  @Test(arguments: [
    ("/w/v.json", "/w/v.json"), ("/a b/v.json", "'/a b/v.json'"),
    ("/$(touch x)`y`/v", "'/$(touch x)`y`/v'"), ("/it's $x \\\"`", "\"/it's \\$x \\\\\\\"\\`\""),
  ])
  func aPathIsOneWordOfAShell(_ path: String, _ word: String) throws {
    let verdict = CIVerdict(try document(2, failures: [0: 3]), file: path)
    #expect(verdict.dotenv.hasSuffix("\nHEALTHGATE_VERDICT_FILE=\(word)\n"))
  }

  @Test func sectionsOfGitLabBeginAndEndAsItWantsThem() {
    #expect(
      CISystem.gitlab.logBeforeChecks(time: 17)
        == "\u{1B}[0Ksection_start:17:healthgate_checks[collapsed=true]\r\u{1B}[0Khealthgate: checks\n"
    )
    #expect(
      CISystem.gitlab.logAfterChecks(time: 18)
        == "\u{1B}[0Ksection_end:18:healthgate_checks\r\u{1B}[0K\n")
  }
}

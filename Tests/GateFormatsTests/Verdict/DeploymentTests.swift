import GateCore
import GateRecords
import GateReports
import GateSettings
import TestSupport
import Testing

@Suite struct DeploymentTests {
  @Test(arguments: ["service=web", "a.b_c-1=", "commit=a=b c"])
  func aLabelHasANameAndAValue(text: String) throws {
    let label = try Deployment.Label(parsing: text)
    #expect("\(label.name)=\(label.value)" == text)
  }

  @Test(arguments: ["", "service", "=web", "Service=web", "1=a", "a b=c", "é=1", " a=b"])
  func whatIsNoLabelIsRefused(text: String) {
    #expect(throws: GrammarError.self) { try Deployment.Label(parsing: text) }
  }

  @Test func whatIsShownOfABuildIsNoCommandAndCanBeSeen() {
    let build = CISystem.github.build([
      "GITHUB_HEAD_REF": "a##[error]b\u{202E}", "GITHUB_SHA": "::error::x",
    ])
    #expect(build.branch == "a# #[error]b" && build.commit == ": :error::x")
    #expect(Deployment.Label("note", "a\n##vso[x]\u{200B}").value == "a # #vso[x]")
  }

  @Test(arguments: [
    (["service": "web", "environment": "production"], "web in production"),
    (["service": "web", "commit": "a1"], "web"), (["environment": "staging"], "staging"),
    (["service": "", "environment": "\u{202E}x"], "x"), (["commit": "a1"], nil), ([:], nil),
  ])
  func titlesShowServiceAndEnvironment(labels: [String: String], title: String?) {
    let deployment = Deployment(labels: labels.map { Deployment.Label($0.key, $0.value) })
    #expect(deployment.title == title)
  }

  /// As each system sets them.
  static let builds: [(CISystem, [String: String], Deployment.Build)] = [
    (
      .github,
      [
        "GITHUB_SERVER_URL": "https://github.com", "GITHUB_REPOSITORY": "acme/web",
        "GITHUB_RUN_ID": "42", "GITHUB_SHA": "ab12", "GITHUB_REF_NAME": "7/merge",
        "GITHUB_HEAD_REF": "topic",
      ],
      .init(
        system: "github", link: "https://github.com/acme/web/actions/runs/42", commit: "ab12",
        branch: "topic")
    ),
    (
      .gitlab,
      [
        "CI_JOB_URL": "https://gitlab.example/acme/web/-/jobs/7", "CI_COMMIT_SHA": "ab12",
        "CI_COMMIT_REF_NAME": "main",
      ],
      .init(
        system: "gitlab", link: "https://gitlab.example/acme/web/-/jobs/7", commit: "ab12",
        branch: "main")
    ),
    (
      .circleci, ["CIRCLE_BUILD_URL": "https://circleci.com/gh/acme/web/3", "CIRCLE_TAG": "v1"],
      .init(
        system: "circleci", link: "https://circleci.com/gh/acme/web/3", commit: nil, branch: "v1")
    ),
    (
      .jenkins,
      [
        "BUILD_URL": "https://me:secret@ci.example/job/web/9/", "GIT_COMMIT": "ab12",
        "GIT_BRANCH": "origin/main",
      ],
      .init(
        system: "jenkins", link: "https://me:***@ci.example/job/web/9/", commit: "ab12",
        branch: "origin/main")
    ),
    (
      .buildkite,
      [
        "BUILDKITE_BUILD_URL": "https://buildkite.com/acme/web/builds/5",
        "BUILDKITE_COMMIT": "HEAD", "BUILDKITE_BRANCH": "main",
      ],
      .init(
        system: "buildkite", link: "https://buildkite.com/acme/web/builds/5", commit: "HEAD",
        branch: "main")
    ),
    (
      .azure,
      [
        "SYSTEM_COLLECTIONURI": "https://dev.azure.com/acme/", "SYSTEM_TEAMPROJECT": "My Web",
        "BUILD_BUILDID": "11", "BUILD_SOURCEVERSION": "ab12",
        "BUILD_SOURCEBRANCH": "refs/heads/release/1",
      ],
      .init(
        system: "azure", link: "https://dev.azure.com/acme/My%20Web/_build/results?buildId=11",
        commit: "ab12", branch: "release/1")
    ),
  ]

  @Test(arguments: builds)
  func theBuildIsFoundByTheSystemsVariables(
    system: CISystem, variables: [String: String], build: Deployment.Build
  ) {
    #expect(system.build(variables) == build)
    let nothing = Deployment.Build(
      system: system.rawValue, link: nil, commit: nil, branch: nil)
    #expect(system.build([:]) == nothing)
  }

  private static let sample = Deployment(
    labels: [.init("service", "web"), .init("environment", "production"), .init("commit", "<a>")],
    build: .init(
      system: "gitlab", link: "https://gitlab.example/jobs/7", commit: "ab12", branch: "main"))

  private func run(_ deployment: Deployment) -> RecordedRun {
    var header = RunHeader.sample(GatePolicy(deadline: .seconds(60), expected: 1))
    header.deployment = deployment
    var run = RecordedRun(header)
    run.join("web-1")
    run.pass(0, at: 1)
    run.send(.interrupted(.terminate), at: 2)
    return run
  }

  @Test func theJournalKeepsIt() throws {
    for deployment in [Self.sample, Deployment()] {
      let journal = try Journal(reading: run(deployment).bytes)
      #expect(journal.header.deployment == deployment)
    }
  }

  @Test(arguments: ReportFormat.allCases)
  func everyReportTellsOfIt(format: ReportFormat) throws {
    let run = run(Self.sample)
    let verdict = try #require(run.gate.verdict)
    let document = VerdictDocument(
      header: run.header, gate: run.gate, verdict: verdict, exitCode: 143, journal: nil)
    let text = format.text(of: document, run.timeline)
    #expect(text.contains("web") && text.contains("production"), "\(text)")
    if [.html, .markdown, .text, .junit].contains(format) {
      #expect(text.contains("https://gitlab.example/jobs/7"), "\(text)")
    }
  }

  /// What an edited journal, or a variable, has there is no link.
  @Test(arguments: [
    "javascript:alert(1)", "https://x/\"onclick=\"", "https://x/>", "https://x/ y", "https://x/)",
  ])
  func onlyAURLIsLinkedTo(link: String) throws {
    let build = Deployment.Build(system: "github", link: link, commit: nil, branch: nil)
    let run = run(Deployment(build: build))
    let verdict = try #require(run.gate.verdict)
    let document = VerdictDocument(
      header: run.header, gate: run.gate, verdict: verdict, exitCode: 143, journal: nil)
    #expect(!HTMLReport(document, run.timeline).text.contains("<a href"))
    #expect(!MarkdownReport(document).text.contains("]("))
  }
}

import GateCore
import GateText
import Testing

@testable import GateSettings

/// The canary's steps and guards with numbers of their own, as a file gives them.
@Suite struct StepSettingsTests {
  private static func settings(_ yaml: String) throws -> Settings {
    let common = """
      target: HTTP:80/health
      instances: [10.0.0.1]
      interval: 10
      journal: run.ndjson

      """ + (yaml.contains("steps:") ? "undo: ./back\n" : "")
    return try Settings(
      resolving: RawSettings(file: Array((common + yaml).utf8), path: "gate.yaml"))
  }

  private static func problem(_ yaml: String) -> String {
    do {
      _ = try settings(yaml)
      return ""
    } catch {
      return "\(error)"
    }
  }

  @Test func aStepHasAllThatIsWritten() throws {
    let settings = try Self.settings(
      """
      shift: ./shift
      steps:
        - name: a little
          weight: 10
          soak: 5m
          confirm: ./share-is 10
          approve: ./ask
          approve_timeout: 2h
          deadline: 1h
          guard:
            - exec:true
            - prometheus: "http://p:9090?query=errors < 0.01"
              interval: 15
              healthy_threshold: 3
              unhealthy_threshold: 2
              timeout: 4s
              lag: 15s
              window: 1m
              min_requests: { query: requests, at_least: 1000 }
              headers: { X-Scope: blue, Authorization: env:TOKEN }
              advisory: true
        - { weight: 100 }
      """)
    let step = settings.steps[0]
    #expect(step.step.name == "a little")
    #expect(step.step.weight == 10)
    #expect(step.step.soak == .seconds(300))
    #expect(step.step.approval == .seconds(7200))
    #expect(step.step.deadline == .seconds(3600))
    #expect(step.step.isConfirmed)
    #expect((step.confirm, step.approve, step.shift) == ("./share-is 10", "./ask", nil))
    let measure = step.step.guards[1]
    #expect(measure.interval == .seconds(15))
    #expect(measure.timeout == .seconds(4))
    #expect((measure.healthyThreshold, measure.unhealthyThreshold) == (3, 2))
    #expect((measure.lag, measure.window) == (.seconds(15), .seconds(60)))
    #expect(measure.minRequests == 1000)
    #expect(measure.isAdvisory)
    #expect(step.guards[1].requests == .prometheus("requests"))
    #expect(step.guards[1].headers.map(\.name) == ["X-Scope", "Authorization"])
    #expect(step.guards[1].headers[1].text(in: ["TOKEN": "t"]) == "t")
    #expect(settings.steps[1].step.name == "step 2")
    #expect(settings.group.policy.steps == settings.steps.map(\.step))
    #expect(settings.shift == "./shift")
    #expect(settings.undo == .command("./back"))
  }

  @Test func theDefaultDeadlineHasRoomForTheSteps() throws {
    let settings = try Self.settings(
      """
      hook_timeout: 1m
      steps:
        - { shift: a, confirm: b, soak: 5m, guard: { exec: "true", window: 30s, healthy_threshold: 2, unhealthy_threshold: 2 } }
        - { shift: a, soak: 2m }
      """)
    // The group's 2 x 10 s x (10 + 2), two commands and one, a window, both soaks, the longest again.
    // 240 + 120 + 60, 30, 300 + 120, 300.
    #expect(settings.group.deadline == .seconds(1170))
  }

  @Test func cloudWatchIsLate() throws {
    let settings = try Self.settings(
      """
      guard: { cloudwatch_metric: "AWS/ApplicationELB/RequestCount?period=60 < 5" }
      """)
    #expect(settings.guards[0].measure.lag == .seconds(120))
    #expect(settings.guards[0].measure.window == .seconds(60))
    #expect(settings.group.policy.guards == [settings.guards[0].measure])
  }

  /// However the guard is written: else a success of before the shift would count.
  @Test(arguments: [
    "\"cloudwatch-metric:A/B?period=5m < 5\"", "{ cloudwatch_metric: \"A/B?period=5m < 5\" }",
  ])
  func cloudWatchIsLateInAStep(_ guardText: String) throws {
    let settings = try Self.settings("steps: { shift: a, soak: 1h, guard: [\(guardText)] }")
    #expect(settings.steps[0].step.settling == .seconds(420))
  }

  @Test func aGuardOfTheRunThatHasNoNumbersOfItsOwnIsAskedAsTheInstancesAre() throws {
    let settings = try Self.settings("guard: [exec:true]")
    #expect(settings.group.policy.guards.isEmpty)
  }

  private static let test =
    "prometheus_test: \"http://me:hush@p\", new: { requests: a, errors: b }, "
    + "old: { requests: c, errors: d }"

  @Test func aTestOfRequestsHasQueriesOfBothGroups() throws {
    let settings = try Self.settings(
      """
      guard: { \(Self.test), max_increase: 0.5%, confidence: 99%, min_requests: { at_least: 500 } }
      """)
    let spec = settings.guards[0]
    #expect(spec.name == "prometheus-test:http://me:***@p?query=b")
    #expect(
      spec.question
        == .prometheusTest(
          RequestQueries(
            url: "http://me:hush@p", new: .init(requests: "a", errors: "b"),
            old: .init(requests: "c", errors: "d"), confidence: Confidence(hundredths: 9900),
            maxIncrease: 0.005)))
    #expect(spec.measure.isTest && spec.measure.minRequests == 500 && spec.requests == nil)
    #expect(settings.group.policy.guards == [spec.measure])
  }

  @Test func cloudWatchComputesOfNamedMetrics() throws {
    let settings = try Self.settings(
      """
      guard:
        cloudwatch_math: FILL(errors, 0) / requests < 0.01
        metrics:
          errors: AWS/ApplicationELB/HTTPCode_Target_5XX_Count?statistic=Sum&period=5m
          requests: AWS/ApplicationELB/RequestCount?statistic=Sum&period=5m
        min_requests: { query: requests, at_least: 100 }
      """)
    let spec = settings.guards[0]
    #expect(spec.name == "cloudwatch-math:FILL(errors, 0) / requests < 0.01")
    guard case .cloudWatchMath(let math, let comparison) = spec.question else {
      Issue.record("\(spec.question)")
      return
    }
    #expect(math.expression == "FILL(errors, 0) / requests" && comparison.number == 0.01)
    #expect(math.metrics.map(\.name) == ["errors", "requests"])
    #expect(spec.requests == .cloudWatchMetric(math.metrics[1].metric))
    #expect((spec.measure.lag, spec.measure.window) == (.seconds(120), .seconds(300)))
    #expect(spec.asksAWS)
  }

  @Test(arguments: [
    ("steps: [x]", "is not a mapping"),
    ("steps: { shift: a, weight: 101 }", "weight of step 1: 101 is not a number from 0 to 100"),
    ("steps: { shift: a, weigth: 1 }", "'weigth' is not a field of step 1"),
    ("steps: { shift: a, soak: soon }", "soak of step 1"),
    ("steps: { shift: a, guard: { exec: a, http: b } }", "has 2 queries"),
    ("steps: { shift: a, guard: { interval: 1 } }", "has no query"),
    ("steps: { shift: a, guard: { exec: a, headers: { A: b } } }", "headers apply only to"),
    (
      "steps: { shift: a, guard: { exec: a, min_requests: { query: b, at_least: 1 } } }",
      "goes with"
    ),
    (
      "steps: { shift: a, guard: { json: \"http://a#/b < 1\", min_requests: { at_least: 1 } } }",
      "needs a query"
    ),
    ("steps: { shift: a, guard: { exec: a, lagg: 1 } }", "did you mean lag?"),
    ("steps: { weight: 5 }", "has no shift, and the run has none"),
    ("steps: { shift: a, approve_timeout: 5 }", "is given without approve"),
    ("steps: { shift: a, deadline: 5, soak: 10 }", "shorter than the 10s"),
    ("shift: a", "shift is given without steps"),
    ("steps: { shift: a }\nadvisory: true", "advisory"),
    ("steps: [{ shift: a, weight: 50 }, { shift: a, weight: 20 }]", "less than the 50"),
    ("steps: [{ shift: a, name: x }, { shift: a, name: x }]", "two steps are named 'x'"),
    ("guard: [{ exec: a }, { exec: a }]", "given twice"),
    ("guard: { prometheus_test: \"http://p\" }", "needs new, with two queries"),
    ("guard: { \(test), min_requests: { at_least: 1, query: a } }", "'query' is not a field of"),
    ("guard: { \(test) }", "prometheus_test needs min_requests"),
    (
      "guard: { \(test), max_increase: 2, min_requests: { at_least: 1 } }",
      "max_increase of a guard"
    ),
    (
      "guard: { \(test), confidence: 0.95, min_requests: { at_least: 1 } }", "confidence of a guard"
    ),
    ("guard: [\"prometheus-test:http://p\"]", "write the guard as a mapping"),
    (
      "guard: { \(test), min_requests: { at_least: 1 } }\nsteps: { shift: a }",
      "give it to the steps"
    ),
    (
      "steps: { shift: a, weight: 100, soak: 1h, guard: { \(test), min_requests: { at_least: 1 } } }",
      "one of the groups"
    ),
    ("guard: { cloudwatch_math: \"a / b < 1\" }", "has no metrics"),
    ("guard: { cloudwatch_math: \"a / b\", metrics: { a: A/B } }", "end with a comparison"),
    (
      "guard: { cloudwatch_math: \"a < 1\", metrics: { A: A/B } }",
      "'A' is not a name for a metric"
    ),
    (
      "guard: { cloudwatch_math: \"a < 1\", metrics: { a: B } }",
      "metric a: 'B' is not NAMESPACE/METRIC"
    ),
    (
      "guard: { cloudwatch_math: \"a < 1\", metrics: { a: A/B, b: \"A/B?period=5m\" } }",
      "different periods: 1m and 5m"
    ),
  ])
  func whatCannotBeIsRefused(_ yaml: String, _ words: String) {
    #expect(Self.problem(yaml).contains(words), "\(yaml): \(Self.problem(yaml))")
  }

  @Test func theyAreGivenInTheFileAlone() {
    let raw = RawSettings(variables: ["HEALTHGATE_STEPS": "x", "HEALTHGATE_UNDO": "y"])
    #expect(raw.values.isEmpty)
    #expect(raw.problems.count == 2)
  }

  @Test func secretsInThemAreShownNowhere() throws {
    let settings = try Self.settings(
      """
      steps:
        - shift: "curl -H 'Authorization: Bearer sesame-open' http://a"
          soak: 5m
          guard:
            json: "http://user:topsecret@a/x#/b < 1"
            headers: { DD-API-KEY: 0123456789abcdef, Accept: text/plain }
            healthy_threshold: 2
      """)
    let printed = settings.printed
    for secret in ["sesame-open", "topsecret", "0123456789abcdef"] {
      #expect(!printed.contains(secret))
      #expect(settings.secrets.masked("x \(secret) y") == "x *** y")
    }
    #expect(printed.contains("text/plain"))
  }

  @Test func whatIsPrintedCanBeReadAgain() throws {
    let settings = try Self.settings(
      "steps: [{ shift: \"echo \\\"$W\\\"\", weight: 5, soak: 5m, guard: [exec:true], name: 'it''s' }]"
    )
    let again = try Settings(
      resolving: RawSettings(file: Array(settings.printed.utf8), path: "again.yaml"))
    #expect(again.steps == settings.steps)
  }
}

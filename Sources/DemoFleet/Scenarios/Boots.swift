/// Instances that come up late, in part, or not at all.
extension DemoScenario {
  static let slowBoot = DemoScenario(
    "slow-boot", "three instances boot, each at its own pace, and stay healthy",
    lesson: """
      Refused connections and 502s are how a boot looks from outside. Within the grace period \
      they are forgiven; the soak then shows that the group stays healthy.
      """,
    instances: [
      // Halfway between two checks, so that every run of the demo has the same results.
      .slowBoot(listensAfter: .milliseconds(250), healthyAfter: .milliseconds(750)),
      .slowBoot(listensAfter: .milliseconds(750), healthyAfter: .milliseconds(1750)),
      .slowBoot(listensAfter: .milliseconds(1250), healthyAfter: .milliseconds(2750)),
    ],
    settings: ["grace_period": "4s", "soak": "1s"])

  static let healthy = DemoScenario(
    "healthy", "three instances that are up and well",
    lesson: """
      The verdict comes as soon as it is certain: with a threshold of two checks, one interval \
      after the first.
      """,
    instances: [.healthy(), .healthy(), .healthy()])

  static let boots = [
    DemoScenario(
      "never-starts", "two instances come up, the third never listens",
      lesson: """
        The rollback does not wait for the deadline: once two checks no longer fit before it, \
        nothing can change the verdict.
        """,
      instances: [.healthy(), .healthy(), .neverStarts],
      settings: ["grace_period": "3s", "deadline": "4s"]),
    DemoScenario(
      "blackhole", "one instance drops the connection attempts: a wrong security group",
      lesson: "No response is not a refusal: the kind of failure tells a firewall from a crash.",
      instances: [.healthy(), .healthy(), .blackhole]),
    DemoScenario(
      "one-bad-of-many", "five instances are well, the sixth answers 502",
      lesson: """
        By default every instance must be healthy. Set how many may fail with --min-healthy and \
        --max-unhealthy.
        """,
      instances: Array(repeating: .healthy(), count: 5) + [.missingEnvironment]),
    DemoScenario(
      "tolerated-loss", "the same group, when one loss in six is allowed",
      lesson: "With min_healthy 80% and max_unhealthy 1, five healthy instances of six are enough.",
      instances: Array(repeating: .healthy(), count: 5) + [.missingEnvironment],
      settings: ["min_healthy": "80%", "max_unhealthy": "1"]),
  ]
}

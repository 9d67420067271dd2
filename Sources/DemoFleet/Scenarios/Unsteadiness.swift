/// Instances that are healthy only at times.
extension DemoScenario {
  static let unsteadiness = [
    DemoScenario(
      "flapping", "one instance fails every third check",
      lesson: """
        There are never three failures in a row, so a load balancer would keep it in service. An \
        unhealthy_window of 3/10 counts the failures anyway.
        """,
      instances: [.healthy(), .healthy(), .flapping(everyNth: 3)],
      settings: ["unhealthy_window": "3/10", "soak": "6s"]),
    DemoScenario(
      "slow-answers", "one instance answers 200, after a second",
      lesson: "A response after the timeout does not count. The timeout covers the whole check.",
      instances: [.healthy(), .healthy(), .slowAnswers(.seconds(1))]),
    DemoScenario(
      "hangs", "one instance accepts the connection and says nothing",
      lesson: "A TCP check would pass here: the kernel accepts for a process that is stuck.",
      instances: [.healthy(), .healthy(), .always(.hang)]),
    DemoScenario(
      "dies-during-soak", "all become healthy, then one dies",
      lesson: """
        Without a soak this group would have been promoted after one interval, and would have \
        failed under traffic.
        """,
      instances: [.healthy(), .healthy(), .dies(after: .milliseconds(1750))],
      settings: ["soak": "5s"]),
    DemoScenario(
      "relapse", "an instance restarts once, and so does the soak",
      lesson: """
        One unhealthy instance is allowed for a while, but not for a promotion: all must be healthy \
        for the whole soak.
        """,
      instances: [.healthy(), .healthy(), .restarting],
      settings: ["max_unhealthy": "1", "soak": "3s"]),
  ]
}

/// Applications that respond, but not as a health check requires.
extension DemoScenario {
  static let misconfigurations = [
    allAlike(
      "missing-environment", "nginx is up, but the application lacks a variable and exits: 502",
      lesson: "An open port does not mean that the deployment works: only the status tells.",
      .missingEnvironment),
    allAlike(
      "disallowed-host", "Django refuses the check's Host, the instance's address: 400",
      lesson: """
        A load balancer sends the instance's address as Host. The application must allow it, or \
        answer health checks before it checks the Host.
        """,
      .disallowedHost),
    allAlike(
      "tls-redirect", "plain HTTP is redirected to https: 301",
      lesson: """
        Checks do not follow redirects, and come without X-Forwarded-Proto. Exempt the health \
        check's path from the redirect.
        """,
      .tlsRedirect),
    allAlike(
      "trailing-slash", "the path lacks the slash that the application appends: 301",
      lesson: "The path of the check must be the final one: /health/ and not /health.",
      .trailingSlashRedirect),
    allAlike(
      "unapplied-migration", "the new code runs on the old database: 503",
      lesson: """
        A health view that looks for unapplied migrations turns an outage of the first user into \
        a failed check.
        """,
      .unappliedMigration),
  ]

  private static func allAlike(
    _ name: String, _ summary: String, lesson: String, _ behaviour: InstanceBehaviour
  ) -> DemoScenario {
    DemoScenario(
      name, summary, lesson: lesson, instances: [behaviour, behaviour, behaviour])
  }
}

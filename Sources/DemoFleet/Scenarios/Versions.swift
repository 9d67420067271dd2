/// Instances that are healthy, but not of the deployed version.
extension DemoScenario {
  static let versions = [
    DemoScenario(
      "stale-version", "one instance is healthy, but still runs the old build",
      lesson: """
        A 200 says that something works, not that it is new. Let the health view give its version, \
        and require it with expect_version.
        """,
      instances: [.healthy(), .healthy(), .staleVersion("v41")],
      settings: ["expect_version": "v42", "version_from": "header:X-App-Version"]),
    DemoScenario(
      "static-page", "one instance serves nginx's welcome page: a 200 without the application",
      lesson: "The page that a bare nginx serves passes any check of the status alone.",
      instances: [.healthy(), .healthy(), .staticPage],
      settings: ["expect_version": "v42", "version_from": "header:X-App-Version"]),
  ]
}

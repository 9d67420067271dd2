internal import GateText

/// Whether a CI system runs this program.
///
/// This includes systems that do not get a verdict in their own format: nobody watches their logs
/// live, and they keep every frame that is redrawn.
///
/// Sources: the vendors' documents on their predefined variables; `CI=false` means no CI system, as
/// for npm's `ci-info`.
package enum CIVariables {
  private static let names = [
    "CI", "CONTINUOUS_INTEGRATION", "GITHUB_ACTIONS", "GITLAB_CI", "CIRCLECI", "BUILDKITE",
    "TF_BUILD", "JENKINS_URL", "BUILD_NUMBER", "BUILD_ID", "RUN_ID", "TEAMCITY_VERSION",
    "CODEBUILD_BUILD_ARN", "BITBUCKET_BUILD_NUMBER", "bamboo_planKey", "GO_PIPELINE_LABEL", "DRONE",
    "SEMAPHORE", "TRAVIS", "APPVEYOR", "TASK_ID",
  ]

  package static func areSet(in variables: [String: String]) -> Bool {
    if let ci = variables["CI"], isOff(ci), !ci.isEmpty { return false }
    return names.contains { variables[$0].map { !isOff($0) } ?? false }
  }

  private static func isOff(_ value: String) -> Bool {
    ["", "false", "0", "no", "off"].contains(value.lowercased())
  }
}

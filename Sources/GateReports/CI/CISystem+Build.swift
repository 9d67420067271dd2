internal import GateCore
package import GateSettings
internal import GateText

extension CISystem {
  /// The build that these variables describe.
  ///
  /// Sources: GitHub, "Variables reference" (default environment variables); GitLab, "Predefined
  /// CI/CD variables reference"; CircleCI, "Project values and variables"; Jenkins, "Using a
  /// Jenkinsfile" (`env-vars.html`) and its Git plugin; Buildkite, "Environment variables"; Azure
  /// Pipelines, "Predefined variables".
  package func build(_ variables: [String: String]) -> Deployment.Build {
    func value(_ names: String...) -> String? {
      names.lazy.compactMap { variables[$0] }.first { !$0.isEmpty }
    }
    let (link, commit, branch): (String?, String?, String?) =
      switch self {
      case .github:
        (
          githubLink(variables), value("GITHUB_SHA"), value("GITHUB_HEAD_REF", "GITHUB_REF_NAME")
        )
      case .gitlab:
        (
          value("CI_JOB_URL", "CI_PIPELINE_URL"), value("CI_COMMIT_SHA"),
          value("CI_COMMIT_REF_NAME")
        )
      case .circleci:
        (value("CIRCLE_BUILD_URL"), value("CIRCLE_SHA1"), value("CIRCLE_BRANCH", "CIRCLE_TAG"))
      case .jenkins:
        (value("BUILD_URL"), value("GIT_COMMIT"), value("BRANCH_NAME", "GIT_BRANCH"))
      case .buildkite:
        (value("BUILDKITE_BUILD_URL"), value("BUILDKITE_COMMIT"), value("BUILDKITE_BRANCH"))
      case .azure:
        (
          azureLink(variables), value("BUILD_SOURCEVERSION"),
          value("BUILD_SOURCEBRANCH").map { $0.withoutPrefix("refs/heads/") }
        )
      }
    return Deployment.Build(
      system: rawValue, link: link.map { SecretPlaces.masked($0, .place) }, commit: commit,
      branch: branch)
  }

  private func githubLink(_ variables: [String: String]) -> String? {
    guard let server = variables["GITHUB_SERVER_URL"], let run = variables["GITHUB_RUN_ID"],
      let repository = variables["GITHUB_REPOSITORY"]
    else { return nil }
    return "\(server)/\(repository)/actions/runs/\(run)"
  }

  private func azureLink(_ variables: [String: String]) -> String? {
    guard let server = variables["SYSTEM_COLLECTIONURI"], let run = variables["BUILD_BUILDID"],
      let project = variables["SYSTEM_TEAMPROJECT"]
    else { return nil }
    let name = project.split(separator: " ", omittingEmptySubsequences: false)
    return "\(server)\(server.hasSuffix("/") ? "" : "/")\(name.joined(separator: "%20"))"
      + "/_build/results?buildId=\(run)"
  }
}

extension String {
  fileprivate func withoutPrefix(_ prefix: String) -> String {
    hasPrefix(prefix) ? String(dropFirst(prefix.count)) : self
  }
}

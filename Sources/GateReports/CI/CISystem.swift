package import GateSettings

/// A CI system that gets a verdict in its own format.
package enum CISystem: String, Hashable, Sendable, CaseIterable {
  case github
  case gitlab
  case circleci
  case jenkins
  case buildkite
  case azure

  /// The system whose variables are set, or that was chosen; nil for none.
  package init?(_ choice: CIChoice, variables: [String: String]) {
    switch choice {
    case .auto:
      guard let found = Self.allCases.first(where: { $0.isPresent(in: variables) }) else {
        return nil
      }
      self = found
    case .github, .gitlab, .circleci, .jenkins, .buildkite, .azure, .none:
      self.init(rawValue: choice.rawValue)
    }
  }

  private func isPresent(in variables: [String: String]) -> Bool {
    switch self {
    case .github: variables["GITHUB_ACTIONS"] == "true"
    case .gitlab: variables["GITLAB_CI"] == "true"
    case .circleci: variables["CIRCLECI"] == "true"
    // The value is the address of the server, which can be anything.
    case .jenkins: !(variables["JENKINS_URL"] ?? "").isEmpty
    case .buildkite: variables["BUILDKITE"] == "true"
    case .azure: variables["TF_BUILD"]?.lowercased() == "true"
    }
  }
}

extension CISystem {
  /// Lines for the log before the first check, which begin a section that can be folded.
  ///
  /// `time` is in seconds since 1970.
  package func logBeforeChecks(time: Int64) -> String {
    switch self {
    case .github: GitHubActions.groupStart
    case .gitlab: GitLab.sectionStart(time: time)
    case .buildkite: Buildkite.groupStart
    case .azure: AzurePipelines.groupStart
    case .circleci, .jenkins: ""
    }
  }

  /// Lines for the log after the last check, which end the section; `time` is in seconds since
  /// 1970.
  package func logAfterChecks(time: Int64) -> String {
    switch self {
    case .github: GitHubActions.groupEnd
    case .gitlab: GitLab.sectionEnd(time: time)
    case .azure: AzurePipelines.groupEnd
    // A group lasts until the next one.
    case .buildkite, .circleci, .jenkins: ""
    }
  }

  /// The verdict and its worst causes, as lines for the log.
  package func log(_ verdict: CIVerdict) -> String {
    switch self {
    case .github: GitHubActions.annotations(verdict)
    case .azure: AzurePipelines.issues(verdict) + AzurePipelines.variables(verdict)
    case .buildkite: Buildkite.groupOfVerdict(verdict) + verdict.plainLines
    case .gitlab, .circleci, .jenkins: verdict.plainLines
    }
  }
}

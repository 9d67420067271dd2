package import GateCore

/// The settings of what a run triggers besides its verdict.
///
/// They are hooks, notifications, the stream of events, and the report to a CI system.
package struct ReactionSettings: Hashable, Sendable {
  /// Shell commands, by the decision after which they run.
  package var hooks: [Decision: String] = [:]
  package var hookTimeout = Self.standardHookTimeout
  /// Whether the baseline is gated again after a rollback.
  package var verifiesRollback = false
  package var notify: [Webhook] = []
  package var events: EventsDestination?
  package var ci = CIChoice.auto
  /// The folder for files that a CI system collects; nil for none.
  package var ciDirectory: String?

  package static let standardHookTimeout = Duration.seconds(300)
}

/// The destination of the journal's lines as they are written.
package enum EventsDestination: Hashable, Sendable {
  case standardOutput
  case url(Webhook)
}

/// The CI system that gets the verdict in its own format.
package enum CIChoice: String, Hashable, Sendable, CaseIterable {
  /// The system whose variables are set.
  case auto
  case github
  case gitlab
  case circleci
  case jenkins
  case buildkite
  case azure
  case none

  /// The files of `ci_dir`: variables, JUnit's XML and Markdown.
  package static let fileNames = ["healthgate.env", "healthgate.xml", "healthgate.md"]
}

extension SettingKey {
  /// The hook that runs after a decision.
  package static func hook(after decision: Decision) -> SettingKey {
    switch decision {
    case .promote: .onPromote
    case .rollback: .onRollback
    case .inconclusive: .onInconclusive
    }
  }
}

extension SettingsReader {
  mutating func reactions() -> ReactionSettings {
    var reactions = ReactionSettings()
    for decision in Decision.allCases {
      reactions.hooks[decision] = text(of: .hook(after: decision))
    }
    reactions.verifiesRollback = toggle(.verifyRollback)
    reactions.hookTimeout = duration(.hookTimeout, else: ReactionSettings.standardHookTimeout)
    if reactions.hookTimeout == .zero {
      reject(
        .hookTimeout, "hook_timeout is 0s, which no command can meet",
        hint: "leave it out for \(ReactionSettings.standardHookTimeout.inWords)")
    }
    reactions.notify = values(of: .notify, Webhook.init(parsing:))
    reactions.events = value(of: .events) { text throws(GrammarError) in
      if text == "-" { return .standardOutput }
      let webhook = try Webhook(parsing: text)
      guard webhook.form == .json else {
        throw GrammarError("\(webhook.shown) accepts messages, but not the journal's lines")
      }
      return .url(webhook)
    }
    reactions.ci = choice(.ci, else: .auto)
    reactions.ciDirectory = text(of: .ciDir)
    return reactions
  }

  enum Force {
    /// The verdict determines the exit status.
    case binding
    case advisory
  }

  mutating func compare(
    _ reactions: ReactionSettings, with output: OutputSettings, _ force: Force
  ) {
    if reactions.events == .standardOutput, output.format == .text, areSound(.events, .format) {
      reject(
        .events, "events is -, but standard output is set to have the verdict as text",
        hint: "leave format out, or give events a URL")
    }
    if reactions.events == .standardOutput, output.signKey != nil, output.verdict == nil,
      areSound(.events)
    {
      reject(
        .events, "events is -, but the verdict on its last line does not carry the signature",
        hint: "set verdict to a file for the signed one, or give events a URL")
    }
    let given = (Decision.allCases.map(SettingKey.hook) + [.verifyRollback]).filter(isAsked)
    if force == .advisory, !given.isEmpty {
      warn("advisory is on, so none of \(given.map(\.rawValue).joined(separator: ", ")) is run")
    }
  }
}

package import GateCore

/// All settings of a run, understood and checked.
package struct Settings: Hashable, Sendable {
  /// At least one; those of several have names.
  package var checks: [CheckSettings]
  package var source: InstanceSource
  package var group: GroupSettings
  /// Where the old group comes from, if one is named.
  package var baseline: InstanceSource?
  /// No two of one name.
  package var guards: [GuardSpec]
  /// The canary's; empty: no traffic is shifted.
  package var steps: [StepSpec]
  /// What shifts traffic where a step has no command of its own.
  package var shift: String?
  /// The way back; nil only without steps.
  package var undo: Undo?
  package var following: FollowingSettings
  package var output: OutputSettings
  package var reactions: ReactionSettings
  /// Whether the run ends with 0 whatever the verdict.
  package var isAdvisory: Bool
  /// Whether what the load balancer would refuse is refused here.
  package var isStrict: Bool
  /// What works here but not on the load balancer, or is probably not meant: a sentence each.
  package var warnings: [String]
  /// What the settings were made from, defaults and secrets too; `printed` shows it masked.
  package var inForce: RawSettings
}

/// What a check sends beyond, or in place of, what the load balancer sends.
package struct RequestSettings: Hashable, Sendable {
  package var method: String?
  package var host: String?
  package var userAgent: String?
  package var protocolVersion = ProtocolVersion.http1
  /// The service that `grpc.health.v1` is asked about.
  package var grpcService = ""
  /// The PROXY protocol's header that comes before the check, if one does.
  package var proxyProtocol: ProxyProtocol?
  /// Without `Host` and `User-Agent`, which stand above.
  package var headers: [Answer.Field] = []
}

/// How a check takes part in a TLS handshake.
package struct TLSSettings: Hashable, Sendable {
  package var isVerified = false
  package var caFile: String?
  package var clientCert: String?
  /// Nil: in the file of the certificate.
  package var clientKey: String?
  package var serverName: String?
  /// The newest version to offer; nil: the newest there is.
  package var max: TLSVersion?
}

/// What the run leaves behind.
package struct OutputSettings: Hashable, Sendable {
  package var format = Format.auto
  /// Where the verdict goes too.
  package var verdict: String?
  package var journal: String?
  /// The journal of the run to go on with.
  package var resume: String?
  package var progress = Progress.auto
  /// Where the key to sign with is: a file, `env:NAME` or `exec:COMMAND`.
  package var signKey: String?
  package var attestation: AttestationSettings?
  package var reports: [ReportRequest] = []
  package var labels: [Deployment.Label] = []

  package enum Format: String, Hashable, Sendable, CaseIterable {
    /// Text for a person at a terminal, JSON for whoever else reads it.
    case auto
    case json
    case text
  }

  package enum Progress: String, Hashable, Sendable, CaseIterable {
    case auto
    case live
    case plain
    case none
  }
}

/// What is said of the deployed artifact, and where.
package struct AttestationSettings: Hashable, Sendable {
  package var file: String
  package var subject: Subject
}

extension Settings {
  /// What must not appear in any output.
  ///
  /// An answer may well repeat what was sent to it.
  package var secrets: SecretMask {
    SecretMask(inForce.values.flatMap { key, texts in texts.flatMap { key.secrets(in: $0.text) } })
  }
}

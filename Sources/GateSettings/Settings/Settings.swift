package import GateCore

/// All settings of a run, parsed and validated.
package struct Settings: Hashable, Sendable {
  /// The health checks, at least one; several have names.
  package var checks: [CheckSettings]
  package var source: InstanceSource
  package var group: GroupSettings
  /// The source of the old group; nil if none is named.
  package var baseline: InstanceSource?
  /// The guards, with unique names.
  package var guards: [GuardSpec]
  /// The steps of the canary; empty if no traffic is shifted.
  package var steps: [StepSpec]
  /// The command that shifts traffic for steps without their own; nil if there is none.
  package var shift: String?
  /// The command that takes the traffic back; nil only without steps.
  package var undo: Undo?
  package var following: FollowingSettings
  package var output: OutputSettings
  package var reactions: ReactionSettings
  /// Whether the run exits with 0 whatever the verdict is.
  package var isAdvisory: Bool
  /// Values that work here but not on the load balancer, or are probably mistakes; one sentence
  /// each.
  package var warnings: [String]
  /// The settings in force, including defaults and secrets; `printed` masks them.
  package var inForce: RawSettings
}

/// The parts of a check's request that differ from the load balancer's.
package struct RequestSettings: Hashable, Sendable {
  package var method: String?
  package var host: String?
  package var userAgent: String?
  package var protocolVersion = ProtocolVersion.http1
  /// The service in the request of a `grpc.health.v1` check.
  package var grpcService = ""
  /// The PROXY protocol header before the request; nil for none.
  package var proxyProtocol: ProxyProtocol?
  /// The header fields, without `Host` and `User-Agent`, which are separate.
  package var headers: [Answer.Field] = []
}

/// How a check takes part in a TLS handshake.
package struct TLSSettings: Hashable, Sendable {
  package var isVerified = false
  package var caFile: String?
  package var clientCert: String?
  /// The file of the key; nil if the key is in the certificate's file.
  package var clientKey: String?
  package var serverName: String?
  /// The newest TLS version to offer; nil for the newest that is available.
  package var max: TLSVersion?
}

/// The outputs of a run.
package struct OutputSettings: Hashable, Sendable {
  package var format = Format.auto
  /// The file for the verdict, in addition to standard output; nil for none.
  package var verdict: String?
  package var journal: String?
  /// The journal of the run to resume; nil for a new run.
  package var resume: String?
  package var progress = Progress.auto
  /// The signing key: a file, `env:NAME` or `exec:COMMAND`; nil for no signature.
  package var signKey: String?
  package var attestation: AttestationSettings?
  package var reports: [ReportRequest] = []
  package var labels: [Deployment.Label] = []

  package enum Format: String, Hashable, Sendable, CaseIterable {
    /// Text for a person at a terminal, JSON otherwise.
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

/// The attestation of the deployed artifact, and its file.
package struct AttestationSettings: Hashable, Sendable {
  package var file: String
  package var subject: Subject
}

extension Settings {
  /// Secrets that no output may show.
  ///
  /// A response may repeat what was sent.
  package var secrets: SecretMask {
    SecretMask(inForce.values.flatMap { key, texts in texts.flatMap { key.secrets(in: $0.text) } })
  }
}

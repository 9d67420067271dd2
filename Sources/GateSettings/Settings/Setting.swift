package import GateCore

/// A setting's row in the table.
///
/// The flags, help, printed settings, the schema of the file, and the rules for combinations are
/// made from the table.
package struct Setting: Sendable {
  package var part: Part
  package var kind: Kind
  /// The placeholder for the value in help, such as `DURATION`.
  package var metavar: String
  /// The help text, one sentence, also for the manual.
  package var help: String
  /// What applies if the setting is not given and the semantics have no default.
  ///
  /// For `host` it is "as the load balancer sends".
  package var whenUnset: WhenUnset
  package var repetition: Repetition
  package var confidentiality: Confidentiality
  /// The checks to which it applies.
  package var protocols: Protocols
  /// The settings without which it has no effect.
  package var companions: Companions
  /// The settings with which it cannot be combined.
  package var rivals: [SettingKey]
  /// What its value refers to outside the program.
  package var naming: Naming
  /// A value that a hint can suggest; nil if there is none.
  package var example: String?
  /// How it is stored and recorded; nil if it is not part of the health check or the policy.
  package var recorded: RecordedSetting?
  /// What `replay` can try other values for; nil if it keeps the run's value.
  package var replayed: Replayed?

  package var section: Section { part.section }

  /// What applies instead of a value.
  package enum WhenUnset: Hashable, Sendable, ExpressibleByStringLiteral {
    /// The default, or the rule for it, in words.
    case holds(String)
    case nothing
    /// Another source of instances.
    case otherSource
    /// The setting is required.
    case refused

    package init(stringLiteral words: String) { self = .holds(words) }

    package var words: String {
      switch self {
      case .holds(let words): words
      case .nothing: "none"
      case .otherSource: "none, unless another source is given"
      case .refused: "none, required"
      }
    }

    /// The default in words; nil if there is none.
    package var held: String? {
      guard case .holds(let words) = self else { return nil }
      return words
    }
  }

  /// The headings of help and documentation.
  package enum Section: String, Hashable, Sendable, CaseIterable {
    case healthCheck = "Health check"
    case group = "Group"
    case policy = "Policy"
    case output = "Output"
  }

  /// Groups of related settings.
  package enum Part: Hashable, Sendable, CaseIterable {
    /// The target, the semantics, and the definition of a passing check.
    case check
    /// When checks are made, and how many results count.
    case rhythm
    /// The request of a check.
    case request
    case tls
    /// How a check reaches the instance.
    case way
    /// The expectations of a response beyond the load balancer's.
    case expectation
    /// The instances.
    case source
    /// The image and other origins of an instance of the release; only sources in AWS know them.
    case release
    /// How the group and the load balancer's view are followed.
    case following
    /// The requirements for the group, and the deadline.
    case limits
    case baseline
    case guards
    /// The steps of a canary.
    case steps
    /// What the run prints and writes.
    case documents
    /// What the run triggers.
    case reactions

    package var section: Section {
      switch self {
      case .check, .rhythm, .request, .tls, .way, .expectation: .healthCheck
      case .source, .release, .following: .group
      case .limits, .baseline, .guards, .steps: .policy
      case .documents, .reactions: .output
      }
    }
  }

  /// The checks to which a setting applies.
  package enum Protocols: Hashable, Sendable, CaseIterable {
    case all
    /// Checks that send a request and get a response.
    case requests
    /// Checks whose request has a configurable method.
    case methods
    /// Checks whose response has a text body.
    case bodies
    /// Checks that begin with a TLS handshake.
    case tls
    /// gRPC calls.
    case grpc

    package func contains(_ scheme: HealthCheckTarget.Scheme) -> Bool {
      switch self {
      case .all: true
      case .requests: scheme.hasPath
      case .methods, .bodies: scheme.hasPath && !scheme.isGRPC
      case .tls: scheme.isTLS
      case .grpc: scheme.isGRPC
      }
    }
  }

  /// The kind of a value.
  package enum Kind: Hashable, Sendable {
    case text
    /// Text that often consists of digits: `200`, `1.10`.
    case textOrNumber
    case duration
    /// A whole number of at least 1.
    case wholeNumber
    /// A number or a percentage.
    case instanceCount
    /// True or false; as a flag it takes no value.
    case toggle
    case choice([String])
    /// The path of a file.
    case file
    /// An instance or a list of instances, such as `10.0.1.5,web-3=10.0.1.7:8080`.
    case instances
    /// A name and a value with this separator; in a file also a mapping.
    case pair(separator: String)
    /// A mapping, which is kept as JSON on one line.
    case mapping
  }

  /// What another value changes when a run is replayed from its journal.
  package enum Replayed: Hashable, Sendable {
    /// The conclusions from the checks, but not which checks are made.
    case conclusions
    /// Which checks are made. A journal has only some of them, so only `--compare` accepts such a
    /// setting.
    case checks
  }

  /// How often a setting can be given.
  package enum Repetition: Hashable, Sendable {
    case once
    /// Any number of times; each one adds a value.
    case repeatable
  }

  /// The part of a value that no output may show.
  package enum Confidentiality: Hashable, Sendable {
    /// What is secret in a value of this kind: in a URL, a command or a mapping.
    case ofKind
    /// Nothing.
    case open
    /// All of a header's value that is not known to be harmless.
    case header
    /// Everything before an `@`, also without a scheme.
    case place
    /// Everything but the host of a URL.
    case webhook
  }

  /// The settings without which a setting has no effect.
  package enum Companions: Hashable, Sendable {
    case all([SettingKey])
    /// At least one of these.
    case any([SettingKey])
  }

  /// What a value refers to outside the program.
  package enum Naming: Hashable, Sendable, CaseIterable {
    case nothing
    /// A file that is read.
    case input
    /// A file that is written.
    case output
    /// A folder in which files are written.
    case folder
    /// A file that is read, and then written to.
    case journal
    /// `FORMAT=FILE`, a file that is written.
    case report
    case command
    case url
    /// A URL, or `-` for standard output.
    case stream
    /// A file, `env:NAME` or `exec:COMMAND`.
    case key
    /// `SOURCE:NAME`, in the notation of `baseline`.
    case group
    /// A guard, such as `http:URL` or `exec:COMMAND`.
    case question
    /// `terraform:FILE#ADDRESS`, or a load balancer.
    case origin
  }

  init(
    _ part: Part, _ kind: Kind, _ metavar: String, _ help: String,
    whenUnset: WhenUnset = .nothing, _ repetition: Repetition = .once,
    _ confidentiality: Confidentiality = .ofKind, for protocols: Protocols = .all,
    with companions: Companions = .all([]),
    without rivals: [SettingKey] = [], naming: Naming = .nothing, example: String? = nil,
    recorded: RecordedSetting? = nil, replayed: Replayed? = nil
  ) {
    self.part = part
    self.kind = kind
    self.metavar = metavar
    self.help = help
    self.whenUnset = whenUnset
    self.repetition = repetition
    self.confidentiality = confidentiality
    self.protocols = protocols
    self.companions = companions
    self.rivals = rivals
    self.naming = naming
    self.example = example
    self.recorded = recorded
    self.replayed = replayed
  }
}

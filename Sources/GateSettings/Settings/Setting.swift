package import GateCore

/// What a setting is: the row of the table from which flags, help, printed settings, the schema of
/// the file, and the rules about what goes with what are made.
package struct Setting: Sendable {
  package var part: Part
  package var kind: Kind
  /// What stands for the value in help: `DURATION`.
  package var metavar: String
  /// One sentence, in the words of the manual.
  package var help: String
  /// What holds when nothing is given and the semantics do not say: for `host`, "as the load
  /// balancer sends".
  package var whenUnset: WhenUnset
  package var repetition: Repetition
  package var confidentiality: Confidentiality
  /// The checks that it means something to.
  package var protocols: Protocols
  /// The sources of instances that it means something to.
  package var sources: Sources
  /// What it says nothing without.
  package var companions: Companions
  /// It cannot be given together with any of these.
  package var rivals: [SettingKey]
  /// What its value names outside of the program.
  package var naming: Naming
  /// A value that a hint can propose.
  package var example: String?
  /// How it is kept and recorded; nil where it is no part of the health check or the policy.
  package var recorded: RecordedSetting?
  /// What `replay` can try another value for; nil if it keeps that of the run.
  package var replayed: Replayed?
  /// Where it can be given.
  package var layers: Layers

  package var section: Section { part.section }

  /// What takes the place of a value.
  package enum WhenUnset: Hashable, Sendable, ExpressibleByStringLiteral {
    /// The value, or the rule by which there is one, in words.
    case holds(String)
    case nothing
    /// Another source of instances.
    case otherSource
    /// It must be given.
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

    /// What holds all the same; nil where nothing does.
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

  /// Settings that belong together.
  package enum Part: Hashable, Sendable, CaseIterable {
    /// What is asked, by whose rules, and what is a success.
    case check
    /// When checks are made, and how many of them count.
    case rhythm
    /// What a check sends.
    case request
    case tls
    /// How a check gets to the instance.
    case way
    /// What a success must show beyond the load balancer.
    case expectation
    /// Who is checked.
    case source
    /// What an instance of the release is made from.
    case release
    /// How the group and the load balancer's view of it are followed.
    case following
    /// What the group must show, and by when.
    case limits
    case baseline
    case guards
    /// The canary's.
    case steps
    /// What the run prints and writes.
    case documents
    /// What the run sets off.
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

  /// The checks that a setting means something to.
  package enum Protocols: Hashable, Sendable, CaseIterable {
    case all
    /// Those that send a request and get an answer.
    case requests
    /// Those whose request has a method to choose.
    case methods
    /// Those whose answer has a body of text.
    case bodies
    /// Those that begin with a TLS handshake.
    case tls
    /// Calls of gRPC.
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

  /// The sources of instances that a setting means something to.
  package enum Sources: Hashable, Sendable, CaseIterable {
    case all
    /// Those that know what an instance is made from.
    case aws

    package func contains(_ source: SettingKey) -> Bool {
      switch self {
      case .all: true
      case .aws: [.asg, .elb, .targetGroup, .terraform].contains(source)
      }
    }
  }

  /// What a value looks like.
  package enum Kind: Hashable, Sendable {
    case text
    /// Text that is often all digits: `200`, `1.10`.
    case textOrNumber
    case duration
    /// At least 1.
    case wholeNumber
    /// A number or a percentage.
    case instanceCount
    /// True or false; as a flag it takes no value.
    case toggle
    case choice([String])
    /// The path of a file.
    case file
    /// `10.0.1.5,web-3=10.0.1.7:8080`, or a list of such.
    case instances
    /// A name and a value with this between them; in a file also a mapping.
    case pair(separator: String)
    /// A mapping: kept as JSON on one line.
    case mapping
  }

  /// What another value changes when a run is decided again from its journal.
  package enum Replayed: Hashable, Sendable {
    /// What the checks show, but not which checks are made.
    case conclusions
    /// Which checks are made. A journal has only some of them, so that only `--compare` takes such
    /// a setting.
    case checks
  }

  /// Where a setting can be given.
  package enum Layers: Hashable, Sendable {
    case all
    /// In the file alone: no flag and no variable.
    case file
  }

  /// How often a setting can be given.
  package enum Repetition: Hashable, Sendable {
    case once
    /// Any number of times; each adds a value.
    case repeatable
  }

  /// Whether a value may be shown.
  package enum Confidentiality: Hashable, Sendable {
    case open
    /// Printed as `***`, in whole or in part.
    case secret
  }

  /// What a setting says nothing without.
  package enum Companions: Hashable, Sendable {
    case all([SettingKey])
    /// At least one of them.
    case any([SettingKey])
  }

  /// What a value names outside of the program.
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
    /// `FORMAT=FILE`, which is written.
    case report
    case command
    case url
    /// A URL, or `-` for standard output.
    case stream
    /// A file, `env:NAME` or `exec:COMMAND`.
    case key
    /// `SOURCE:NAME`, as `baseline` has it.
    case group
    /// `http:URL`, `exec:COMMAND` and the like.
    case question
    /// `terraform:FILE#ADDRESS`, or a load balancer.
    case origin
  }

  init(
    _ part: Part, _ kind: Kind, _ metavar: String, _ help: String,
    whenUnset: WhenUnset = .nothing, _ repetition: Repetition = .once,
    _ confidentiality: Confidentiality = .open, for protocols: Protocols = .all,
    of sources: Sources = .all, with companions: Companions = .all([]),
    without rivals: [SettingKey] = [], naming: Naming = .nothing, example: String? = nil,
    recorded: RecordedSetting? = nil, replayed: Replayed? = nil, in layers: Layers = .all
  ) {
    self.part = part
    self.kind = kind
    self.metavar = metavar
    self.help = help
    self.whenUnset = whenUnset
    self.repetition = repetition
    self.confidentiality = confidentiality
    self.protocols = protocols
    self.sources = sources
    self.companions = companions
    self.rivals = rivals
    self.naming = naming
    self.example = example
    self.recorded = recorded
    self.replayed = replayed
    self.layers = layers
  }
}

/// What a setting is: the row of the table from which flags, help, printed settings and the schema
/// of the file are made.
package struct Setting: Hashable, Sendable {
  package var section: Section
  package var kind: Kind
  /// What stands for the value in help: `DURATION`.
  package var metavar: String
  /// One sentence, in the words of the manual.
  package var help: String
  /// What holds when nothing is given and the semantics do not say: for `host`, "as the load
  /// balancer sends".
  package var whenUnset: String
  package var repetition: Repetition
  package var confidentiality: Confidentiality

  /// The headings of help and documentation.
  package enum Section: String, Hashable, Sendable, CaseIterable {
    case healthCheck = "Health check"
    case group = "Group"
    case policy = "Policy"
    case output = "Output"
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

  init(
    _ section: Section, _ kind: Kind, _ metavar: String, _ help: String,
    whenUnset: String = "none", _ repetition: Repetition = .once,
    _ confidentiality: Confidentiality = .open
  ) {
    self.section = section
    self.kind = kind
    self.metavar = metavar
    self.help = help
    self.whenUnset = whenUnset
    self.repetition = repetition
    self.confidentiality = confidentiality
  }
}

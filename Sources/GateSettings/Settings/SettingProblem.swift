package import GateCore

/// An error in the settings, with its origin.
package struct SettingProblem: Hashable, Sendable {
  package var fact: Fact
  /// The origin; nil if there is more than one, or the fact names it itself.
  package var origin: SettingOrigin?
  /// The name of the affected health check, if there are several; else nil.
  package var check: String?

  package init(_ fact: Fact, at origin: SettingOrigin? = nil) {
    self.fact = fact
    self.origin = origin
  }

  /// A value that does not match its grammar; its secrets are not shown.
  package init(_ error: GrammarError, in text: SettingText, of key: SettingKey) {
    let error = error.withoutSecrets(of: text.text)
    self.init(.unreadable(key, error.description, hint: error.hint), at: text.origin)
  }

  package enum Fact: Hashable, Sendable {
    /// There is no setting with this name, spelled as in its origin.
    ///
    /// `meant` are the settings that were probably meant; it may be empty.
    case unknown(name: String, meant: [String])
    /// An unknown name with settings under it.
    case nested(name: String)
    /// A setting with a single value that is given twice in one layer, spelled as there.
    case repeated(name: String)
    /// Duplicate names in a document that is not a settings file.
    case duplicated(names: [String])
    case noValue(name: String)
    case wrongKind(name: String, found: String, wanted: String)
    /// A value that does not match its grammar, with what is expected.
    case unreadable(SettingKey, String, hint: String? = nil)
    case missing(SettingKey, example: String)
    /// A value that the load balancer would refuse, under `strict`.
    case refused(Refusal)
    /// A value that makes no sense, or several that contradict each other.
    case inconsistent(SettingKey, String, hint: String? = nil)
    /// Bytes or a line that are not the expected text.
    case content(String, hint: String? = nil)
  }
}

/// A value that the load balancer would refuse.
package struct Refusal: Hashable, Sendable {
  package var key: SettingKey
  package var value: String
  package var semantics: Semantics
  package var limit: Limit
  /// The load balancer's default, if it has one; else nil.
  package var whenLeftOut: String?

  /// The limit that the value exceeds.
  package enum Limit: Hashable, Sendable {
    case range(String)
    /// Only these values are accepted.
    case only(String)
    case unsupported
    /// The value is not in this relation to another setting, such as `less than the interval (10s)`.
    case relation(String)
    /// All instances have one port; the target or URLs give each its own.
    case onePort
  }

  /// The sentence, such as `unhealthy_threshold 1 is outside an Application Load Balancer's range
  /// (2 to 10)`.
  package var sentence: String {
    let subject = "\(key.rawValue) \(value)"
    return switch limit {
    case .range(let range): "\(subject) is outside \(semantics.loadBalancer)'s range (\(range))"
    case .only(let values):
      "\(subject) is not accepted by \(semantics.loadBalancer), only \(values)"
    case .unsupported: "\(subject) is not supported by \(semantics.loadBalancer)"
    case .relation(let rule): "\(subject) is not \(rule), as \(semantics.loadBalancer) requires"
    case .onePort:
      "each instance is checked on its own port (traffic-port), but \(semantics.loadBalancer) checks "
        + "all of them on the same port"
    }
  }
}

extension SettingProblem.Fact {
  /// The settings that an unknown name may have meant, or that it may contain.
  var meant: Set<SettingKey> {
    switch self {
    case .unknown(_, let names):
      let prefix = SettingKey.variablePrefix
      return Set(
        names.map { $0.hasPrefix(prefix) ? $0.dropFirst(prefix.count).lowercased() : $0 }
          .compactMap(SettingKey.init))
    case .nested: return Set(SettingKey.allCases)
    case .repeated, .duplicated, .noValue, .wrongKind, .unreadable, .missing, .refused,
      .inconsistent,
      .content:
      return []
    }
  }
}

/// All errors in the settings, not only the first.
package struct SettingsError: Error, Hashable, Sendable {
  /// The errors; at least one.
  package var problems: [SettingProblem]

  package init(_ problems: [SettingProblem]) {
    precondition(!problems.isEmpty, "an error says what is wrong")
    self.problems = problems
  }

  /// The error about a line of a file that is not the expected text.
  init(content sentence: String, hint: String, of path: String, line: Int = 1) {
    self.init([
      SettingProblem(.content(sentence, hint: hint), at: .file(path: path, line: line))
    ])
  }

  /// Whether all errors are about unreadable bytes, rather than invalid values.
  package var isAboutContent: Bool {
    problems.contains { problem in
      switch problem.fact {
      case .content, .duplicated: true
      case .unknown, .nested, .repeated, .noValue, .wrongKind, .unreadable, .missing, .refused,
        .inconsistent:
        false
      }
    }
  }
}

extension SettingsError: CustomStringConvertible {
  /// The text for standard error, one paragraph per problem.
  package var description: String {
    problems.map(\.message).joined(separator: "\n")
  }
}

extension Semantics {
  /// The load balancer's name within a sentence.
  fileprivate var loadBalancer: String {
    switch self {
    case .classic: "a Classic Load Balancer"
    case .alb: "an Application Load Balancer"
    case .nlb: "a Network Load Balancer"
    }
  }
}

package import GateCore
internal import GateText

/// Something about the settings that cannot be, and where it stands.
package struct SettingProblem: Hashable, Sendable {
  package var fact: Fact
  /// Nil when no one place is to blame, or the fact names the place itself.
  package var origin: SettingOrigin?
  /// Of several health checks the one that it is about.
  package var check: String?

  package init(_ fact: Fact, at origin: SettingOrigin? = nil) {
    self.fact = fact
    self.origin = origin
  }

  /// The same, said of one of several health checks.
  func ofCheck(_ name: String) -> SettingProblem {
    var problem = self
    problem.check = name
    return problem
  }

  package enum Fact: Hashable, Sendable {
    /// No setting has this name, spelled as at its origin; what was probably meant is none, one, or
    /// one of several.
    case unknown(name: String, meant: [String])
    /// A name that is no setting's, with settings under it.
    case nested(name: String)
    /// A setting of one value that has two in one layer, as it is spelled there.
    case repeated(name: String)
    /// Names of a document that is no file of settings.
    case duplicated(names: [String])
    case noValue(name: String)
    case wrongKind(name: String, found: String, wanted: String)
    /// A value that is not of its grammar, and what is wanted.
    case unreadable(SettingKey, String, hint: String? = nil)
    case missing(SettingKey, example: String)
    /// The load balancer itself would refuse it, and so does `strict`.
    case refused(Refusal)
    /// A value, or several that do not go together, of which nothing sensible can be made.
    case inconsistent(SettingKey, String, hint: String? = nil)
    /// Bytes that are not the text that they should be, or a line of them that is not.
    case content(String, hint: String? = nil)
  }
}

/// What the load balancer would say no to.
package struct Refusal: Hashable, Sendable {
  package var key: SettingKey
  package var value: String
  package var semantics: Semantics
  package var limit: Limit
  /// The load balancer's default, if it has one.
  package var whenLeftOut: String?

  /// What the value does not keep to.
  package enum Limit: Hashable, Sendable {
    case range(String)
    /// The only values that are accepted.
    case only(String)
    case unsupported
    /// Another setting: `less than the interval (10s)`.
    case must(be: String)
  }

  /// Such as `unhealthy_threshold 1 is outside an Application Load Balancer's range (2 to 10)`.
  package var sentence: String {
    let subject = "\(key.rawValue) \(value)"
    return switch limit {
    case .range(let range): "\(subject) is outside \(semantics.loadBalancer)'s range (\(range))"
    case .only(let values):
      "\(subject) is not accepted by \(semantics.loadBalancer), only \(values)"
    case .unsupported: "\(subject) is not supported by \(semantics.loadBalancer)"
    case .must(let rule): "\(subject) must be \(rule)"
    }
  }
}

extension SettingProblem.Fact {
  /// The settings that a name that is none may have been meant as, or may have under it.
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

/// All that is wrong with the settings, never only the first.
package struct SettingsError: Error, Hashable, Sendable {
  /// At least one.
  package var problems: [SettingProblem]

  package init(_ problems: [SettingProblem]) {
    precondition(!problems.isEmpty, "an error says what is wrong")
    self.problems = problems
  }

  /// Whether it is about bytes that cannot be read, not about values that cannot be.
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
  /// One paragraph a problem, as it goes to standard error.
  package var description: String {
    problems.map(\.message).joined(separator: "\n")
  }
}

extension Semantics {
  /// In the words of a sentence.
  fileprivate var loadBalancer: String {
    switch self {
    case .classic: "a Classic Load Balancer"
    case .alb: "an Application Load Balancer"
    case .nlb: "a Network Load Balancer"
    }
  }
}

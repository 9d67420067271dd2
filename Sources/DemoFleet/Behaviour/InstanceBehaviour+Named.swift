/// Behaviors of known kinds of good and failed deployments.
extension InstanceBehaviour {
  package static func healthy(version: String = "v42") -> InstanceBehaviour {
    always(.healthy(version: version))
  }

  /// Refuses connections while the machine boots, then 502 while nginx waits for the application,
  /// then healthy.
  package static func slowBoot(
    listensAfter listening: Duration, healthyAfter healthy: Duration, version: String = "v42"
  ) -> InstanceBehaviour {
    InstanceBehaviour([
      Phase(from: .zero, .refuse),
      Phase(from: listening, .accept(Replies(repeating: [.response(.badGateway)]))),
      Phase(from: healthy, .accept(Replies(repeating: [.response(.healthy(version: version))]))),
    ])
  }

  package static let neverStarts = always(Stance.refuse)
  /// Does not respond to a connection attempt, as behind a firewall or a wrong security group.
  package static let blackhole = always(Stance.drop)
  /// nginx alone: the application exits because an environment variable is missing.
  package static let missingEnvironment = always(.badGateway)
  package static let disallowedHost = always(.answer(.ifHostIsNamed(.healthy())))
  package static let tlsRedirect = always(.answer(.redirectToTLS))
  package static let trailingSlashRedirect = always(.answer(.redirectToSlash))
  package static let unappliedMigration = always(.failing("migrations"))
  package static let staticPage = always(.staticPage)

  /// A remnant of an earlier deployment: healthy, but with the old version.
  package static func staleVersion(_ version: String = "v41") -> InstanceBehaviour {
    healthy(version: version)
  }

  package static func slowAnswers(_ delay: Duration) -> InstanceBehaviour {
    always(.response(.healthy(), after: delay))
  }

  /// Every check whose number is a multiple of `period` fails.
  package static func flapping(everyNth period: Int) -> InstanceBehaviour {
    precondition(period >= 1, "every n-th, from 1")
    let passes = [Reply](repeating: .healthy, count: period - 1)
    return always(.accept(Replies(repeating: passes + [.response(.failing("homepage"))])))
  }

  /// Healthy, then dead: the port refuses connections, and open ones are reset.
  package static func dies(after life: Duration, version: String = "v42") -> InstanceBehaviour {
    InstanceBehaviour([
      Phase(from: .zero, .accept(Replies(repeating: [.response(.healthy(version: version))]))),
      Phase(from: life, .refuse),
    ])
  }

  /// The n-th check gets the reply of the n-th letter; the last letter repeats: see
  /// `PatternLetter`.
  package static func pattern(_ letters: String) -> InstanceBehaviour {
    let replies = letters.map { letter in
      guard let known = PatternLetter(rawValue: letter) else {
        preconditionFailure("'\(letter)' in the pattern \(letters) is not a letter of one")
      }
      return known.reply
    }
    return always(.accept(Replies(replies.dropLast(), repeating: replies.suffix(1))))
  }
}

/// The reply to one check, as a letter of a pattern.
package enum PatternLetter: Character, CaseIterable, Sendable {
  case passes = "P"
  /// 503 by the health view.
  case fails = "F"
  /// 500 by an exception.
  case error = "E"
  /// 502 by nginx.
  case badGateway = "B"
  /// The request is accepted, but never gets a response.
  case timesOut = "T"
  case reset = "R"
  case closes = "C"
  case garbage = "G"

  package var reply: Reply {
    switch self {
    case .passes: .healthy
    case .fails: .response(.failing("homepage"))
    case .error: .response(.serverError)
    case .badGateway: .response(.badGateway)
    case .timesOut: .silence
    case .reset: .resetAfterRequest
    case .closes: .closeWithoutByte
    case .garbage: .garbage
    }
  }
}

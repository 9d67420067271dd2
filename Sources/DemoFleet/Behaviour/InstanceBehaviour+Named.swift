/// Behaviors of known kinds of good and failed deployments.
extension InstanceBehaviour {
  package static func healthy(version: String = "v42") -> InstanceBehaviour {
    always(.healthy(version: version))
  }

  /// Refuses connections while the machine boots, then 502 while nginx waits for the application,
  /// then healthy.
  package static func slowBoot(
    listensAfter listening: Duration, healthyAfter healthy: Duration
  ) -> InstanceBehaviour {
    InstanceBehaviour([
      Phase(from: .zero, .refuse),
      Phase(from: listening, .accept(Replies(repeating: [.response(.badGateway)]))),
      Phase(from: healthy, .accept(Replies(repeating: [.healthy]))),
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
  package static func dies(after life: Duration) -> InstanceBehaviour {
    InstanceBehaviour([
      Phase(from: .zero, .accept(Replies(repeating: [.healthy]))),
      Phase(from: life, .refuse),
    ])
  }

  /// Healthy for three checks, then 502 for three while the application restarts, then healthy.
  package static let restarting = always(
    .accept(
      Replies(
        [Reply](repeating: .healthy, count: 3)
          + [Reply](repeating: .response(.badGateway), count: 3),
        repeating: [.healthy])))
}

internal import GateArguments
internal import GateRecords
internal import GateRun
internal import GateSettings

/// The help of each command: a page that fits a screen, and one with every setting.
enum Help {
  /// What `healthgate help` takes beside a command.
  static let topics = ["settings", "exit-status", "environment"]

  /// `healthgate help TOPIC`.
  ///
  /// - Throws: what is near, for what is neither a command nor a topic.
  static func answer(to words: [String]) throws(CommandLineProblem) -> String {
    guard let topic = words.first, !topic.hasPrefix("-") else { return run }
    switch topic {
    case "settings": return page(of: Run.declaration, everySetting: true)
    case "exit-status", "exit-codes", "exit": return "\(exitStatus)\n"
    case "environment", "variables": return environment
    default:
      guard let command = Healthgate.command(named: topic) else {
        throw Healthgate.grammar.problem(ofFirstWord: topic)
      }
      return page(of: command.declaration, everySetting: false)
    }
  }

  static func page(of command: CommandDeclaration, everySetting: Bool) -> String {
    command.name == "run" && !everySetting ? run : command.help(everySetting: everySetting)
  }

  /// For the manual, and for tests.
  static var dump: String {
    Healthgate.grammar.dump(abstract: Healthgate.abstract, discussion: exitStatus)
  }

  private static var exitStatus: String { "Exit status:\n\(ExitStatus.list)" }

  /// At most 60 lines of 80 columns: what begins, the settings that matter, and where the rest is.
  private static let run = """
    Promotes or rolls back a new instance group, by your load balancer's own
    health-check rules.

    Usage: healthgate URL... [options]
           healthgate --target PROTOCOL:PORT/PATH --instances LIST [options]
           healthgate COMMAND ...

    Examples:
      # two instances, under a Classic Load Balancer's defaults
      healthgate http://10.0.1.5/health http://10.0.1.6/health
      # faster checks and a soak; keep the verdict
      healthgate --target HTTP:80/health --instances 10.0.1.5,10.0.1.6 \\
          --interval 10 --healthy-threshold 3 --soak 3m --verdict verdict.json
      # an Auto Scaling group, with its load balancer's settings
      healthgate --asg web-green --import-from elb:web --cross-check elb:web
      # settings from a file; 'healthgate init' writes one
      healthgate --config healthgate.yaml
      # see what it does, without a network or any setup
      healthgate demo

    Settings that matter most:
      --target PROTOCOL:PORT/PATH  what to check: HTTP:80/health, TCP:5432, ...
      --instances LIST             10.0.1.5,10.0.1.6:8080,web-3=10.0.1.7
      --semantics NAME             load balancer type: classic (default), alb, nlb
      --interval DURATION          from one check to the next (default: 30s)
      --healthy-threshold COUNT    passing checks in a row to be healthy
                                   (default: 10 for classic, 5 for alb and nlb)
      --unhealthy-threshold COUNT  failed checks in a row to be unhealthy (2)
      --soak DURATION              how long the group must stay healthy (0s)
      --deadline DURATION          no verdict by then is a rollback

      -c, --config FILE            settings from a YAML or JSON file
      -o, --format FORMAT          the verdict on standard output: auto, json, text
      --verdict FILE               also write the verdict to this file, as JSON
      -q, --progress none          show no progress
      -h, --help                   this page
      --help-all                   every setting
      --version                    the version

    Commands:
      run     gate a group (the default)      replay  decide a recorded run again
      init    print a settings file           report  render a recorded run
      demo    gate a built-in group           merge   merge several verdicts
      plan    show what settings mean         verify  verify a verdict
      probe   check each target once          keygen  create a signing key pair
      lint    find checks that prove little   schema  print a JSON Schema

    Exit status: 0 promote, 1 or 3 rollback, 2 inconclusive; 64 to 70 and 77:
    nothing was checked; 71: a hook failed; 74: an output was not written.

    More: 'healthgate COMMAND --help', 'healthgate help exit-status',
    'healthgate help environment', 'man healthgate'.

    """

  private static let environment = """
    Every setting can also be given as a variable: HEALTHGATE_ and its name in
    capitals, such as HEALTHGATE_HEALTHY_THRESHOLD for --healthy-threshold. A
    setting that can be repeated has one value per line. A flag overrides a
    variable, and a variable overrides the settings file.

      HEALTHGATE_CONFIG     the settings file, if --config is not given
      HEALTHGATE_VERSION    ignored, and so are HEALTHGATE_SERVICE_... and
                            HEALTHGATE_PORT..., which Kubernetes sets; any other
                            unknown HEALTHGATE_ variable is an error
      CI, GITHUB_ACTIONS, and the like
                            progress is printed as lines, and the verdict as JSON
      NO_COLOR              no colors, if it is set and not empty
      AWS_PROFILE, AWS_REGION, and the like
                            read as the aws command reads them

    """
}

internal import GateCore
internal import GateText

/// Names that other programs use for this program's options, values and commands.
///
/// Each word is one that `curl`, `kubectl`, `wait4x`, `k6`, the AWS console or a load balancer's
/// manual uses. The error for such a word says what to type here; the word itself is not accepted.
package enum ForeignWords {
  /// The advice for an unknown option, given without hyphens; nil if the word is not in the table.
  package static func advice(forOption name: String) -> String? {
    options[name.lowercased().replacing("_", with: "-")]
  }

  /// The advice for a short option, such as `-x` or `-X`, which differ; nil if it is not in the
  /// table.
  package static func advice(forLetter letter: String) -> String? {
    letters[letter].map { options[$0] ?? $0 }
  }

  /// The settings that another word, such as `retries` in a file, may mean.
  ///
  /// It is empty for a word that is not in the table, or corresponds to no setting.
  package static func settings(for word: String) -> [SettingKey] {
    let flags = advice(forOption: word)?.optionNames ?? []
    return flags.compactMap { flag in SettingKey.allCases.first { $0.flag == flag } }
  }

  /// The advice for an unknown command; nil if the word is not in the table.
  package static func advice(forCommand word: String) -> String? {
    commands[word.lowercased()]
  }

  /// The value of a setting that another word means; nil if the word is not in the table.
  package static func value(for word: String, of key: SettingKey) -> String? {
    values[key]?[word.lowercased().replacing("_", with: "-")]
  }

  private static let values: [SettingKey: [String: String]] = [
    .semantics: table(
      """
      elb clb elbv1 classic-load-balancer classic-elb: classic
      application elbv2 application-load-balancer: alb
      network network-load-balancer: nlb
      """),
    .format: table(
      """
      table plain human pretty wide: text
      ndjson: json
      """),
    .progress: table(
      """
      off false no never quiet: none
      tty bar fancy on: live
      text lines simple: plain
      """),
    .ci: table(
      """
      github-actions gha: github
      gitlab-ci: gitlab
      circle: circleci
      azure-devops azure-pipelines: azure
      off false no: none
      """),
    .protocolVersion: table(
      """
      http/1.1 1.1 http1.1 1: http1
      http/2 h2 2 h2c: http2
      """),
    .probeFrom: table(
      """
      lb elb alb nlb loadbalancer: load-balancer
      local gate: here
      """),
  ]

  static let options: [String: String] = table(
    """
    url uri endpoint address: give the URL by itself, healthgate http://10.0.1.5/health, or
        --target with --instances
    path port protocol scheme health-path http https tcp grpc check health healthcheck
        health-check: it is a part of --target: --target HTTP:80/health
    json output out: use --format json (-o json)
    output-file out-file outfile save save-to: use --verdict FILE: the verdict as JSON, whatever
        standard output has
    retries retry attempts tries failures failure-threshold errors fall: use
        --unhealthy-threshold COUNT: consecutive failures that make an instance unhealthy
    successes consecutive success-threshold passes rise: use --healthy-threshold COUNT:
        consecutive successes that make an instance healthy
    threshold thresholds: use --healthy-threshold COUNT or --unhealthy-threshold COUNT
    period delay every wait-between sleep backoff frequency: use --interval DURATION: from one
        check to the next
    duration wait wait-timeout max-time time-limit give-up-after: use --deadline DURATION for
        the whole run, or --timeout DURATION for one check
    bake bake-time stabilization stabilize hold min-ready-seconds: use --soak DURATION: how long
        the group must stay healthy
    initial-delay start-period startup startup-time warmup warm-up grace: use --grace-period
        DURATION: failed checks of a new instance are forgiven for this long
    status code codes expect-status status-code status-codes expected-status http-code
        http-codes success-codes: use --matcher CODES, such as --matcher 200-299
    body grep contains match expect expect-regex: use --expect-body REGEX
    verbose debug trace vv vvv log-level verbosity: there are no log levels: the
        progress shows what happens, and 'healthgate probe' shows one check with its phases
    quiet silent no-progress: use --progress none (-q)
    insecure no-verify no-check-certificate skip-verify insecure-skip-verify: leave it out:
        certificates are not checked unless --verify-tls is given
    hosts nodes ips ip servers targets addresses instance backends: use --instances LIST, such
        as --instances 10.0.1.5,10.0.1.6
    type lb lb-type elb-type load-balancer load-balancer-type mode rules: use --semantics NAME:
        classic, alb or nlb
    autoscaling-group auto-scaling-group asg-name: use --asg NAME
    load-balancer-name elb-name clb: use --elb NAME
    target-group-arn target-group-name tg: use --target-group ARN-or-NAME
    dry-run dry noop check-only simulate: use --print-config for the settings, 'healthgate plan'
        for what they mean, or --advisory to decide and exit with 0
    fail-fast exit-on-failure: leave it out: a run ends as soon as the verdict is certain
    exit-zero soft-fail warn-only allow-failure report-only: use --advisory: the verdict is
        reported, and the exit status is 0
    file settings values conf: use --config FILE (-c FILE)
    agent useragent: use --user-agent TEXT
    request verb: use --method METHOD
    user username password auth token bearer: use --header 'Authorization: ...' (-H), with a
        value from a secret variable
    cookie cookies: use --header 'Cookie: ...' (-H)
    data data-raw post-data form payload: leave it out: a health check sends no body
    location follow follow-redirects redirects: leave it out: a load balancer follows no
        redirect; --matcher 200-399 counts one as a success
    hostname vhost host-header virtual-host: use --host NAME
    sni servername: use --server-name NAME
    http-version: use --protocol-version http1, http2 or grpc
    http2 h2 http2-prior-knowledge: use --protocol-version http2
    region profile: set the variable AWS_REGION or AWS_PROFILE
    image-id ami image: use --expect-image IMAGE
    tag tags: use --expect-tag KEY=VALUE
    build revision release app-version sha git-sha: use --expect-version VERSION with
        --version-from SOURCE
    name env environment service commit annotation: use --label NAME=VALUE, such as --label
        service=web
    junit html markdown tap openmetrics: use --report FORMAT=FILE
    sign signing-key: use --sign-key KEY
    cacert ca ca-cert: use --ca-file FILE
    cert certificate: use --client-cert FILE
    key-file private-key: use --client-key FILE, or --sign-key KEY to sign the verdict
    resolve: use --connect-to HOST1:PORT1:HOST2:PORT2
    concurrency parallel workers threads jobs: leave it out: all instances are checked in
        parallel
    log log-file history: use --journal FILE to record every event as it happens
    min-ready quorum min-available: use --min-healthy COUNT|PERCENT
    max-unavailable: use --max-unhealthy COUNT|PERCENT
    webhook slack: use --notify URL
    on-success: use --on-promote COMMAND
    on-failure: use --on-rollback COMMAND
    color colour no-color no-colour: set the variable NO_COLOR for no colors
    list-scenarios scenarios: 'healthgate demo --list' names the scenarios
    """)

  /// The short options, those of `curl` first; each has the name of an option above, or advice.
  static let letters: [String: String] = [
    "A": "agent", "E": "cert", "L": "location", "X": "request", "b": "cookie", "d": "data",
    "f": "file", "k": "insecure", "m": "duration", "p": "port", "s": "quiet", "u": "user",
    "v": "verbose", "x": "use --proxy URL", "I": "use --method HEAD", "n": "dry-run",
    "t": "use --timeout DURATION for one check, or --deadline DURATION for the whole run",
  ]

  static let commands: [String: String] = table(
    """
    check gate wait test start watch wait-for deploy monitor: to gate a group, use 'healthgate
        run'; to check once, 'healthgate probe'
    status ping curl get inspect once: to check once, use 'healthgate probe'; to gate a group,
        'healthgate run'
    validate analyze analyse doctor audit: for an endpoint, use 'healthgate lint'; for settings,
        'healthgate run --print-config'
    config settings show-config print-config: use 'healthgate run --print-config'
    explain show render html junit: use 'healthgate report'
    simulate estimate odds dry-run: use 'healthgate plan'
    combine join: use 'healthgate merge'
    genkey keys key: use 'healthgate keygen'
    sign: a run signs its verdict: 'healthgate run --sign-key KEY'
    example try quickstart: use 'healthgate demo'
    list ls scenarios scenario: use 'healthgate demo --list'
    new create setup configure: use 'healthgate init'
    attest trust: use 'healthgate verify'
    schemas: use 'healthgate schema'
    rerun recheck: use 'healthgate replay'
    promote rollback apply switch release: healthgate decides and switches nothing itself:
        'healthgate run --on-promote COMMAND --on-rollback COMMAND'
    man manual docs doc: use 'man healthgate', or 'healthgate help'
    usage commands ?: use 'healthgate --help'
    exit-status exit-codes: use 'healthgate help exit-status'
    environment variables: use 'healthgate help environment'
    version: use --version
    completion completions: use --generate-completion-script bash, zsh or fish
    """)

  /// The option with which a command writes its result to a file.
  package enum ResultPlace: Hashable, Sendable {
    case verdict
    case output
    /// There is none: the result goes to standard output.
    case printed
  }

  /// The advice for the name of a file in place of a format, as `-o` of other programs takes one; nil for any other
  /// word.
  package static func advice(forFile name: String, of place: ResultPlace) -> String? {
    // A URL may have a token in it.
    guard name.contains(where: { "./".contains($0) }), !name.contains("://") else { return nil }
    let file = SecretPlaces.masked(name).printable
    return switch place {
    case .verdict: "--verdict \(file) writes the verdict to a file"
    case .output: "--output \(file) names the file"
    case .printed: "'> \(file)' writes standard output to a file"
    }
  }

  /// Reads rows of words, a colon and their advice; an indented line continues the row.
  private static func table(_ text: String) -> [String: String] {
    var table: [String: String] = [:]
    for row in text.replacing("\n    ", with: " ").split(separator: "\n") {
      let end = row.firstIndex(of: ":") ?? row.endIndex
      let advice = String(row[end...].dropFirst(2))
      for word in row[..<end].split(separator: " ") {
        let other = table.updateValue(advice, forKey: String(word))
        precondition(other == nil, "\(word) has two rows")
      }
    }
    return table
  }
}

extension String {
  /// The options that a sentence names, except for those of commands that it quotes.
  package var optionNames: [String] {
    split(separator: "'", omittingEmptySubsequences: false).enumerated()
      .filter { $0.offset.isMultiple(of: 2) }
      .flatMap { $0.element.split { !($0.isLetter || $0 == "-") } }
      .filter { $0.hasPrefix("--") }.map(String.init)
  }

  /// A name such as `HealthCheckInterval` or `health_check_interval` in the spelling of an option.
  package var hyphenated: String {
    var words = ""
    var wasLowercase = false
    for character in self {
      if character.isUppercase, wasLowercase { words += "-" }
      wasLowercase = character.isLowercase
      words += character.lowercased()
    }
    return words.replacing("_", with: "-")
  }
}

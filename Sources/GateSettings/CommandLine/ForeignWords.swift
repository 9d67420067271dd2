internal import GateText

/// What other programs call something that this one calls otherwise.
///
/// Each word is one that `curl`, `kubectl`, `wait4x`, `k6`, the AWS console or a load balancer's
/// manual uses. Whoever types it learns the word to type here; it is not taken for it.
package enum ForeignWords {
  /// What to do in place of an option, without its hyphens; nil for a word that is not known.
  package static func advice(forOption name: String) -> String? {
    options[name.lowercased().replacing("_", with: "-")]
  }

  /// The command that is meant by another word; nil for a word that is not known.
  package static func command(for word: String) -> String? {
    commands[word.lowercased()]
  }

  /// The value of a setting that is meant by another word; nil for a word that is not known.
  package static func value(for word: String, of key: SettingKey) -> String? {
    values[key]?[word.lowercased().replacing("_", with: "-")]
  }

  private static let values: [SettingKey: [String: String]] = [
    .semantics: spread([
      (["elb", "clb", "elbv1", "classic-load-balancer", "classic-elb"], "classic"),
      (["application", "elbv2", "application-load-balancer"], "alb"),
      (["network", "network-load-balancer"], "nlb"),
    ]),
    .format: spread([
      (["table", "plain", "human", "pretty", "wide"], "text"), (["ndjson"], "json"),
    ]),
    .progress: spread([
      (["off", "false", "no", "never", "quiet"], "none"), (["tty", "bar", "fancy", "on"], "live"),
      (["text", "lines", "simple"], "plain"),
    ]),
    .ci: spread([
      (["github-actions", "gha"], "github"), (["gitlab-ci"], "gitlab"), (["circle"], "circleci"),
      (["azure-devops", "azure-pipelines"], "azure"), (["off", "false", "no"], "none"),
    ]),
    .protocolVersion: spread([
      (["http/1.1", "1.1", "http1.1", "1"], "http1"), (["http/2", "h2", "2", "h2c"], "http2"),
    ]),
    .probeFrom: spread([
      (["lb", "elb", "alb", "nlb", "loadbalancer"], "load-balancer"), (["local", "gate"], "here"),
    ]),
  ]

  private static let options: [String: String] = spread([
    (
      ["url", "uri", "endpoint", "address", "u"],
      "give the URL by itself, healthgate http://10.0.1.5/health, or --target with --instances"
    ),
    (
      ["path", "port", "protocol", "scheme", "health-check-path", "health-path", "p"],
      "it is a part of --target: --target HTTP:80/health"
    ),
    (["json", "output", "out", "out-format"], "use --format json (-o json)"),
    (
      ["retries", "retry", "attempts", "failures", "failure-threshold", "max-failures", "fall"],
      "use --unhealthy-threshold COUNT: consecutive failures that make an instance unhealthy"
    ),
    (
      ["successes", "consecutive", "success-threshold", "passes", "rise"],
      "use --healthy-threshold COUNT: consecutive successes that make an instance healthy"
    ),
    (
      ["period", "delay", "every", "wait-between", "period-seconds", "sleep", "poll-interval"],
      "use --interval DURATION: from one check to the next"
    ),
    (
      ["duration", "wait", "wait-timeout", "max-time", "m", "max-wait", "time-limit"],
      "use --deadline DURATION for the whole run, or --timeout DURATION for one check"
    ),
    (
      ["bake", "bake-time", "stabilization", "stabilize", "hold", "min-ready-seconds"],
      "use --soak DURATION: how long the group must stay healthy"
    ),
    (
      [
        "initial-delay", "initial-delay-seconds", "start-period", "startup-time", "warmup",
        "warm-up",
      ],
      "use --grace-period DURATION: failed checks of a new instance are forgiven for so long"
    ),
    (
      ["status", "code", "expect-status", "status-code", "expected-status", "http-codes"],
      "use --matcher CODES, such as --matcher 200-299"
    ),
    (
      ["body", "grep", "contains", "match", "expect", "expect-regex"],
      "use --expect-body REGEX"
    ),
    (
      ["verbose", "debug", "trace", "v", "vv", "vvv"],
      "the progress is complete already; 'healthgate probe' shows one check with its phases"
    ),
    (["quiet", "silent", "s"], "use --progress none (-q)"),
    (
      [
        "insecure", "k", "no-verify", "no-check-certificate", "skip-verify", "insecure-skip-verify",
      ],
      "leave it out: certificates are not checked unless --verify-tls is given"
    ),
    (
      ["hosts", "nodes", "ips", "servers", "targets", "addresses", "instance", "host-list"],
      "use --instances LIST, such as --instances 10.0.1.5,10.0.1.6"
    ),
    (
      ["type", "lb", "lb-type", "elb-type", "load-balancer", "load-balancer-type", "mode"],
      "use --semantics NAME: classic, alb or nlb"
    ),
    (["autoscaling-group", "auto-scaling-group", "asg-name"], "use --asg NAME"),
    (["load-balancer-name", "elb-name", "clb"], "use --elb NAME"),
    (["target-group-arn", "target-group-name", "tg"], "use --target-group ARN-or-NAME"),
    (
      ["dry-run", "noop", "check-only"],
      "use --print-config for the settings, 'healthgate plan' for what they mean, or --advisory to "
        + "decide and exit with 0"
    ),
    (
      ["fail-fast", "exit-on-failure"], "leave it out: a run ends as soon as the verdict is certain"
    ),
    (["file", "f", "settings", "config-file", "values"], "use --config FILE (-c FILE)"),
    (["agent", "a", "useragent"], "use --user-agent TEXT"),
    (["request", "x", "verb"], "use --method METHOD"),
    (["cacert", "ca", "ca-cert"], "use --ca-file FILE"),
    (["cert", "certificate"], "use --client-cert FILE"),
    (["key-file", "private-key"], "use --client-key FILE, or --sign-key KEY to sign the verdict"),
    (["resolve"], "use --connect-to HOST1:PORT1:HOST2:PORT2"),
    (["concurrency", "parallel", "c-max"], "leave it out: all instances are checked side by side"),
    (["log", "log-file", "history"], "use --journal FILE for all that is seen, as it happens"),
    (["min-ready", "quorum", "min-available"], "use --min-healthy COUNT|PERCENT"),
    (["max-unavailable"], "use --max-unhealthy COUNT|PERCENT"),
    (["webhook", "slack"], "use --notify URL"),
    (["on-success"], "use --on-promote COMMAND"),
    (["on-failure"], "use --on-rollback COMMAND"),
    (["color", "colour", "no-color", "no-colour"], "set the variable NO_COLOR for no colors"),
    (["l", "list-scenarios"], "'healthgate demo --list' names the scenarios"),
  ])

  private static let commands: [String: String] = spread([
    (["check", "gate", "wait", "test", "start", "watch", "wait-for", "deploy", "monitor"], "run"),
    (["status", "ping", "curl", "get", "inspect", "once"], "probe"),
    (["validate", "analyze", "analyse", "doctor", "audit"], "lint"),
    (["explain", "show", "render", "html", "junit"], "report"),
    (["simulate", "estimate", "odds"], "plan"),
    (["combine", "join"], "merge"),
    (["genkey", "keys", "key"], "keygen"),
    (["example", "try", "quickstart"], "demo"),
    (["new", "create", "setup", "configure"], "init"),
    (["attest", "trust"], "verify"),
    (["schemas"], "schema"),
    (["rerun", "recheck"], "replay"),
  ])

  /// All words that have an advice, for the test that each names something that is there.
  package static var allAdvice: [(word: String, advice: String)] {
    options.map { ($0.key, $0.value) }.sorted { $0.word < $1.word }
  }

  package static var allCommands: [(word: String, command: String)] {
    commands.map { ($0.key, $0.value) }.sorted { $0.word < $1.word }
  }

  private static func spread(_ rows: [([String], String)]) -> [String: String] {
    Dictionary(uniqueKeysWithValues: rows.flatMap { words, text in words.map { ($0, text) } })
  }
}

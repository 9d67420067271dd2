import GateCore
internal import GateText

/// A setting, identified by one name.
///
/// The key `healthy_threshold` is the flag `--healthy-threshold` and the variable
/// `HEALTHGATE_HEALTHY_THRESHOLD`. The cases have the order of help, documentation and printed
/// settings.
package enum SettingKey: String, Hashable, Sendable, CaseIterable {
  case target
  case semantics
  case interval
  case timeout
  case healthyThreshold = "healthy_threshold"
  case initialThreshold = "initial_threshold"
  case unhealthyThreshold = "unhealthy_threshold"
  case unhealthyWindow = "unhealthy_window"
  case spreadChecks = "spread_checks"
  case matcher
  case strict
  case host
  case header
  case userAgent = "user_agent"
  case method
  case protocolVersion = "protocol_version"
  case grpcService = "grpc_service"
  case proxyProtocol = "proxy_protocol"
  case verifyTLS = "verify_tls"
  case caFile = "ca_file"
  case clientCert = "client_cert"
  case clientKey = "client_key"
  case serverName = "server_name"
  case tlsMax = "tls_max"
  case proxy
  case connectTo = "connect_to"
  case expectBody = "expect_body"
  case expectHeader = "expect_header"
  case expectJSON = "expect_json"
  case expectVersion = "expect_version"
  case versionFrom = "version_from"
  case healthChecks = "health_checks"

  case instances
  case instancesFile = "instances_file"
  case dns
  case srv
  case exec
  case asg
  case elb
  case targetGroup = "target_group"
  case terraform
  case terraformResource = "terraform_resource"
  case importFrom = "import_from"
  case expected
  case refresh
  case expectImage = "expect_image"
  case expectLaunchTemplateVersion = "expect_launch_template_version"
  case expectTag = "expect_tag"
  case probeFrom = "probe_from"
  case crossCheck = "cross_check"

  case minHealthy = "min_healthy"
  case maxUnhealthy = "max_unhealthy"
  case maxReplaced = "max_replaced"
  case gracePeriod = "grace_period"
  case soak
  case baseline
  case compare
  case confidence
  case maxLatencyIncrease = "max_latency_increase"
  case minSamples = "min_samples"
  case `guard`
  case steps
  case shift
  case undo
  case deadline
  case advisory

  case format
  case verdict
  case journal
  case resume
  case progress
  case signKey = "sign_key"
  case attestation
  case subject
  case report
  case label
  case onPromote = "on_promote"
  case onRollback = "on_rollback"
  case onInconclusive = "on_inconclusive"
  case verifyRollback = "verify_rollback"
  case hookTimeout = "hook_timeout"
  case notify
  case events
  case ci
  case ciDir = "ci_dir"
}

extension SettingKey {
  /// The settings for which `replay` can try another value, in the order of the table.
  package static func replayed(_ effect: Setting.Replayed) -> [SettingKey] {
    allCases.filter { $0.setting.replayed == effect }
  }

  /// The setting's row in the table.
  package var setting: Setting { Self.table[self] ?? row }

  /// By the case: an enumeration with raw values would hash its text, some thousand times at each
  /// start.
  package func hash(into hasher: inout Hasher) {
    withUnsafeBytes(of: self) { hasher.combine(bytes: $0) }
  }

  /// The rows, each created once.
  private static let table = [SettingKey: Setting](
    uniqueKeysWithValues: allCases.map { ($0, $0.row) })

  private var row: Setting {
    switch self {
    case .target:
      Setting(
        .check, .text, "PROTOCOL:PORT/PATH",
        "Health check target: protocol, port and path, such as HTTP:80/health, HTTPS:443/health, "
          + "TCP:5432, SSL:443 or GRPC:50051/pkg.Service/Method. The port may be traffic-port: "
          + "each instance's own.",
        whenUnset: .refused,
        recorded: .check(.parsed(\.target, HealthCheckTarget.init(parsing:))))
    case .semantics:
      Setting(
        .check, .choice(["classic", "alb", "nlb"]), "NAME",
        "Load balancer type to emulate: classic, alb or nlb. It sets the defaults and ranges, "
          + "how a new target becomes healthy, the user agent, and what counts as a success.",
        whenUnset: "classic",
        recorded: .check(.word(\.semantics)))
    case .interval:
      Setting(
        .rhythm, .duration, "DURATION",
        "Time from the start of one check to the start of the next.", whenUnset: "30s",
        recorded: .check(.duration(\.interval, isPositive: true)), replayed: .checks)
    case .timeout:
      Setting(
        .check, .duration, "DURATION",
        "Time limit for one check, from its first packet to the complete response.",
        whenUnset: "5s for classic and alb, 10s (TCP) or 6s (HTTP) for nlb",
        recorded: .check(.duration(\.timeout, isPositive: true)), replayed: .checks)
    case .healthyThreshold:
      Setting(
        .rhythm, .wholeNumber, "COUNT",
        "Consecutive passing checks that make an unhealthy target healthy.",
        whenUnset: "10 for classic, 5 for alb and nlb",
        recorded: .check(.number(\.healthyThreshold, in: 1...10_000)), replayed: .conclusions)
    case .initialThreshold:
      Setting(
        .rhythm, .wholeNumber, "COUNT",
        "Consecutive passing checks that make a new target healthy.",
        whenUnset: "the healthy threshold for classic, 1 for alb and nlb",
        recorded: .check(.number(\.initialThreshold, in: 1...10_000)), replayed: .conclusions)
    case .unhealthyThreshold:
      Setting(
        .rhythm, .wholeNumber, "COUNT",
        "Consecutive failed checks that make a target unhealthy.", whenUnset: "2",
        recorded: .check(.number(\.unhealthyThreshold, in: 1...10_000)), replayed: .conclusions)
    case .unhealthyWindow:
      Setting(
        .rhythm, .text, "FAILURES/CHECKS",
        "A second limit, against flapping, which load balancers do not have: 3/10 makes a target "
          + "unhealthy after three failures in its last ten checks.",
        recorded: .check(.optional(\.unhealthyWindow, UnhealthyWindow.init(parsing:))),
        replayed: .conclusions)
    case .spreadChecks:
      Setting(
        .rhythm, .toggle, "",
        "Spread the checks of healthy instances over the interval, so that they do not all run at "
          + "once: one interval of each instance is shortened. Instances that are not yet healthy are "
          + "not affected.",
        whenUnset: "false", recorded: .check(.toggle(\.spreadChecks)))
    case .matcher:
      Setting(
        .check, .textOrNumber, "CODES",
        "Status codes that count as success: 200, 200-299 or 200,202,301-308; for gRPC 0 or "
          + "0-99.",
        whenUnset: "200 for classic and alb, 200-399 for nlb", for: .requests,
        recorded: .check(
          .parsed(\.matcher) { text throws(GrammarError) in
            try Matcher(parsing: text, bounds: 0...999)
          }))
    case .strict:
      Setting(
        .check, .toggle, "",
        "Reject settings that the load balancer itself would reject. Without it, such settings "
          + "work, with a warning.",
        whenUnset: "false")
    case .host:
      Setting(
        .request, .text, "NAME", "The Host header of the request.",
        whenUnset: "as the load balancer sends", for: .requests)
    case .header:
      Setting(
        .request, .pair(separator: ": "), "'NAME: VALUE'",
        "A request header; 'NAME;' sends it without a value (-H).",
        whenUnset: "as the load balancer sends", .repeatable, .header, for: .requests)
    case .userAgent:
      Setting(
        .request, .text, "TEXT", "The User-Agent header of the request.",
        whenUnset: "as the load balancer sends", for: .requests)
    case .method:
      Setting(
        .request, .text, "METHOD", "The method of the request.",
        whenUnset: "as the load balancer sends", for: .methods)
    case .protocolVersion:
      Setting(
        .request, .choice(ProtocolVersion.allCases.map(\.rawValue)), "VERSION",
        "HTTP version of a check, as in a target group: http1, http2 (by prior knowledge; over "
          + "TLS by ALPN) or grpc, which GRPC and GRPCS targets imply.",
        whenUnset: "http1; grpc for GRPC and GRPCS", for: .requests)
    case .grpcService:
      Setting(
        .request, .text, "NAME",
        "Service name in the grpc.health.v1 request.",
        whenUnset: "empty: the server as a whole", for: .grpc)
    case .proxyProtocol:
      Setting(
        .request, .choice(ProxyProtocol.allCases.map(\.rawValue)), "VERSION",
        "Send a PROXY protocol header before each check, as a Network Load Balancer does when the "
          + "target group enables it: v2, with the command LOCAL.",
        without: [.proxy])
    case .verifyTLS:
      Setting(
        .tls, .toggle, "",
        "Verify the instance's certificate and its host name. Load balancers do not.",
        whenUnset: "false", for: .tls)
    case .caFile:
      Setting(
        .tls, .file, "FILE",
        "Certificate authorities to trust, in PEM.",
        whenUnset: "the system's", for: .tls, with: .all([.verifyTLS]), naming: .input)
    case .clientCert:
      Setting(
        .tls, .file, "FILE",
        "Client certificate, in PEM.", for: .tls,
        naming: .input, example: "client.pem")
    case .clientKey:
      Setting(
        .tls, .file, "FILE",
        "Private key of the client certificate, in PEM.",
        whenUnset: "in the certificate file", for: .tls, with: .all([.clientCert]),
        naming: .input)
    case .serverName:
      Setting(
        .tls, .text, "NAME",
        "Server name of the TLS handshake (SNI), which the certificate must match.",
        whenUnset: "as the load balancer sends", for: .tls)
    case .tlsMax:
      Setting(
        .tls, .choice(TLSVersion.allCases.map(\.rawValue)), "VERSION",
        "Newest TLS version to offer: 1.2 or 1.3.",
        whenUnset: "1.2 for nlb, otherwise the newest available", for: .tls)
    case .proxy:
      Setting(
        .way, .text, "URL",
        "Proxy (bastion) through which to reach private addresses: http://, https://, socks5:// or "
          + "socks5h://, as in curl.",
        .once, .place, naming: .url)
    case .connectTo:
      Setting(
        .way, .text, "HOST1:PORT1:HOST2:PORT2",
        "Connect to HOST2:PORT2 in place of HOST1:PORT1, as in curl.", .repeatable,
        .place)
    case .expectBody:
      Setting(
        .expectation, .text, "REGEX",
        "Require the response body to match this regular expression (RE2).",
        for: .bodies)
    case .expectHeader:
      Setting(
        .expectation, .pair(separator: "="), "NAME=VALUE",
        "Require this header in every successful response.", .repeatable, for: .requests)
    case .expectJSON:
      Setting(
        .expectation, .pair(separator: "="), "POINTER=VALUE",
        "Require this value at a JSON Pointer in the body of every successful response.",
        .repeatable, for: .bodies)
    case .expectVersion:
      Setting(
        .expectation, .textOrNumber, "VERSION",
        "Require this version in every successful response, to tell the new build from the old "
          + "one.", for: .requests,
        with: .all([.versionFrom]), example: "1.4.2")
    case .versionFrom:
      Setting(
        .expectation, .text, "SOURCE",
        "Where to read the version in the response: header:NAME, json:POINTER, or body:REGEX "
          + "with one group. Without expect_version, it is only reported.", for: .requests,
        example: "header:X-Version")
    case .healthChecks:
      Setting(
        .check, .mapping, "CHECKS",
        "Several health checks, each with a name and its own target, matcher, interval and so on, or "
          + "import_from. A setting that an entry omits has the run's value. The state of an instance "
          + "is the worst that any of them gives.",
        .repeatable)
    case .instances:
      Setting(
        .source, .instances, "LIST",
        "Instances to check: 10.0.1.5,10.0.1.6:8080,[2001:db8::5]:80,web-3=10.0.1.7.",
        whenUnset: .otherSource, .repeatable)
    case .instancesFile:
      Setting(
        .source, .file, "FILE",
        "File that lists the instances, one per line or as JSON (-: standard input).",
        whenUnset: .otherSource, naming: .input)
    case .dns:
      Setting(
        .source, .text, "NAME",
        "Host name, each of whose addresses is an instance.",
        whenUnset: .otherSource)
    case .srv:
      Setting(
        .source, .text, "NAME",
        "SRV record, such as _http._tcp.web.example, whose ports are the traffic ports.",
        whenUnset: .otherSource)
    case .exec:
      Setting(
        .source, .text, "COMMAND",
        "Shell command that prints the instances, in the format of instances_file.",
        whenUnset: .otherSource, naming: .command)
    case .asg:
      Setting(
        .source, .text, "NAME",
        "Auto Scaling group whose instances are checked.",
        whenUnset: .otherSource)
    case .elb:
      Setting(
        .source, .text, "NAME",
        "Classic Load Balancer whose instances are checked.",
        whenUnset: .otherSource)
    case .targetGroup:
      Setting(
        .source, .text, "ARN-or-NAME",
        "Target group whose targets are checked.",
        whenUnset: .otherSource)
    case .terraform:
      Setting(
        .source, .file, "FILE",
        "File with the output of 'terraform show -json', for a state or a plan. It supplies the "
          + "group's name and the health check's settings.",
        whenUnset: .otherSource, naming: .input, example: "show.json")
    case .terraformResource:
      Setting(
        .source, .text, "ADDRESS",
        "Address of the load balancer, target group or Auto Scaling group in the terraform file.",
        whenUnset: "the only one that fits", with: .all([.terraform]))
    case .importFrom:
      Setting(
        .source, .text, "SOURCE",
        "Import the health check's settings from elb:NAME, target-group:ARN-or-NAME or "
          + "terraform:FILE#ADDRESS. If repeated, each is a health check of its own.",
        .repeatable, naming: .origin)
    case .refresh:
      Setting(
        .following, .duration, "DURATION",
        "Time between listings of the source, and between queries of a load balancer; at least "
          + "100ms.",
        whenUnset: "the interval; a fixed list is read once")
    case .expectImage:
      Setting(
        .release, .text, "IMAGE",
        "AWS: require every instance to run this image, such as ami-0abc.")
    case .expectLaunchTemplateVersion:
      Setting(
        .release, .textOrNumber, "VERSION",
        "AWS: require every instance to come from this version of its launch template.")
    case .expectTag:
      Setting(
        .release, .pair(separator: "="), "KEY=VALUE",
        "AWS: require every instance to have this tag.",
        .repeatable)
    case .probeFrom:
      Setting(
        .following, .choice(ProbeOrigin.allCases.map(\.rawValue)), "PLACE",
        "Where checks run: here, or load-balancer. With load-balancer, healthgate sends no checks, "
          + "and the load balancer's own health status decides.",
        whenUnset: "here")
    case .crossCheck:
      Setting(
        .following, .text, "LOAD-BALANCER",
        "Load balancer that must also report every instance in service before a promotion: "
          + "elb:NAME or target-group:ARN-or-NAME.",
        .repeatable)
    case .expected:
      Setting(
        .following, .wholeNumber, "COUNT",
        "Number of instances that a promotion requires.",
        whenUnset: "the number that the source declares, else the number that it lists first",
        replayed: .conclusions)
    case .minHealthy:
      Setting(
        .limits, .instanceCount, "COUNT|PERCENT",
        "Minimum number or percentage of expected instances that must be healthy at the same "
          + "time.", whenUnset: "100%",
        recorded: .policy(.count(\.minHealthy)), replayed: .conclusions)
    case .maxUnhealthy:
      Setting(
        .limits, .instanceCount, "COUNT|PERCENT",
        "Maximum number or percentage of instances that may be unhealthy at once without a "
          + "rollback.", whenUnset: "0",
        recorded: .policy(.count(\.maxUnhealthy)), replayed: .conclusions)
    case .maxReplaced:
      Setting(
        .limits, .instanceCount, "COUNT|PERCENT",
        "Maximum number or percentage of instances that may leave the group or be replaced "
          + "without a rollback.", whenUnset: "0",
        recorded: .policy(.count(\.maxReplaced)), replayed: .conclusions)
    case .gracePeriod:
      Setting(
        .limits, .duration, "DURATION",
        "Startup grace period, as in an Auto Scaling group: failed checks are forgiven for this "
          + "long after an instance first appears.",
        whenUnset: "0s",
        recorded: .policy(.duration(\.gracePeriod)), replayed: .conclusions)
    case .soak:
      Setting(
        .limits, .duration, "DURATION",
        "How long the group must stay healthy before it is promoted.", whenUnset: "0s",
        recorded: .policy(.duration(\.soak)), replayed: .conclusions)
    case .baseline:
      Setting(
        .baseline, .text, "SOURCE",
        "The old group, from any source, such as asg:blue or instances:10.0.1.5,10.0.1.6. It is "
          + "checked alongside the new group. If it fails too, the cause is shared, and nothing is "
          + "rolled back.", naming: .group, example: "asg:blue")
    case .compare:
      Setting(
        .baseline, .toggle, "",
        "Promote only if the new group is no worse than the baseline in failures and latency, by "
          + "exact statistical tests.",
        whenUnset: "false", with: .all([.baseline]))
    case .maxLatencyIncrease:
      Setting(
        .baseline, .text, "PERCENT|DURATION",
        "Maximum increase in latency over the baseline: 20% of its median, or 5ms.",
        whenUnset: "20%", with: .all([.compare]),
        recorded: .comparison(
          .parsed(\.maxLatencyIncrease, LatencyIncrease.init(parsing:))))
    case .confidence:
      Setting(
        .baseline, .text, "PERCENT",
        "Confidence required to find the new group worse than the baseline.", whenUnset: "95%",
        with: .all([.compare]),
        recorded: .comparison(
          .parsed(
            \.confidence, schema: #"{ "type": "string", "pattern": "^[0-9.]+%$" }"#,
            Confidence.init(parsing:))))
    case .minSamples:
      Setting(
        .baseline, .wholeNumber, "COUNT",
        "Minimum number of checks of each group to compare, counted from the time that the new group "
          + "is healthy.",
        whenUnset: "20", with: .all([.compare]),
        recorded: .comparison(.number(\.minSamples, in: 2...100_000)))
    case .guard:
      Setting(
        .guards, .text, "GUARD",
        "Additional condition that must hold, checked with the same interval and thresholds: "
          + "'prometheus:URL?query=QUERY < NUMBER', 'json:URL#POINTER < NUMBER', "
          + "cloudwatch-alarm:NAME, 'cloudwatch-metric:NAMESPACE/METRIC?... < NUMBER', http:URL or "
          + "exec:COMMAND.",
        whenUnset: .nothing, .repeatable, naming: .question)
    case .steps:
      Setting(
        .steps, .mapping, "STEPS",
        "Steps of a canary, in order. Each shifts a share of the traffic (weight), confirms the shift, "
          + "and soaks under its own guards.",
        .repeatable, with: .all([.undo, .journal]), without: [.advisory])
    case .shift:
      Setting(
        .steps, .text, "COMMAND",
        "Command that sets the group's share of the traffic to $HEALTHGATE_WEIGHT percent.",
        with: .all([.steps]), naming: .command,
        example: "./shift-traffic \"$HEALTHGATE_WEIGHT\"")
    case .undo:
      Setting(
        .steps, .text, "COMMAND",
        "Command that takes all traffic back from the group. Once a step has begun to shift, it runs "
          + "on every outcome except promote. Required with steps; none opts out.",
        with: .all([.steps]), naming: .command, example: "./shift-traffic 0")
    case .deadline:
      Setting(
        .limits, .duration, "DURATION",
        "Time limit for the run: no verdict by then is a rollback.",
        whenUnset:
          "grace_period + 2 x interval x (both thresholds) + soak; with compare + min_samples x interval; with steps also their commands, lags, windows and soaks, and the longest soak once more",
        recorded: .policy(.duration(\.deadline)), replayed: .conclusions)
    case .advisory:
      Setting(
        .limits, .toggle, "",
        "Report only (dry run): exit with 0 whatever the verdict.",
        whenUnset: "false", replayed: .conclusions)
    case .format:
      Setting(
        .documents, .choice(["auto", "json", "text"]), "FORMAT",
        "Format of the verdict on standard output: json, or text for people; auto is text at a "
          + "terminal outside of CI, and json elsewhere (-o).",
        whenUnset: "auto")
    case .verdict:
      Setting(
        .documents, .file, "FILE",
        "Also write the verdict to this file, atomically.",
        naming: .output)
    case .journal:
      Setting(
        .documents, .file, "FILE",
        "Write the journal to this file during the run, one JSON object per line.", naming: .output)
    case .resume:
      Setting(
        .documents, .file, "JOURNAL",
        "Continue the run of this journal, which was killed or interrupted, and append to it. "
          + "Give all settings again.", naming: .journal)
    case .progress:
      Setting(
        .documents, .choice(["auto", "live", "plain", "none"]), "KIND",
        "Progress on standard error: live (redrawn, for a terminal), plain (one line per event) "
          + "or none (-q); auto is live at a terminal outside of CI, and plain elsewhere.",
        whenUnset: "auto")
    case .signKey:
      Setting(
        .documents, .text, "KEY",
        "Sign the verdict with this Ed25519 key, PKCS #8 in PEM: a file, env:NAME, or "
          + "exec:COMMAND that prints it.", naming: .key)
    case .attestation:
      Setting(
        .documents, .file, "FILE",
        "Write an in-toto statement (test-result) about the subject to this file; with sign_key, "
          + "in a DSSE "
          + "envelope.", with: .all([.subject]), naming: .output, example: "attestation.json"
      )
    case .subject:
      Setting(
        .documents, .text, "DIGEST",
        "Deployed artifact that the attestation is about: sha256:HEX or NAME@sha256:HEX.",
        // The digest of an image follows an `@`, which would otherwise mark a password.
        .once, .open, with: .all([.attestation]), example: "app@sha256:HEX")
    case .report:
      Setting(
        .documents, .pair(separator: "="), "FORMAT=FILE",
        "Also write a report to a file: html, junit, markdown, openmetrics, tap, nagios or text.",
        .repeatable, naming: .report)
    case .label:
      Setting(
        .documents, .pair(separator: "="), "NAME=VALUE",
        "What is deployed and where, such as service=web. Labels appear in the verdict, the journal, "
          + "reports, notifications and the attestation; titles show service and environment.",
        .repeatable, example: "service=web")
    case .onPromote:
      Setting(
        .reactions, .text, "COMMAND",
        "Shell command to run after a promotion, with the verdict on its standard input.",
        naming: .command, example: "./switch-traffic")
    case .onRollback:
      Setting(
        .reactions, .text, "COMMAND",
        "Shell command to run after a rollback, with the verdict on its standard input.",
        naming: .command, example: "./roll-back")
    case .onInconclusive:
      Setting(
        .reactions, .text, "COMMAND",
        "Shell command to run after an inconclusive verdict, with the verdict on its standard "
          + "input.", naming: .command, example: "./tell-somebody")
    case .verifyRollback:
      Setting(
        .reactions, .toggle, "",
        "After a rollback and its command, gate the baseline once more to verify the rollback. "
          + "The result is recorded in after; the exit status stays that of the rollback.",
        whenUnset: "false", with: .all([.baseline, .onRollback]))
    case .hookTimeout:
      Setting(
        .reactions, .duration, "DURATION",
        "Time limit for each hook, and for each shift and undo of a step. A command that exceeds it is "
          + "terminated.",
        whenUnset: "5m", with: .any([.onPromote, .onRollback, .onInconclusive, .steps]))
    case .notify:
      Setting(
        .reactions, .text, "URL",
        "URL to post the verdict to. slack:URL and hooks.slack.com get a message that Slack and "
          + "Mattermost understand.",
        .repeatable, .webhook, naming: .url)
    case .events:
      Setting(
        .reactions, .text, "URL|-",
        "URL to post the journal's lines to as they are written; -: print them to standard "
          + "output, where the verdict is then the last line.",
        .once, .webhook, naming: .stream)
    case .ci:
      Setting(
        .documents, .choice(CIChoice.allCases.map(\.rawValue)), "SYSTEM",
        "CI system that gets native annotations, outputs and files; auto detects it.",
        whenUnset: "auto")
    case .ciDir:
      Setting(
        .documents, .file, "DIRECTORY",
        "Directory for CI artifacts: healthgate.env, healthgate.xml (JUnit) and healthgate.md; "
          + "with any CI system or none.", naming: .folder)
    }
  }
}

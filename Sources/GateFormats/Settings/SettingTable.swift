import GateCore

extension SettingKey {
  /// The setting's row: what it is and how it is explained.
  package var setting: Setting { Self.table[self] ?? row }

  /// The rows, each made once.
  private static let table = [SettingKey: Setting](
    uniqueKeysWithValues: allCases.map { ($0, $0.row) })

  private var row: Setting {
    switch self {
    case .target:
      Setting(
        .check, .text, "PROTOCOL:PORT/PATH",
        "What is asked of each instance: HTTP:80/health, HTTPS:443/health, TCP:5432, SSL:443 or "
          + "GRPC:50051/pkg.Service/Method; the port may be traffic-port, each instance's own.",
        whenUnset: "none, must be given")
    case .semantics:
      Setting(
        .check, .choice(["classic", "alb", "nlb"]), "NAME",
        "Whose rules hold: classic, alb or nlb (defaults, ranges, how a new target becomes "
          + "healthy, user agent, what is a success).",
        whenUnset: "classic")
    case .interval:
      Setting(
        .rhythm, .duration, "DURATION",
        "From the start of one check to the start of the next.", whenUnset: "30s")
    case .timeout:
      Setting(
        .check, .duration, "DURATION",
        "How long a check may take, from its first packet to the whole answer.",
        whenUnset: "5s for classic and alb, 10s (TCP) or 6s (HTTP) for nlb")
    case .healthyThreshold:
      Setting(
        .rhythm, .wholeNumber, "COUNT",
        "Consecutive successes that make an unhealthy target healthy.",
        whenUnset: "10 for classic, 5 for alb and nlb")
    case .initialThreshold:
      Setting(
        .rhythm, .wholeNumber, "COUNT",
        "Consecutive successes that make a new target healthy.",
        whenUnset: "the healthy threshold for classic, 1 for alb and nlb")
    case .unhealthyThreshold:
      Setting(
        .rhythm, .wholeNumber, "COUNT",
        "Consecutive failures that make a target unhealthy.", whenUnset: "2")
    case .unhealthyWindow:
      Setting(
        .rhythm, .text, "FAILURES/CHECKS",
        "Beyond the load balancer, against flapping: 3/10, three failures among the last ten "
          + "checks, is unhealthy too.")
    case .matcher:
      Setting(
        .check, .textOrNumber, "CODES",
        "Status codes that count as success: 200, 200-299 or 200,202,301-308; for gRPC its own: "
          + "0, 0-99.",
        whenUnset: "200 for classic and alb, 200-399 for nlb", for: .requests)
    case .strict:
      Setting(
        .check, .toggle, "",
        "Refuse what the load balancer itself would refuse; otherwise such a value works and is "
          + "named under warnings.",
        whenUnset: "false")
    case .host:
      Setting(
        .request, .text, "NAME", "The Host header of the request.",
        whenUnset: "as the load balancer sends", for: .requests)
    case .header:
      Setting(
        .request, .pair(separator: ": "), "'NAME: VALUE'",
        "A header to send; 'NAME;' sends it empty.",
        whenUnset: "as the load balancer sends", .repeatable, .secret, for: .requests)
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
        "The HTTP version of a check, as a target group's: http1, http2 (by prior knowledge; over "
          + "TLS by ALPN) or grpc, which is that of GRPC and GRPCS targets.",
        whenUnset: "http1; grpc for GRPC and GRPCS", for: .requests)
    case .grpcService:
      Setting(
        .request, .text, "NAME",
        "The service that grpc.health.v1 is asked about, in the request's field service.",
        whenUnset: "empty, which is the server as a whole", for: .grpc)
    case .proxyProtocol:
      Setting(
        .request, .choice(ProxyProtocol.allCases.map(\.rawValue)), "VERSION",
        "Send the PROXY protocol's header before each check, as a Network Load Balancer does where "
          + "the target group asks for it: v2, with the command LOCAL.",
        without: [.proxy])
    case .verifyTLS:
      Setting(
        .tls, .toggle, "",
        "Check the instance's certificate and its name, which the load balancer does not.",
        whenUnset: "false", for: .tls)
    case .caFile:
      Setting(
        .tls, .file, "FILE", "The certificates to trust, in PEM.",
        whenUnset: "those of the system", for: .tls, with: .all([.verifyTLS]), naming: .input)
    case .clientCert:
      Setting(
        .tls, .file, "FILE", "The certificate to present to the instance, in PEM.", for: .tls,
        naming: .input, example: "client.pem")
    case .clientKey:
      Setting(
        .tls, .file, "FILE", "The private key of the certificate to present, in PEM.",
        whenUnset: "in the file of the certificate", for: .tls, with: .all([.clientCert]),
        naming: .input)
    case .serverName:
      Setting(
        .tls, .text, "NAME",
        "The server name of the TLS handshake, and the name that the certificate must bear.",
        whenUnset: "as the load balancer sends", for: .tls)
    case .tlsMax:
      Setting(
        .tls, .choice(TLSVersion.allCases.map(\.rawValue)), "VERSION",
        "The newest version of TLS to offer: 1.2 or 1.3.",
        whenUnset: "1.2 for nlb, else the newest there is", for: .tls)
    case .proxy:
      Setting(
        .way, .text, "URL",
        "Reach private addresses through this bastion: http://, https://, socks5:// or "
          + "socks5h://, as in curl.",
        .once, .secret, naming: .url)
    case .connectTo:
      Setting(
        .way, .text, "HOST1:PORT1:HOST2:PORT2",
        "Connect to HOST2:PORT2 in place of HOST1:PORT1, as in curl.", .repeatable)
    case .expectBody:
      Setting(
        .expectation, .text, "REGEX",
        "Beyond the load balancer: a regular expression that a success must show in its body.",
        for: .bodies)
    case .expectHeader:
      Setting(
        .expectation, .pair(separator: "="), "NAME=VALUE",
        "Beyond the load balancer: a header that a success must show.", .repeatable, for: .requests)
    case .expectJSON:
      Setting(
        .expectation, .pair(separator: "="), "POINTER=VALUE",
        "Beyond the load balancer: what a success must show in its body at this JSON Pointer.",
        .repeatable, for: .bodies)
    case .expectVersion:
      Setting(
        .expectation, .textOrNumber, "VERSION",
        "Is it the new build? Every success must carry this version.", for: .requests,
        with: .all([.versionFrom]), example: "1.4.2")
    case .versionFrom:
      Setting(
        .expectation, .text, "SOURCE",
        "Where an answer carries its version: header:NAME, json:POINTER, or body:REGEX with one "
          + "group.", for: .requests, with: .all([.expectVersion]), example: "header:X-Version")
    case .instances:
      Setting(
        .source, .instances, "LIST",
        "The instances: 10.0.1.5,10.0.1.6:8080,[2001:db8::5]:80,web-3=10.0.1.7.",
        whenUnset: "none, unless another source is given", .repeatable)
    case .instancesFile:
      Setting(
        .source, .file, "FILE",
        "A file of instances (-: standard input), one on each line, or JSON.",
        whenUnset: "none, unless another source is given", naming: .input)
    case .dns:
      Setting(
        .source, .text, "NAME", "Every address of a name.",
        whenUnset: "none, unless another source is given")
    case .srv:
      Setting(
        .source, .text, "NAME",
        "The targets of an SRV record, such as _http._tcp.web.example; its ports are the traffic "
          + "ports.",
        whenUnset: "none, unless another source is given")
    case .exec:
      Setting(
        .source, .text, "COMMAND",
        "A shell command whose standard output is in the form of instances_file.",
        whenUnset: "none, unless another source is given", naming: .command)
    case .asg:
      Setting(
        .source, .text, "NAME", "The instances of an Auto Scaling group.",
        whenUnset: "none, unless another source is given")
    case .elb:
      Setting(
        .source, .text, "NAME", "The instances of a Classic Load Balancer.",
        whenUnset: "none, unless another source is given")
    case .targetGroup:
      Setting(
        .source, .text, "ARN-or-NAME", "The targets of a target group.",
        whenUnset: "none, unless another source is given")
    case .terraform:
      Setting(
        .source, .file, "FILE",
        "What 'terraform show -json' prints, of a state or a plan: the group's name and the health "
          + "check's settings come from there.",
        whenUnset: "none, unless another source is given", naming: .input, example: "show.json")
    case .terraformResource:
      Setting(
        .source, .text, "ADDRESS",
        "The load balancer, target group or Auto Scaling group in the file given with terraform.",
        whenUnset: "the only one that fits", with: .all([.terraform]))
    case .importFrom:
      Setting(
        .source, .text, "SOURCE",
        "Take the health check's settings from elb:NAME, target-group:ARN-or-NAME or "
          + "terraform:FILE#ADDRESS.", naming: .origin)
    case .refresh:
      Setting(
        .following, .duration, "DURATION",
        "How often the source and each load balancer's view are asked again, at least 100ms.",
        whenUnset: "the interval; a fixed list is never asked again")
    case .expectImage:
      Setting(
        .release, .text, "IMAGE", "AWS: the image that each instance must run, such as ami-0abc.",
        of: .aws)
    case .expectLaunchTemplateVersion:
      Setting(
        .release, .textOrNumber, "VERSION",
        "AWS: the version of the launch template that each instance must be from.", of: .aws)
    case .expectTag:
      Setting(
        .release, .pair(separator: "="), "KEY=VALUE", "AWS: a tag that each instance must have.",
        .repeatable, of: .aws)
    case .probeFrom:
      Setting(
        .following, .choice(ProbeOrigin.allCases.map(\.rawValue)), "PLACE",
        "Who checks: here, or load-balancer, whose own view alone then decides.",
        whenUnset: "here")
    case .crossCheck:
      Setting(
        .following, .text, "LOAD-BALANCER",
        "Promote only when each of these load balancers says in service too: elb:NAME or "
          + "target-group:ARN-or-NAME.",
        .repeatable)
    case .expected:
      Setting(
        .following, .wholeNumber, "COUNT",
        "How many instances there must be before anything is promoted.",
        whenUnset: "what the source declares, else as many as it lists first")
    case .minHealthy:
      Setting(
        .limits, .instanceCount, "COUNT|PERCENT",
        "Of the expected instances, healthy at the same time.", whenUnset: "100%")
    case .maxUnhealthy:
      Setting(
        .limits, .instanceCount, "COUNT|PERCENT",
        "So many may be unhealthy at once without a rollback.", whenUnset: "0")
    case .maxReplaced:
      Setting(
        .limits, .instanceCount, "COUNT|PERCENT",
        "So many may leave the group or be replaced without a rollback.", whenUnset: "0")
    case .gracePeriod:
      Setting(
        .limits, .duration, "DURATION",
        "Failures so soon after an instance was first seen count for nothing, as with an Auto "
          + "Scaling group.",
        whenUnset: "0s")
    case .soak:
      Setting(
        .limits, .duration, "DURATION",
        "How long the group must stay healthy before it is promoted.", whenUnset: "0s")
    case .baseline:
      Setting(
        .baseline, .text, "SOURCE",
        "The old group, by any source, such as asg:blue or instances:10.0.1.5,10.0.1.6: it is "
          + "checked side by side, and when it fails as well the cause is shared and nothing is "
          + "rolled back.", naming: .group, example: "asg:blue")
    case .compare:
      Setting(
        .baseline, .toggle, "",
        "Promote only when the new group is no worse than the baseline in failures and latency, by "
          + "exact tests.",
        whenUnset: "false", with: .all([.baseline]))
    case .maxLatencyIncrease:
      Setting(
        .baseline, .text, "PERCENT|DURATION",
        "By so much the new group's latency may be higher: 20% of the baseline's median, or 5ms.",
        whenUnset: "20%", with: .all([.compare]))
    case .confidence:
      Setting(
        .baseline, .text, "PERCENT",
        "How sure the gate must be that the new group is worse.", whenUnset: "95%",
        with: .all([.compare]))
    case .minSamples:
      Setting(
        .baseline, .wholeNumber, "COUNT",
        "So many checks of each group, since the new one has been healthy, are compared at least.",
        whenUnset: "20", with: .all([.compare]))
    case .guard:
      Setting(
        .guards, .text, "GUARD",
        "Something else that must hold, under the same interval and thresholds: "
          + "'prometheus:URL?query=QUERY < NUMBER', cloudwatch-alarm:NAME, http:URL or "
          + "exec:COMMAND.",
        whenUnset: "none", .repeatable, .secret, naming: .question)
    case .deadline:
      Setting(
        .limits, .duration, "DURATION", "No verdict by then is a rollback.",
        whenUnset: "grace_period + 2 x interval x (both thresholds) + soak")
    case .advisory:
      Setting(
        .limits, .toggle, "",
        "Decide and report all the same, but end with 0: to watch a rule before trusting it.",
        whenUnset: "false")
    case .format:
      Setting(
        .documents, .choice(["auto", "json", "text"]), "FORMAT",
        "The verdict on standard output: json, or text for people; auto is text at a terminal "
          + "outside of CI, and json elsewhere (-o).",
        whenUnset: "auto")
    case .verdict:
      Setting(
        .documents, .file, "FILE", "Also write the verdict to this file, whole or not at all.",
        naming: .output)
    case .journal:
      Setting(
        .documents, .file, "FILE",
        "Write the journal to this file as it happens, a JSON object a line.", naming: .output)
    case .resume:
      Setting(
        .documents, .file, "JOURNAL",
        "Go on from the journal of a run that was killed or interrupted, and add to it; all settings "
          + "are given again.", naming: .journal)
    case .progress:
      Setting(
        .documents, .choice(["auto", "live", "plain", "none"]), "KIND",
        "What standard error shows: live (a terminal), plain (a line an event) or none.",
        whenUnset: "auto")
    case .signKey:
      Setting(
        .documents, .text, "KEY",
        "Sign the verdict with this Ed25519 key, PKCS #8 in PEM: a file, env:NAME, or exec:COMMAND "
          + "that prints it.", naming: .key)
    case .attestation:
      Setting(
        .documents, .file, "FILE",
        "Write an in-toto statement (test-result) about the subject to this file; with sign_key in "
          + "a DSSE envelope.", with: .all([.subject]), naming: .output, example: "attestation.json"
      )
    case .subject:
      Setting(
        .documents, .text, "DIGEST",
        "The deployed artifact that the attestation is about: sha256:HEX or NAME@sha256:HEX.",
        with: .all([.attestation]), example: "app@sha256:HEX")
    case .report:
      Setting(
        .documents, .pair(separator: "="), "FORMAT=FILE",
        "Also write a report: html, junit, markdown, openmetrics, tap, nagios or text.",
        .repeatable, naming: .report)
    case .label:
      Setting(
        .documents, .pair(separator: "="), "NAME=VALUE",
        "What is deployed and where, such as service=web: in the verdict, the journal, reports, "
          + "notifications and the attestation; titles show service and environment.",
        .repeatable, example: "service=web")
    case .onPromote:
      Setting(
        .reactions, .text, "COMMAND",
        "A shell command to run on a promotion, with the verdict on its standard input.",
        naming: .command, example: "./switch-traffic")
    case .onRollback:
      Setting(
        .reactions, .text, "COMMAND",
        "A shell command to run on a rollback, with the verdict on its standard input.",
        naming: .command, example: "./roll-back")
    case .onInconclusive:
      Setting(
        .reactions, .text, "COMMAND",
        "A shell command to run when the gate could not judge, with the verdict on its standard "
          + "input.", naming: .command, example: "./tell-somebody")
    case .verifyRollback:
      Setting(
        .reactions, .toggle, "",
        "After a rollback and its command, gate the baseline once more: did the rollback work? Its "
          + "verdict stands under after; the exit status stays that of the rollback.",
        whenUnset: "false", with: .all([.baseline, .onRollback]))
    case .hookTimeout:
      Setting(
        .reactions, .duration, "DURATION",
        "How long such a command may take before it is ended.", whenUnset: "5m",
        with: .any([.onPromote, .onRollback, .onInconclusive]))
    case .notify:
      Setting(
        .reactions, .text, "URL",
        "Post the verdict there; slack:URL, and hooks.slack.com, get a message as Slack and "
          + "Mattermost take it.",
        .repeatable, .secret, naming: .url)
    case .events:
      Setting(
        .reactions, .text, "URL|-",
        "Post the journal's lines there as they happen; -: print them on standard output, where "
          + "the verdict is then the last line.",
        .once, .secret, naming: .stream)
    case .ci:
      Setting(
        .documents, .choice(CIChoice.allCases.map(\.rawValue)), "SYSTEM",
        "The CI system that gets the verdict in its own form; auto finds it by its variables.",
        whenUnset: "auto")
    case .ciDir:
      Setting(
        .documents, .file, "DIRECTORY",
        "Write there what a CI system collects: healthgate.env, healthgate.xml (JUnit) and "
          + "healthgate.md.", naming: .folder)
    }
  }
}

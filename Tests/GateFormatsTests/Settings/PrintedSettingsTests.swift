import GateCore
import Testing

@testable import GateRecords
@testable import GateSettings

@Suite struct PrintedSettingsTests {
  @Test func everySettingIsPrintedWithItsOrigin() throws {
    let file =
      "target: http:80/health\nheader:\n  A: s3cret\n  B: s3cret\nproxy: http://u:s3cret@b\n"
    let settings = try Settings(
      resolving: RawSettings(merging: [
        RawSettings(file: Array(file.utf8), path: "gate.yaml"),
        RawSettings(variables: ["HEALTHGATE_INTERVAL": "90", "HEALTHGATE_STRICT": "ON"]),
        RawSettings(flags: [
          (.healthyThreshold, ["2"]), (.instances, ["10.0.1.5, web=[::1]:80"]),
        ]),
      ]))
    #expect(
      settings.printed == """
        # Health check
        target: HTTP:80/health  # gate.yaml:1
        semantics: classic  # the default
        interval: 1m30s  # HEALTHGATE_INTERVAL
        timeout: 5s  # the default of classic
        healthy_threshold: 2  # --healthy-threshold
        initial_threshold: 2  # the default of classic
        unhealthy_threshold: 2  # the default of classic
        spread_checks: false  # the default
        matcher: 200  # the default of classic
        strict: true  # HEALTHGATE_STRICT
        # host:  (as the load balancer sends)
        header:
          - "A: ***"  # gate.yaml:3
          - "B: ***"  # gate.yaml:4
        # user_agent:  (as the load balancer sends)
        # method:  (as the load balancer sends)
        protocol_version: http1  # the default
        # grpc_service:  (empty: the server as a whole)
        verify_tls: false  # the default
        # ca_file:  (the system's)
        # client_key:  (in the certificate file)
        # server_name:  (as the load balancer sends)
        # tls_max:  (1.2 for nlb, otherwise the newest available)
        proxy: http://u:***@b  # gate.yaml:5
        # not set: unhealthy_window, proxy_protocol, client_cert, connect_to,
        #   expect_body, expect_header, expect_json, expect_version, version_from,
        #   health_checks

        # Group
        instances:  # --instances
          - 10.0.1.5
          - "web=[::1]:80"
        # terraform_resource:  (the only one that fits)
        # expected:  (the number that the source declares, else the number that it lists first)
        # refresh:  (the interval; a fixed list is read once)
        probe_from: here  # the default
        # not set: instances_file, dns, srv, exec, asg, elb, target_group, terraform,
        #   import_from, expect_image, expect_launch_template_version, expect_tag,
        #   cross_check

        # Policy
        min_healthy: 100%  # the default
        max_unhealthy: 0  # the default
        max_replaced: 0  # the default
        grace_period: 0s  # the default
        soak: 0s  # the default
        compare: false  # the default
        # confidence:  (95%)
        # max_latency_increase:  (20%)
        # min_samples:  (20)
        deadline: 12m  # the default
        advisory: false  # the default
        # not set: baseline, guard, steps, shift, undo

        # Output
        format: auto  # the default
        progress: auto  # the default
        verify_rollback: false  # the default
        # hook_timeout:  (5m)
        ci: auto  # the default
        # not set: verdict, journal, resume, sign_key, attestation, subject, report,
        #   label, on_promote, on_rollback, on_inconclusive, notify, events, ci_dir

        """)
  }

  @Test(arguments: [
    leastSettings,
    "target: TCP:5432\ninstances_file: '-'\n",
    "target: GRPC:traffic-port\nsemantics: alb\ninstances: 'a=10.0.1.5:1,[::1]:2'\n",
    leastSettings + "expect_version: 'no'\nversion_from: 'body:v: (\\d+) # \"x\"'\n",
    leastSettings + "expect_version: \"1: \\u0001\\t#\"\nversion_from: header:X\n",
    leastSettings + "host: '*'\nuser_agent: \"a\\\\b: '\"\nverdict: 'a b'\njournal: '#x'\n",
    leastSettings + "expect_header: [A=1, 'B=: ']\nexpect_json: {/a: 'null', /b: ~x}\n",
    leastSettings + "expect_body: '^\\s*ok$'\nconnect_to: ['::a:1']\nunhealthy_window: 3/10\n",
    leastSettings + "interval: 1.5\ntimeout: 1.001ms\nsoak: 1h30m\nmin_healthy: 2\nadvisory: 1\n",
    leastSettings + "verdict: 'null'\njournal: true\nexpected: 2\nhost: é.example\n",
  ])
  func whatIsPrintedIsReadAgain(_ yaml: String) throws {
    let before = try settings(yaml)
    let after = try settings(before.printed)
    #expect(after.check == before.check)
    #expect(after.request == before.request)
    #expect(after.tls == before.tls)
    #expect(after.connectTo == before.connectTo)
    #expect(after.expectations == before.expectations)
    #expect(after.group == before.group)
    #expect(after.output == before.output)
    #expect(after.isAdvisory == before.isAdvisory && after.isStrict == before.isStrict)
    #expect(after.warnings == before.warnings)
    let texts = { (settings: Settings) in settings.inForce.values.mapValues { $0.map(\.text) } }
    #expect(texts(after) == texts(before))
  }
}

internal import GateCore
@testable internal import GateInsight
internal import Testing

/// Which rule finds what, and what it must not take for it.
@Suite struct LintRuleTests {
  struct Case: CustomTestStringConvertible, Sendable {
    var name: String
    var rule: String
    var isFound: Bool
    var scene: @Sendable () -> LintScene

    init(
      _ rule: String, _ name: String, found: Bool = true,
      _ scene: @escaping @Sendable () -> LintScene
    ) {
      self.rule = rule
      self.name = name
      isFound = found
      self.scene = scene
    }

    var testDescription: String { "\(rule): \(name)" }
  }

  static func not(
    _ rule: String, _ name: String, _ scene: @escaping @Sendable () -> LintScene
  ) -> Case { Case(rule, name, found: false, scene) }

  static let passing = [
    Case("check-fails", "an error") { .answering(.page(502, "<h1>Bad Gateway</h1>")) },
    Case("check-fails", "nobody there") {
      LintScene(
        ends: [.check: .failed(.connectionRefused, "connection refused")],
        change: { $1.end = .failed(.connectionRefused, "connection refused") })
    },
    not("check-fails", "a redirect, which has a rule of its own") {
      .answering(.page(301, "", ("Location", "https://x/health")))
    },
    not("check-fails", "the fault of who asks") {
      LintScene(change: { $1.end = .fault("no route") })
    },
    Case("redirect", "to the slash") { .answering(.page(301, "", ("Location", "/health/"))) },
    not("redirect", "another 3xx") { .answering(Reply(status: 304)) },
    Case("needs-session", "401") { .answering(.page(401, "", ("WWW-Authenticate", "Basic"))) },
    Case("needs-session", "a login") {
      .answering(.page(302, "", ("Location", "/accounts/login/?next=/health")))
    },
    not("needs-session", "a redirect elsewhere") {
      .answering(.page(302, "", ("Location", "/healthz")))
    },
    Case("needs-forwarded-proto", "a redirect to https") {
      LintScene(answers: [
        .check: .page(301, "", ("Location", "https://x/health")), .forwarded: .json("{}"),
      ])
    },
    not("needs-forwarded-proto", "a redirect with it too") {
      .answering(.page(301, "", ("Location", "https://x/health")))
    },
    Case("needs-own-request", "a Host") {
      LintScene(
        request: RequestFacts(host: "shop.example"), answers: [.asLoadBalancer: .page(400, "no")])
    },
    not("needs-own-request", "a Host that it can do without") {
      LintScene(request: RequestFacts(host: "shop.example"))
    },
    Case("answers-vary", "one of some") {
      LintScene(change: { if $0 == 3 { $1.take(.page(503, "")) } })
    },
    not("answers-vary", "what is no check") { LintScene(answers: [.query: .page(503, "")]) },
    Case("slow-answer", "a little more than a third") {
      LintScene(change: { if $0 == 1 { $1.latencyMicroseconds = 2_000_001 } })
    },
    not("slow-answer", "a third") {
      LintScene(change: { if $0 == 1 { $1.latencyMicroseconds = 2_000_000 } })
    },
    Case("connection-only", "TCP") {
      LintScene(target: HealthCheckTarget(scheme: .tcp, port: .number(80)))
    },
    not("connection-only", "HTTP") { LintScene() },
  ]

  static let origin = [
    Case("catch-all", "at the root") { LintScene(answers: [.missingPath: .page(200, "home")]) },
    not("catch-all", "a view on a prefix") { LintScene(answers: [.missingBelow: .page(204, "")]) },
    Case("prefix-mounted", "beneath it alone") {
      LintScene(answers: [.missingBelow: .page(200, "ok")])
    },
    not("prefix-mounted", "where everything is answered") {
      LintScene(answers: [.missingPath: .page(200, "home"), .missingBelow: .page(200, "home")])
    },
    Case("passes-without-application", "HAProxy has no server for the others") {
      LintScene(answers: [
        .missingPath: .page(
          503,
          "<html><body><h1>503 Service Unavailable</h1>\nNo server is available to handle this request."
        )
      ])
    },
    not("passes-without-application", "the application's own 503") {
      LintScene(answers: [.missingPath: .page(503, "{\"status\": \"down\"}")])
    },
    Case("rate-limited", "429 after the first answers") {
      LintScene(change: { number, exchange in
        if number > 5 { exchange.take(.with(429, "slow down", [])) }
      })
    },
    Case("rate-limited", "503 with Retry-After") {
      LintScene(change: { number, exchange in
        if number > 5 { exchange.take(.with(503, "slow down", [("Retry-After", "1")])) }
      })
    },
    not("rate-limited", "an instance that always refuses") { .answering(.with(429, "no", [])) },
    not("answers-vary", "a limit that its own requests met") {
      LintScene(change: { number, exchange in
        if number > 5 { exchange.take(.with(429, "slow down", [])) }
      })
    },
    Case("web-server-answers", "HAProxy's monitor-uri") {
      .answering(.page(200, "<html><body><h1>200 OK</h1>\nService ready.\n</body></html>\n"))
    },
    Case("web-server-answers", "nginx's stub_status") {
      .answering(.text("Active connections: 1 \nserver accepts handled requests\n 1 1 1 \n"))
    },
    Case("web-server-answers", "PHP-FPM's ping") { .answering(.text("pong")) },
    Case("catch-all", "behind the redirect") {
      LintScene(answers: [.missingForwarded: .page(200, "home")])
    },
    Case("catch-all", "gRPC") {
      .grpc(answers: [.unknownMethod: .call(0)])
    },
    not("catch-all", "refused") { LintScene(answers: [.missingPath: .page(403, "")]) },
    Case("loose-matcher", "a redirect") { LintScene(matcher: [200...399]) },
    not("loose-matcher", "a matcher that takes none") { LintScene(matcher: [200...299]) },
    Case("web-server-answers", "the default page") {
      .answering(.page(200, "<title>Welcome to nginx!</title>"))
    },
    Case("web-server-answers", "two types") {
      .answering(.text("healthy", ("Content-Type", "application/octet-stream")))
    },
    Case("web-server-answers", "no type") {
      .answering(.with(200, "ok", [("Content-Type", "application/octet-stream")]))
    },
    not("web-server-answers", "bytes of an application without a web server") {
      .answering(
        .with(200, "ok", [("Content-Type", "application/octet-stream")])
          .with { $0.fields[0].value = "Kestrel" })
    },
    Case("static-file", "nginx: the ETag is the time and the size") {
      .answering(
        .text("ok", ("Last-Modified", "Wed, 25 Nov 2026 15:37:31 GMT"), ("ETag", "\"6b0700bb-2\"")))
    },
    Case("static-file", "Apache: the size and the time") {
      .answering(
        .text(
          "ok", ("Last-Modified", "Wed, 25 Nov 2026 15:37:31 GMT"),
          ("ETag", "\"2-\(String(1_795_621_051 * 1_000_000 + 5, radix: 16))\"")))
    },
    Case("static-file", "ranges of something that was changed") {
      .answering(
        .text(
          "ok", ("Last-Modified", "Wed, 25 Nov 2026 15:37:31 GMT"), ("Accept-Ranges", "bytes")))
    },
    Case("static-file", "a byte of it") {
      LintScene(answers: [
        .check: .text("ok", ("ETag", "\"5f9c4ab08cac7457\"")), .range: .with(206, "o", []),
      ])
    },
    not("static-file", "a part that a proxy cut out") {
      LintScene(answers: [.range: .with(206, "o", [])])
    },
    not("static-file", "a part of what must not be stored") {
      LintScene(answers: [
        .check: .text("ok", ("ETag", "\"x\""), ("Cache-Control", "no-store")),
        .range: .with(206, "o", []),
      ])
    },
    not("static-file", "an ETag that is a hash") {
      .answering(
        .text(
          "ok", ("Last-Modified", "Wed, 25 Nov 2026 15:37:31 GMT"),
          ("ETag", "\"5f9c4ab08cac7457\"")))
    },
    Case("cached-answer", "Age") { .answering(.json("{}", ("Age", "12"))) },
    Case("cached-answer", "a hit") { .answering(.json("{}", ("X-Cache", "Hit from cloudfront"))) },
    Case("cached-answer", "stale") { .answering(.json("{}", ("X-Cache-Status", "STALE"))) },
    Case("cached-answer", "Varnish") { .answering(.json("{}", ("X-Varnish", "32770 3"))) },
    Case("cached-answer", "the same for ever, but for new queries") {
      LintScene(
        answers: [.check: .json("{\"check\": 1}")],
        change: { number, exchange in
          if exchange.inquiry.purpose == .query {
            exchange.take(.json("{\"check\": \(number)}"))
          }
        })
    },
    not("cached-answer", "a page that repeats its query") {
      LintScene(
        answers: [.check: .page(200, "/health ok")],
        change: { _, exchange in
          if exchange.inquiry.purpose == .query {
            exchange.take(.page(200, "\(exchange.inquiry.path) ok"))
          }
        })
    },
    not("cached-answer", "a miss") {
      .answering(.json("{}", ("X-Cache", "Miss from cloudfront"), ("Age", "0")))
    },
    not("cached-answer", "not to be cached") {
      .answering(.json("{}", ("Cache-Control", "no-store")))
    },
    Case("no-sign-of-application", "always ok") { .answering(.text("ok")) },
    not("no-sign-of-application", "a header of its own") {
      .answering(.text("ok", ("X-Request-Id", "1")))
    },
    not("no-sign-of-application", "a server of its own") {
      .answering(.text("ok").with { $0.fields[0].value = "gunicorn" })
    },
    not("no-sign-of-application", "something that changes") { LintScene() },
    not("no-sign-of-application", "a file, which says more") {
      LintScene(answers: [
        .check: .text("ok", ("ETag", "\"5f9c4ab08cac7457\"")), .range: .with(206, "o", []),
      ])
    },
    Case("cacheable", "for a minute") { .answering(.json("{}", ("Cache-Control", "max-age=60"))) },
    Case("cacheable", "until later") {
      .answering(
        .json(
          "{}", ("Date", "Wed, 25 Nov 2026 15:37:31 GMT"),
          ("Expires", "Wed, 25 Nov 2026 15:38:31 GMT")))
    },
    not("cacheable", "not at all") {
      .answering(.json("{}", ("Cache-Control", "max-age=60, no-store")))
    },
    not("cacheable", "until now") {
      .answering(
        .json(
          "{}", ("Date", "Wed, 25 Nov 2026 15:37:31 GMT"),
          ("Expires", "Wed, 25 Nov 2026 15:37:31 GMT")))
    },
    Case("via-proxy", "Via") { .answering(.json("{}", ("Via", "1.1 varnish"))) },
    not("via-proxy", "none") { LintScene() },
  ]

  static let answers = [
    Case("host-changes-answer", "another page") {
      LintScene(answers: [.otherHost: .page(200, "<h1>Welcome to the other site</h1>")])
    },
    Case("host-changes-answer", "an error") { LintScene(answers: [.otherHost: .page(500, "")]) },
    Case("host-changes-answer", "only another passes") {
      LintScene(answers: [.check: .page(404, ""), .otherHost: .json("{}")])
    },
    not("host-changes-answer", "refused") { LintScene(answers: [.otherHost: .page(421, "")]) },
    not("host-changes-answer", "sent to the right name") {
      LintScene(answers: [.otherHost: .page(301, "", ("Location", "https://shop.example/"))])
    },
    not("host-changes-answer", "the same page, with its Host in it") {
      LintScene(answers: [
        .check: .page(200, "<p>10.0.0.1 is well at 15:37</p>"),
        .otherHost: .page(200, "<p>lint-n0nce.invalid is well at 15:38</p>"),
      ])
    },
    Case("sets-cookies", "a session") { .answering(.json("{}", ("Set-Cookie", "sessionid=x"))) },
    not("sets-cookies", "on another page") {
      LintScene(answers: [.missingBelow: .page(404, "", ("Set-Cookie", "a=b"))])
    },
    Case("head-differs", "an error") { LintScene(answers: [.head: .page(500, "")]) },
    Case("head-differs", "no answer") {
      LintScene(ends: [.head: .failed(.connectionReset, "closed")])
    },
    not("head-differs", "refused") { LintScene(answers: [.head: .page(405, "")]) },
    Case("says-unwell", "JSON") { .answering(.json("{\"status\": \"DOWN\"}")) },
    Case("says-unwell", "a component") {
      .answering(.json("{\"status\": \"ok\", \"checks\": {\"db\": \"down\"}}"))
    },
    Case("says-unwell", "a list of what failed") {
      .answering(.json("{\"status\": \"ok\", \"failed\": [\"migrations\"]}"))
    },
    Case("says-unwell", "false") { .answering(.json("{\"healthy\": false}")) },
    Case("says-unwell", "a cut-off body") {
      .answering(.json("{\"status\": \"fail\", \"detail\": \"so m").with { $0.isBodyWhole = false })
    },
    Case("says-unwell", "text") { .answering(.text("ERROR: no database")) },
    Case("says-unwell", "an error page with a 200") {
      .answering(.page(200, "<title>503 Service Unavailable</title>"))
    },
    Case("says-unwell", "a number") { .answering(.json("{\"status\":503}")) },
    Case("says-unwell", "a part") { .answering(.json("{\"db\":\"error\"}")) },
    Case("says-unwell", "is_") { .answering(.json("{\"is_healthy\":false}")) },
    Case("says-unwell", "two words") { .answering(.json("{\"status\":\"not ready\"}")) },
    Case("says-unwell", "degraded") { .answering(.json("{\"status\":\"degraded\"}")) },
    Case("says-unwell", "a part that is not") { .answering(.json("{\"db\":false}")) },
    Case("says-unwell", "a word for no") { .answering(.json("{\"healthy\":\"no\"}")) },
    Case("says-unwell", "a number for no") { .answering(.json("{\"ready\":0}")) },
    Case("says-unwell", "not yet") { .answering(.json("{\"status\":\"starting\"}")) },
    Case("says-unwell", "a line of text") { .answering(.text("app: shop\nstatus: DOWN\n")) },
    Case("says-unwell", "an assignment") { .answering(.text("db=error")) },
    Case("says-unwell", "an attribute") {
      .answering(.page(200, "<health name=\"shop\" status=\"DOWN\"/>"))
    },
    not("says-unwell", "a count") { .answering(.json("{\"connections\":{\"live\":0}}")) },
    not("says-unwell", "lines of text") { .answering(.text("status: ok\nup: 3 days\nqueue=0")) },
    not("says-unwell", "a time of a failure") {
      .answering(.json("{\"status\":\"ok\",\"failed\":\"never\"}"))
    },
    not("says-unwell", "a flag") { .answering(.json("{\"features\":{\"live\":false}}")) },
    not("says-unwell", "what is not required") {
      .answering(.json("{\"payments\":{\"available\":false,\"required\":false}}"))
    },
    Case("says-unwell", "XML") { .answering(.page(200, "<health><status>DOWN</status></health>")) },
    not("says-unwell", "a page that speaks of May") {
      .answering(
        .page(200, "<title>Shop</title><p>In May we were temporarily unavailable, an error.</p>"))
    },
    not("says-unwell", "a name that is not a state") {
      .answering(
        .json("{\"status\": \"ok\", \"log_level\": \"error\", \"errors\": 0, \"error\": null}"))
    },
    not("says-unwell", "text") { .answering(.text("OK, no error")) },
    Case("large-answer", "more than a round trip") {
      .answering(.page(200, String(repeating: "x", count: 14_601)))
    },
    not("large-answer", "a round trip") {
      .answering(.page(200, String(repeating: "x", count: 14_600)))
    },
  ]

  static let leaks = [
    Case("debug-page", "Django, on a path that is not there") {
      LintScene(answers: [
        .missingBelow: .page(
          404, "<p>You’re seeing … Using the URLconf defined in <code>shop.urls</code>")
      ])
    },
    Case("debug-page", "Werkzeug") {
      .answering(.page(500, "<title>ZeroDivisionError // Werkzeug Debugger</title>"))
    },
    not("debug-page", "a plain error") { .answering(.page(500, "<h1>Server Error (500)</h1>")) },
    Case("stack-trace", "Python") {
      .answering(.text("Traceback (most recent call last):\n  File \"a.py\""))
    },
    Case("stack-trace", "Java") {
      LintScene(answers: [
        .missingBelow: .page(500, "x.Y: z\n\tat org.springframework.A.b(C.java:1)")
      ])
    },
    not("stack-trace", "that of a debug page") {
      .answering(.page(500, "Werkzeug Debugger: Traceback (most recent call last)"))
    },
    not("stack-trace", "talk of one") { .answering(.text("no traceback")) },
    Case("leaks-environment", "a variable") {
      .answering(.json("{\"env\": {\"AWS_SECRET_ACCESS_KEY\": \"abc\"}}"))
    },
    Case("leaks-environment", "the password of a URL") {
      .answering(.json("{\"db\": \"postgres://shop:hunter2@db/shop\"}"))
    },
    not("leaks-environment", "a URL whose password is masked") {
      .answering(.json("{\"db\": \"postgres://shop:****@db/shop\", \"see\": \"https://a:1/@b\"}"))
    },
    Case("private-address", "a database") { .answering(.json("{\"db\": \"10.2.3.4:5432\"}")) },
    Case("private-address", "a header") { .answering(.json("{}", ("X-Backend", "192.168.1.9"))) },
    not("private-address", "its own") { .answering(.json("{\"instance\": \"10.0.0.1\"}")) },
    not("private-address", "public, loopback and no addresses") {
      .answering(
        .json(
          "{\"a\": \"8.8.8.8\", \"b\": \"127.0.0.1\", \"v\": \"10.2.3\", \"w\": \"1.10.2.3.4\"}"))
    },
    Case("version-banner", "nginx") {
      .answering(.json("{}").with { $0.fields[0].value = "nginx/1.22.1" })
    },
    Case("version-banner", "Express") { .answering(.json("{}", ("X-Powered-By", "Express"))) },
    not("version-banner", "no version") { LintScene() },
  ]

  static let form = [
    Case("http-1.0", "1.0") { .answering(.json("{}").with { $0.httpVersion = "1.0" }) },
    not("http-1.0", "1.1") { LintScene() },
    Case("unframed-body", "ended by the connection") {
      .answering(.json("{}").without("Content-Length"))
    },
    not("unframed-body", "chunks") {
      .answering(.json("{}", ("Transfer-Encoding", "chunked")).without("Content-Length"))
    },
    not("unframed-body", "no body") { .answering(.json("").without("Content-Length")) },
    Case("closes-unannounced", "a new connection for the second") {
      LintScene(change: { $1.madeConnection = true })
    },
    Case("closes-unannounced", "the second breaks") {
      LintScene(ends: [.second: .failed(.connectionReset, "connection reset")])
    },
    not("closes-unannounced", "said so") {
      LintScene(
        answers: [.check: .json("{}", ("Connection", "close"))],
        change: { $1.madeConnection = true })
    },
    Case("short-keep-alive", "Node") { .answering(.json("{}", ("Keep-Alive", "timeout=5"))) },
    not("short-keep-alive", "longer than the load balancer's") {
      .answering(.json("{}", ("Keep-Alive", "max=100, timeout=65")))
    },
    Case("certificate-expires", "in a week") { .certified(days: 365, left: 7) },
    Case("certificate-expires", "expired") { .certified(days: 90, left: -1) },
    not("certificate-expires", "in a month") { .certified(days: 90, left: 30) },
    not("certificate-expires", "half of a short life") { .certified(days: 6, left: 3) },
    Case("grpc-unknown-serving", "SERVING") { .grpc(answers: [.unknownService: .serving]) },
    not("grpc-unknown-serving", "NOT_FOUND") { .grpc() },
    Case("grpc-default-method", "UNIMPLEMENTED") {
      LintScene(
        target: HealthCheckTarget(
          scheme: .grpc, port: .number(50_051), path: HealthCheckTarget.albGRPCPath),
        matcher: [12...12], answers: [.check: .call(12)])
    },
    not("grpc-default-method", "the standard one") { .grpc() },
    Case("grpc-reflection", "a list") {
      .grpc(answers: [.reflection: Reply.call(0).with { $0.bodySize = 40 }])
    },
    not("grpc-reflection", "unimplemented") { .grpc() },
  ]

  @Test(arguments: passing + origin + answers + leaks + form)
  func findsWhatItShould(_ row: Case) {
    let found = row.scene().rules()
    #expect(found.contains(row.rule) == row.isFound, "found \(found)")
  }

  @Test func aHealthViewDoneRightIsSilent() {
    #expect(LintScene().rules() == [])
    #expect(LintScene.grpc().rules() == [])
    #expect(LintScene.rules(LintScene(), LintScene(), LintScene()) == [])
  }

  @Test func everyRuleHasARowThatFindsAndOneThatDoesNot() {
    let rows = Self.passing + Self.origin + Self.answers + Self.leaks + Self.form
    let compared: Set = ["mixed-versions", "instances-differ", "latency-varies"]
    for rule in LintRule.all where !compared.contains(rule.id) {
      #expect(rows.contains { $0.rule == rule.id && $0.isFound }, "\(rule.id) finds nothing")
      #expect(rows.contains { $0.rule == rule.id && !$0.isFound }, "\(rule.id) finds all")
    }
  }

  // MARK: - Groups

  @Test func versionsThatDifferBetweenInstancesAreMixed() {
    let old = LintScene.answering(.json("{\"status\": \"ok\", \"version\": \"v41\", \"check\": 1}"))
    #expect(LintScene.rules(LintScene(), old).contains("mixed-versions"))
    #expect(!LintScene.rules(old, old).contains("mixed-versions"))
  }

  @Test func oneInstanceWithTwoVersionsIsMixed() {
    let scene = LintScene(change: { if $0 == 4 { $1.take(.json("{\"version\": \"v41\"}")) } })
    #expect(scene.rules().contains("mixed-versions"))
  }

  @Test func aVersionInAHeaderCounts() {
    let new = LintScene.answering(.text("ok", ("X-App-Version", "v42")))
    let old = LintScene.answering(.text("ok", ("X-App-Version", "v41")))
    #expect(LintScene.rules(new, old).contains("mixed-versions"))
    #expect(!LintScene.rules(new, new).contains("mixed-versions"))
  }

  @Test func whatVersionFromFindsGoesBeforeAGuess() {
    let one = LintScene(change: { $1.version = "v42" })
    let other = LintScene.answering(.json("{\"version\": \"v41\"}"))
    var told = other
    told.change = { $1.version = "v42" }
    #expect(LintScene.rules(one, other).contains("mixed-versions") == false)
    #expect(!LintScene.rules(one, told).contains("mixed-versions"))
  }

  @Test func instancesThatAnswerOtherwiseDiffer() {
    let failing = LintScene.answering(.page(503, ""))
    #expect(LintScene.rules(LintScene(), failing).contains("instances-differ"))
    let page = LintScene.answering(.page(200, "<h1>3 products</h1>"))
    #expect(LintScene.rules(LintScene(), page).contains("instances-differ"))
    let others = LintScene.answering(.page(200, "<h1>4 products</h1>"))
    #expect(!LintScene.rules(page, others).contains("instances-differ"))
  }

  @Test func aMuchSlowerInstanceIsNamed() {
    let slow = LintScene(change: { $1.latencyMicroseconds = 700_000 })
    #expect(LintScene.rules(LintScene(), slow) == ["latency-varies"])
    let barely = LintScene(change: { $1.latencyMicroseconds = 500_000 })
    #expect(LintScene.rules(LintScene(), barely) == [])
  }

  // MARK: - Findings

  @Test func theWorstComesFirstAndIgnoredRulesAreLeftOut() {
    var scene = LintScene.answering(.json("{\"status\": \"down\"}", ("X-Powered-By", "PHP/8.2")))
    scene.answers[.missingPath] = .page(200, "home")
    #expect(scene.rules() == ["catch-all", "says-unwell", "version-banner"])
    #expect(scene.rules(ignoring: ["says-unwell"]) == ["catch-all", "version-banner"])
  }

  @Test func aRuleThatIsIgnoredDoesNotBringBackTheWeakerOne() {
    let scene = LintScene(answers: [
      .check: .text("ok", ("ETag", "\"5f9c4ab08cac7457\"")), .range: .with(206, "o", []),
    ])
    #expect(scene.rules() == ["static-file"])
    #expect(scene.rules(ignoring: ["static-file"]) == [])
  }

  @Test func evidenceIsCleanAndShort() throws {
    let scene = LintScene.answering(
      .with(
        301, "",
        [("Location", "https://x/\u{1B}[31m" + String(repeating: "y", count: 5000))]))
    let finding = try #require(scene.findings().first { $0.rule.id == "redirect" })
    let seen = finding.sightings[0].seen
    #expect(!seen.contains("\u{1B}"))
    #expect(seen.utf8.count <= 400)
  }

  @Test func aSecretOfTheEnvironmentIsNotRepeated() throws {
    let scene = LintScene.answering(.json("{\"db\": \"postgres://shop:hunter2@db/shop\"}"))
    let finding = try #require(scene.findings().first { $0.rule.id == "leaks-environment" })
    #expect(!finding.sightings[0].seen.contains("hunter2"))
  }

  @Test func idsAreNamesAndEachIsUsedOnce() {
    let ids = LintRule.all.map(\.id)
    #expect(Set(ids).count == ids.count)
    for id in ids {
      #expect(id.allSatisfy { $0.isLowercase || $0 == "-" || $0.isNumber || $0 == "." }, "\(id)")
    }
    for rule in LintRule.all { #expect(rule.yieldsTo.isSubset(of: ids)) }
  }
}

extension LintScene {
  fileprivate static func grpc(answers: [LintRequest.Purpose: Reply] = [:]) -> LintScene {
    LintScene(
      target: HealthCheckTarget(
        scheme: .grpc, port: .number(50_051), path: HealthCheckTarget.standardGRPCPath),
      matcher: [0...0], answers: answers)
  }

  /// A certificate of so many days, of which so many are left.
  fileprivate static func certified(days: Int64, left: Int64) -> LintScene {
    var scene = LintScene()
    scene.target = HealthCheckTarget(scheme: .https, port: .number(443), path: "/health")
    scene.change = { _, exchange in
      let now: Int64 = 1_800_000_000
      exchange.certificate = Exchange.CertificateLife(
        notBefore: now + (left - days) * 86_400, notAfter: now + left * 86_400, now: now)
    }
    return scene
  }
}

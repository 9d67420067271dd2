internal import GateCore

/// Rules about whether the check passes, also for the load balancer.
extension LintRule {
  static let passing = [
    checkFails, redirect, needsSession, needsForwarded, needsOwnRequest, answersVary, ownBurst,
    slowAnswer, connectionOnly,
  ]

  private static let checkFails = LintRule(
    id: "check-fails", severity: .error, finds: "the health check fails",
    why: "an instance that answers like this is never put in service",
    advice: "see what 'healthgate probe' says about it, and read the log of the instance"
  ) { group in
    group.compactMap { member in
      guard !member.isPassing,
        let failed = member.checks.first(where: { $0.failure(under: member.check) != nil }),
        let failure = failed.failure(under: member.check),
        // These have a rule of their own.
        failed.answer?.isRedirect != true, failed.status != 401
      else { return nil }
      let diagnosis = diagnosis(
        of: CheckReport(
          started: .start, result: .failure(failure.kind),
          status: member.isGRPC ? failed.grpcStatus : failed.status,
          latencyMicroseconds: failed.latencyMicroseconds, detail: failure.detail,
          evidence: failed.reply.flatMap { Evidence(of: $0, without: []) }),
        from: member.instance, check: member.check, request: member.request)
      let cause = diagnosis.map { "; \($0.confidence.rawValue): \($0.likelyCause)" } ?? ""
      return Sighting(
        instance: member.instance.id,
        seen: "\(failed.inquiry.words): \(failure.detail)\(cause)".cleaned(to: 600),
        advice: diagnosis?.advice)
    }
  }

  private static let redirect = LintRule.ofEach(
    .error, "redirect", finds: "the health check is answered with a redirect",
    why: "checks do not follow redirects: if the matcher accepts it, it hides an application that "
      + "is down, and if it does not, no instance is ever in service",
    advice: "make the target's path the one that answers 200, or exempt it from the "
      + "redirect (a separate nginx location, SECURE_REDIRECT_EXEMPT in Django, "
      + "config.ssl_options in Rails)"
  ) { member in
    member.checks.first { $0.answer?.isRedirect ?? false }.map { member.seen($0) }
  }

  private static let needsSession = LintRule.ofEach(
    .error, "needs-session", finds: "the health check requires a session or credentials",
    why: "a load balancer has none, and cannot be given any",
    advice: "exempt the path from the login requirement (Django: @login_not_required, Spring "
      + "Security: permitAll), and keep details out of its body"
  ) { member in
    member.checks.first { exchange in
      guard let reply = exchange.answer else { return false }
      if reply.status == 401 || reply.has("www-authenticate") { return true }
      guard reply.isRedirect, let place = reply.values(of: "location").last else { return false }
      return Location(place).leadsToLogin
    }.map { member.seen($0) }
  }

  private static let needsForwarded = LintRule.ofEach(
    .error, "needs-forwarded-proto",
    finds: "the health check passes only with X-Forwarded-Proto: https",
    why: "a load balancer's checks come over plain HTTP and without that header",
    advice: "answer the path before the redirect to https: a separate nginx location, "
      + "SECURE_REDIRECT_EXEMPT in Django, config.ssl_options in Rails"
  ) { member in
    guard !member.isPassing, let failed = member.checks.first,
      failed.failure(under: member.check) != nil,
      let forwarded = member.first(.forwarded), forwarded.passes(member.check)
    else { return nil }
    return "\(member.seen(failed)); \(member.seen(forwarded))"
  }

  private static let needsOwnRequest = LintRule.ofEach(
    .error, "needs-own-request",
    finds: "the health check passes only with what these settings add to it",
    why: "a load balancer sends its own Host and User-Agent and none of your headers, and will get "
      + "a different response than the gate",
    advice: "let the application answer the load balancer's own request (allow the instance's "
      + "address as Host, in ALLOWED_HOSTS), and check without host, header and user_agent"
  ) { member in
    guard member.isPassing, let bare = member.first(.asLoadBalancer),
      let failure = bare.failure(under: member.check)
    else { return nil }
    return "\(bare.inquiry.words) as the load balancer sends it: \(failure.detail)"
  }

  private static let answersVary = LintRule.ofEach(
    .error, "answers-vary", finds: "the same check sometimes passes and sometimes fails",
    why: "the result is left to chance: a good instance will be taken out of service, and a bad "
      + "one may be put in service",
    advice: "look for a broken worker, an old process beside the new one, or a dependency "
      + "that is called with too short a timeout"
  ) { member in
    let failed = member.checks.filter { $0.failure(under: member.check) != nil }
    guard member.isPassing, let first = failed.first,
      let failure = first.failure(under: member.check)
    else { return nil }
    return "\(failed.count) of \(member.checks.count) checks failed: \(first.inquiry.words): "
      + failure.detail
  }

  /// Its own doing: some sixteen requests within milliseconds, which no load balancer sends.
  private static let ownBurst = LintRule.ofEach(
    .note, "rate-limited", finds: "some of these requests were refused as too many",
    why: "a rate limit counts health checks too: each node of a load balancer sends them, from few "
      + "addresses; refused requests were not evaluated here",
    advice: "exempt the health check's path from the limit, and run this again to see the rest"
  ) { member in
    guard let first = member.refused.first else { return nil }
    return "\(member.refused.count) of \(member.refused.count + member.exchanges.count) requests: "
      + member.seen(first)
  }

  private static let slowAnswer = LintRule.ofEach(
    .warning, "slow-answer", finds: "the response takes more than a third of the timeout",
    why: "under load it may take three times as long, and then good instances leave service "
      + "just when they are needed",
    advice: "do less in the health check (no pages, no slow queries; check dependencies in the "
      + "background and answer with the last result), or lengthen the timeout"
  ) { member in
    let timeout = member.check.timeout.inMicroseconds
    guard
      let slowest = member.checks.filter({ $0.end == .answered }).max(by: {
        $0.latencyMicroseconds < $1.latencyMicroseconds
      }), slowest.latencyMicroseconds * 3 > timeout
    else { return nil }
    return
      "\(slowest.inquiry.words) took \(milliseconds(slowest.latencyMicroseconds)), and the timeout "
      + "is \(member.check.timeout.inWords)"
  }

  private static let connectionOnly = LintRule.ofEach(
    .warning, "connection-only", finds: "the health check only opens a connection",
    why: "the kernel accepts connections for a process that hangs: the check passes as long as any "
      + "process holds the port",
    advice: "check for a response where the protocol has one: an HTTP or gRPC target, on a "
      + "separate port if necessary"
  ) { member in
    member.check.target.scheme.hasPath
      ? nil : "\(member.check.target): \(member.checks.first?.words ?? "not sent")"
  }
}

/// `1.9 ms`, `1700 ms`.
func milliseconds(_ microseconds: Int64) -> String {
  microseconds < 10_000
    ? "\(microseconds / 1000).\(microseconds % 1000 / 100) ms" : "\(microseconds / 1000) ms"
}

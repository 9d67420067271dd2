internal import GateCore

/// Whether the check passes, and passes for the load balancer too.
extension LintRule {
  static let passing = [
    checkFails, redirect, needsSession, needsForwarded, needsOwnRequest, answersVary, ownBurst,
    slowAnswer, connectionOnly,
  ]

  private static let checkFails = LintRule(
    id: "check-fails", severity: .error, finds: "the health check fails",
    why: "an instance that answers so is never put in service",
    advice: "see what 'healthgate probe' says of it, and the log of the instance"
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
          status: member.isGRPC ? failed.reply?.grpcStatus : failed.status,
          latencyMicroseconds: failed.timing.total, detail: failure.detail,
          evidence: failed.reply.flatMap { Evidence(of: $0.asAnswer, without: []) }),
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
    why: "checks follow no redirect: where the matcher takes it, it hides an application that is "
      + "down, and where it does not, no instance is ever in service",
    advice: "make the target's path the one that answers 200 itself, or exempt it from the "
      + "redirect (an nginx location of its own, SECURE_REDIRECT_EXEMPT in Django, "
      + "config.ssl_options in Rails)"
  ) { member in
    member.checks.first { $0.answer?.isRedirect ?? false }.map { member.seen($0) }
  }

  private static let needsSession = LintRule.ofEach(
    .error, "needs-session", finds: "the health check wants a session or credentials",
    why: "a load balancer has none, and cannot be given any",
    advice: "leave the path out of what wants a login (Django: @login_not_required, Spring "
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
    advice: "answer the path before the redirect to https: an nginx location of its own, "
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
    why: "a load balancer sends its own Host, User-Agent and no headers of yours, and will see "
      + "another answer than the gate",
    advice: "let the application answer the load balancer's own request (the instance's address "
      + "as Host among ALLOWED_HOSTS), and check without host, header and user_agent"
  ) { member in
    guard member.isPassing, let bare = member.first(.asLoadBalancer),
      let failure = bare.failure(under: member.check)
    else { return nil }
    return "\(bare.inquiry.words) as the load balancer sends it: \(failure.detail)"
  }

  private static let answersVary = LintRule.ofEach(
    .error, "answers-vary", finds: "the same check passes and fails by turns",
    why: "what is asked decides nothing, chance does: an instance in service will leave it, and a "
      + "bad one may come into it",
    advice: "look for a worker that is broken, an old process beside the new one, or a dependency "
      + "that is asked with too short a timeout"
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
    why: "a limit counts health checks too: each node of a load balancer asks, and all with few "
      + "addresses; what was refused here was not looked at",
    advice: "exempt the health check's path from the limit, and run this again to see the rest"
  ) { member in
    guard let first = member.refused.first else { return nil }
    return "\(member.refused.count) of \(member.refused.count + member.exchanges.count) requests: "
      + member.seen(first)
  }

  private static let slowAnswer = LintRule.ofEach(
    .warning, "slow-answer", finds: "the answer takes more than a third of the timeout",
    why: "under load it will take three times as long, and then good instances leave service "
      + "just when they are needed",
    advice: "do less in the health check (no pages, no slow queries; look at dependencies in the "
      + "background and answer with what was last seen), or lengthen the timeout"
  ) { member in
    let timeout = member.check.timeout.inMicroseconds
    guard
      let slowest = member.checks.filter({ $0.end == .answered }).max(by: {
        $0.timing.total < $1.timing.total
      }), slowest.timing.total * 3 > timeout
    else { return nil }
    return "\(slowest.inquiry.words) took \(milliseconds(slowest.timing.total)), and the timeout "
      + "is \(member.check.timeout.inWords)"
  }

  private static let connectionOnly = LintRule.ofEach(
    .warning, "connection-only", finds: "the health check is no more than a connection",
    why: "the kernel accepts connections for a process that hangs: it passes as long as somebody "
      + "holds the port",
    advice: "ask for an answer where the protocol has one: an HTTP or gRPC target, on a port of "
      + "its own if need be"
  ) { member in
    member.check.target.scheme.hasPath
      ? nil : "\(member.check.target): \(member.checks.first?.words ?? "not asked")"
  }
}

/// `1.9 ms`, `1700 ms`.
func milliseconds(_ microseconds: Int64) -> String {
  microseconds < 10_000
    ? "\(microseconds / 1000).\(microseconds % 1000 / 100) ms" : "\(microseconds / 1000) ms"
}

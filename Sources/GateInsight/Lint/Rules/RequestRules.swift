internal import GateCore

/// Rules about how the response depends on the request, and about its side effects.
extension LintRule {
  static let request = [hostChangesAnswer, setsCookies, headDiffers]

  private static let hostChangesAnswer = LintRule.ofEach(
    .warning, "host-changes-answer", finds: "another Host gets another page",
    why: "which site is checked depends on the Host, and a load balancer sends the instance's "
      + "address: it may be checking the default site, and not yours",
    advice: "let one server block answer the health check for every Host, and refuse unknown "
      + "hosts elsewhere"
  ) { member in
    guard let other = member.first(.otherHost), let reply = other.answer else { return nil }
    if !member.isPassing, other.passes(member.check), let failed = member.checks.first {
      return "\(member.seen(failed)); \(member.seen(other))"
    }
    guard let pass = member.pass, let own = pass.answer else { return nil }
    if reply.status >= 500 { return member.seen(other) }
    // That it is refused, or sent to the right name, is as it should be.
    guard (200...299).contains(reply.status) else { return nil }
    let names = [member.instance.address, member.request.host ?? "", other.inquiry.host ?? ""]
    guard Page(own, hiding: names) != Page(reply, hiding: names) else { return nil }
    return "\(member.seen(pass)); \(member.seen(other))"
  }

  private static let setsCookies = LintRule.ofEach(
    .warning, "sets-cookies", finds: "the health check sets cookies",
    why: "each check may begin a session, and checks come every few seconds from every node of the "
      + "load balancer: the session store fills up",
    advice: "do not touch the session in the health view, and exempt it from session and CSRF "
      + "middleware"
  ) { member in
    member.checks.first { $0.answer?.has("set-cookie") ?? false }.map { exchange in
      let names = (exchange.reply?.values(of: "set-cookie") ?? []).map { $0.prefix { $0 != "=" } }
      return member.seen(exchange, ": \(names.joined(separator: ", "))")
    }
  }

  private static let headDiffers = LintRule.ofEach(
    .note, "head-differs", finds: "a HEAD request to the health check is answered differently",
    why: "monitors and proxies that send HEAD requests see another health than the load "
      + "balancer",
    advice: "answer HEAD like GET without the body (RFC 9110, 9.3.2), or refuse it with 405"
  ) { member in
    // By turns it fails with any method.
    guard let head = member.first(.head), let pass = member.pass?.answer,
      member.checks.allSatisfy({ $0.passes(member.check) })
    else { return nil }
    if case .failed = head.end { return member.seen(head) }
    guard let status = head.answer?.status, status != pass.status, status != 405, status != 501
    else { return nil }
    return member.seen(head, ", and GET \(pass.status)")
  }
}

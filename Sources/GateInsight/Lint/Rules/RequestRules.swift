internal import GateCore

/// What changes with the request, and what the answer leaves behind.
extension LintRule {
  static let request = [hostChangesAnswer, setsCookies, headDiffers]

  private static let hostChangesAnswer = LintRule.ofEach(
    .warning, "host-changes-answer", finds: "with another Host another page answers",
    why: "which site is checked hangs on the Host, and that of the load balancer is the "
      + "instance's address: it may be asking the default site, and not yours",
    advice: "let one server block answer the health check for every Host, and refuse what is "
      + "unknown elsewhere"
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
    why: "each check may begin a session, and they come every few seconds from every node of the "
      + "load balancer: a store of sessions fills up",
    advice: "touch no session in the health view, and leave session and CSRF middleware out of it"
  ) { member in
    member.checks.first { $0.answer?.has("set-cookie") ?? false }.map { exchange in
      let names = (exchange.reply?.values(of: "set-cookie") ?? []).map { $0.prefix { $0 != "=" } }
      return member.seen(exchange, ": \(names.joined(separator: ", "))")
    }
  }

  private static let headDiffers = LintRule.ofEach(
    .note, "head-differs", finds: "a HEAD of the health check is answered otherwise",
    why: "monitors and proxies that look at the head alone see another health than the load "
      + "balancer",
    advice: "answer HEAD as GET without its body (RFC 9110, 9.3.2), or refuse it with 405"
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

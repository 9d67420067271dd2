internal import GateCore

/// Rules about the body of a passing check.
extension LintRule {
  static let content = [saysUnwell, largeAnswer]

  private static let saysUnwell = LintRule.ofEach(
    .error, "says-unwell", finds: "the check passes, but its body says that it is unhealthy",
    why: "a load balancer reads the status and not the body: the instance is in service",
    advice: "answer 503 when something that the application cannot work without fails, and leave "
      + "the rest out of the health check"
  ) { member in
    for exchange in member.checks where exchange.passes(member.check) {
      guard let reply = exchange.answer, case let said = Wellbeing(reply.body),
        said.isUnwell || said.isErrorPage, let words = said.words
      else { continue }
      return member.seen(exchange, ": \(words.cleaned(to: 120))")
    }
    return nil
  }

  private static let largeAnswer = LintRule.ofEach(
    .warning, "large-answer", finds: "the response is large",
    why: "beyond about 14 KB it takes more than one round trip (RFC 6928), and every node of the "
      + "load balancer fetches it every few seconds, even from instances under load",
    advice: "answer with a word or a few lines, from a dedicated view and not the homepage"
  ) { member in
    member.checks.first { $0.end == .answered && $0.bodySize > 14_600 }.map { member.seen($0) }
  }
}

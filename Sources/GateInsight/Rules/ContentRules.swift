internal import GateCore

/// An answer of a good status that does not show what it should.
extension Rule {
  static let content = [
    welcomePage, notServing, saysDown, severalVersions, noVersionInPage, noVersion, sameVersion,
    staleVersion,
    unexpectedContent, otherSuccess,
  ]

  private static let welcomePage = Rule(
    .staticAnswer, .likely,
    when: { $0.isAnswered && $0.shows(.welcomePage) }
  ) {
    Words(
      "\($0.who) answered \($0.statuses) with the page of a fresh web server",
      cause: "the web server answers \($0.path) itself, and the application is not called: its "
        + "own "
        + "configuration was not installed, or the default site took the request",
      advice: "remove the default site (/etc/nginx/sites-enabled/default), pass \($0.path) to the "
        + "application, and check with 'nginx -T' which server block answers")
  }

  private static let notServing = Rule(
    .applicationNotReady, .likely, boot: .canLookLikeThis,
    when: { $0.kind == .expectationFailed && $0.scheme.isGRPC }
  ) {
    Words(
      "\($0.who) answered the call, but \($0.first.detailWords)",
      cause: "the gRPC server runs, but the service behind it is not ready",
      advice: "read the log of the service; a load balancer looks only at the gRPC status, and "
        + "would have put it in service")
  }

  private static let saysDown = Rule(
    .applicationNotReady, .likely, boot: .canLookLikeThis,
    when: { $0.kind == .expectationFailed && $0.shows(.saysUnwell) }
  ) {
    Words(
      "\($0.who) answered \($0.statuses), but its body says that it is unhealthy",
      cause: "the application runs, but its own check fails",
      advice: "the body names what fails; make the status say so too (503): a load balancer does "
        + "not "
        + "read the body, and would have put it in service")
  }

  private static let severalVersions = Rule(
    .staleVersion, .likely,
    when: {
      guard $0.kind == .wrongVersion, let record = $0.record else { return false }
      return record.history.versions.count > 1
        || record.successes > 0 && record.history.pattern.changes > 1
    }
  ) {
    Words(
      "\($0.who) answered with more than one version: \($0.versions)",
      cause: "an old process still shares the port with the new one, or old workers "
        + "were not restarted",
      advice: "'ss -ltnp' and 'ps' on the instance show what holds the port; stop the old process, "
        + "and "
        + "let the deployment wait for its end")
  }

  private static let noVersionInPage = Rule(
    .staticAnswer, .possible,
    when: { $0.kind == .wrongVersion && $0.report.version == nil && $0.shows(.html) }
  ) {
    Words(
      "\($0.who) answered \($0.statuses) with a page that carries no version",
      cause: "it is not the health view that answers, but a web server or another page of "
        + "the application",
      advice: "check what \($0.path) is on the instance; pass it to the application, and let the "
        + "health view give its version where version_from looks for it")
  }

  private static let noVersion = Rule(
    .staleVersion, .possible, when: { $0.kind == .wrongVersion && $0.report.version == nil }
  ) {
    Words(
      "\($0.who) answered without a version\($0.wanted)",
      cause: "a build whose health view does not give a version yet, or version_from looks in the "
        + "wrong place",
      advice: "check where a healthy instance gives its version, and compare; make sure that the "
        + "image or the launch template is the new one")
  }

  /// The same release, written otherwise: nothing to replace.
  private static let sameVersion = Rule(
    .staleVersion, .likely, when: { $0.likeness != nil }
  ) {
    Words(
      "\($0.who) answered with another version\($0.wanted): \($0.versions)",
      cause: "the same release, written differently: the version is the expected one "
        + ($0.first.likeness ?? "in another form"),
      advice: "write expect_version as the health view writes it, or let the view "
        + "write the complete version; the comparison is exact")
  }

  private static let staleVersion = Rule(
    .staleVersion, .likely, when: { $0.kind == .wrongVersion }
  ) {
    Words(
      "\($0.who) answered with another version\($0.wanted): \($0.versions)",
      cause: $0.isEverywhere
        ? "the new build was not rolled out: an old image or launch template, or a tag "
          + "that still points to the old one"
        : "something left over from the old build: an old image or launch template version, an "
          + "instance that was not replaced, or a process that was not restarted",
      advice: "compare the image, the launch template version and the start of the process with "
        + "those of a correct instance; replace or restart it")
  }

  private static let unexpectedContent = Rule(
    .unexpectedContent, .likely, when: { $0.kind == .expectationFailed }
  ) {
    Words(
      "\($0.who) answered \($0.statuses), but \($0.first.detailWords)",
      cause: "the status is right but the content is not: another page or build than "
        + "intended, or an expectation that does not match it",
      advice: "compare the evidence with expect_body, expect_header or expect_json: one of the "
        + "two is out of date")
  }

  private static let otherSuccess = Rule(
    .unexpectedStatus, .likely,
    when: { $0.kind == .statusMismatch && $0.isStatus(in: 100...399) }
  ) {
    Words(
      "\($0.who) answered \($0.statuses), not \($0.check.matcher)",
      cause: "the status is a success, but the matcher does not include it",
      advice: $0.check.semantics == .classic
        ? "let \($0.path) answer 200: a Classic Load Balancer accepts no other"
        : "let \($0.path) answer \($0.check.matcher), or add \($0.statuses) to the matcher, here "
          + "and "
          + "in the target group")
  }
}

extension Symptom {
  /// In what the version that came differs from the wanted one, where that is its form alone.
  fileprivate var likeness: String? {
    guard kind == .wrongVersion, let wanted = request.expectedVersion, let came = report.version
    else { return nil }
    return VersionForm(came).likeness(to: VersionForm(wanted))
  }

  /// Whether there was a whole answer of a good status.
  fileprivate var isAnswered: Bool {
    switch kind {
    case .expectationFailed, .wrongVersion: true
    case .statusMismatch: isStatus(in: 200...299)
    default: false
    }
  }
}

extension Occurrence {
  fileprivate var wanted: String {
    first.request.expectedVersion.map { ", not \($0.cleaned(to: 60))" } ?? ""
  }

  /// Which versions where: `v41 on web-3, web-4; v40 on web-5`.
  fileprivate var versions: String {
    var order: [String] = []
    var places: [String: [String]] = [:]
    for member in members {
      let all = member.record?.history.versions ?? []
      let found = all.isEmpty ? [member.report.version ?? "none"] : all
      let text = alternatives(found.prefix(3).map { $0.cleaned(to: 60) })
      if places[text] == nil { order.append(text) }
      places[text, default: []].append(member.instance.id)
    }
    let shown = order.prefix(4).map { "\($0) on \(list(places[$0] ?? [], atMost: 3))" }
    let more = order.count > 4 ? "; and \(order.count - 4) more versions" : ""
    return shown.joined(separator: "; ") + more
  }
}

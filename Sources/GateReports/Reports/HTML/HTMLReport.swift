internal import GateCore
internal import GateInsight
package import GateRecords
internal import GateSettings
internal import GateText

/// The run as one page without scripts, other files or network requests.
///
/// It has the reason, the probable causes, the course of the run, and then everything else that is
/// known. If there are very many instances, the worst are listed and the others counted, so that
/// the page stays below a megabyte.
package struct HTMLReport {
  private let document: VerdictDocument
  private let timeline: Timeline
  /// The instances, the worst first.
  private let instances: [ReportedInstance]

  package init(_ document: VerdictDocument, _ timeline: Timeline) {
    self.document = document
    self.timeline = timeline
    instances = document.reportedInstances.worstFirst
  }

  private static let diagnoses = 12
  /// The number of diagnoses that are not folded.
  private static let open = 3
  private static let names = 12
  private static let parts = 60
  private static let warnings = 50

  private var gate: Gate { document.gate }
  private var verdict: Verdict { document.verdict }
  private var header: RunHeader { document.header }

  package var text: String {
    PageStyle.page(
      "\(verdict.decision.rawValue): \(groupName)", by: header.healthgateVersion,
      verdict.decision,
      """
      \(decision)
      <main>
      \(undelivered)\(figures)\(diagnoses)\(parts)\(course)\
      \(InstanceTable(instances: instances).markup)\
      \(warnings)\(settings)
      </main>
      \(footer)
      """
    ).source
  }

  private var groupName: String {
    let name = header.group.name?.printable.cut(to: 120)
    guard let title = header.deployment.title else {
      return name ?? "a group of \(counted(gate.expected, "instance"))"
    }
    return [title, name].compactMap { $0 }.joined(separator: " · ")
  }

  // MARK: - The decision

  private var decision: Markup {
    let sign =
      switch verdict.decision {
      case .promote: "✓"
      case .rollback: "✕"
      case .inconclusive: "?"
      }
    let advisory: Markup =
      header.isAdvisory
      ? """
      <p class="note">Advisory: decided and reported, but the exit status is \
      \(document.exitCode).</p>
      """ : ""
    return """
      <header>
      <p class="kicker">healthgate · <bdi>\(groupName)</bdi></p>
      <h1><span class="sign" aria-hidden="true">\(sign)</span> \(verdict.decision.rawValue)</h1>
      <p class="reason"><bdi>\(verdict.reason.message.printable.cut(to: 1000))</bdi></p>
      <p class="meta"><code>\(verdict.reason.code.rawValue)</code> · exit status \
      \(document.exitCode) · decided after \(verdict.at.preciseWords), at \
      <time datetime="\(decidedAt)">\(decidedAt)</time></p>
      \(build)\(advisory)
      </header>
      """
  }

  private var build: Markup {
    guard let build = header.deployment.build, build.line != nil else { return "" }
    let words = build.words
    guard let link = build.page else { return "<p class=\"meta\"><bdi>\(words)</bdi></p>\n" }
    return """
      <p class="meta"><a href="\(link)" rel="noreferrer"><bdi>\(words)</bdi></a></p>

      """
  }

  private var decidedAt: String { header.startedAt.at(verdict.at) }

  /// Errors after the decision, which come before everything else.
  private var undelivered: Markup {
    guard !document.warnings.isEmpty else { return "" }
    let items = document.warnings.map { warning -> Markup in "<li>\(warning)</li>" }
    return "<section class=\"card alert\"><h2>Not delivered</h2><ul>\(items)</ul></section>\n"
  }

  // MARK: - Figures

  private var figures: Markup {
    let members = gate.records(.member)
    let checks = members.reduce(0) { $0 + $1.checks }
    let failures = members.reduce(0) { $0 + $1.failures }
    let lost = gate.losses.checks.count
    let samples = members.flatMap(\.history.latency.samples).sorted()
    func percentile(_ percent: Int) -> String {
      guard !samples.isEmpty else { return "–" }
      let rank = (percent * samples.count + 99) / 100
      return latencyWords(samples[max(rank, 1) - 1])
    }
    var figures = [
      figure("healthy", "\(gate.healthy) of \(gate.expected)", .main),
      figure("unhealthy", "\(gate.unhealthy)", gate.unhealthy > 0 ? .alarming : .main),
      figure("initial", "\(gate.initial)", .main),
    ]
    if gate.replaced > 0 { figures.append(figure("left the group", "\(gate.replaced)", .main)) }
    figures += [figure("checks", "\(checks)"), figure("failed", "\(failures)")]
    let forgiven = members.forgivenFailures
    if forgiven > 0 { figures.append(figure("of them forgiven", "\(forgiven)")) }
    if lost > 0 { figures.append(figure("lost to gate faults", "\(lost)")) }
    figures += [
      figure("median latency", percentile(50)), figure("p95 latency", percentile(95)),
    ]
    return "<dl class=\"figures\">\(figures)</dl>\n"
  }

  private enum Weight: String {
    case plain
    case main
    case alarming = "main bad"
  }

  private func figure(_ name: String, _ value: String, _ weight: Weight = .plain) -> Markup {
    "<div class=\"\(weight.rawValue)\"><dt>\(name)</dt><dd>\(value)</dd></div>"
  }

  // MARK: - What is probably wrong

  private var diagnoses: Markup {
    let all = document.diagnoses
    guard !all.isEmpty else { return "" }
    let told = all.prefix(Self.diagnoses).map(article)
    let more = Array(told.dropFirst(Self.open))
    let folded: Markup =
      more.isEmpty ? "" : "<details><summary>\(more.count) more</summary>\n\(more)</details>"
    return """
      <section><h2>\(verdict.decision.titleOfCauses)</h2>
      \(Array(told.prefix(Self.open)))\(folded)</section>

      """
  }

  private func article(on diagnosis: Diagnosis) -> Markup {
    let evidence: Markup =
      diagnosis.evidence.map {
        "<dt>Evidence</dt><dd><code class=\"block\"><bdi>\($0)</bdi></code></dd>"
      } ?? ""
    let names = items(diagnosis.instances, first: Self.names, columns: 48)
    let instances: Markup =
      names.isEmpty ? "" : "<dt>Instances</dt><dd><ul class=\"names\">\(names)</ul></dd>"
    return """
      <article class="card">
      <h3>\(diagnosis.summary.printable.cut(to: 300))</h3>
      <p><span class="tag">\(diagnosis.confidence.rawValue)</span> \
      <code>\(diagnosis.code.rawValue)</code></p>
      <dl class="facts"><dt>Cause</dt><dd>\(diagnosis.likelyCause)</dd>\
      <dt>Advice</dt><dd>\(diagnosis.advice)</dd>\(evidence)\(instances)</dl>
      </article>

      """
  }

  // MARK: - Parts besides the instances

  /// The guards, the old group, the comparison with it, and the events after the decision.
  private var parts: Markup {
    let all = document.reportedParts.worstFirst
    guard !all.isEmpty else { return "" }
    let rows = all.prefix(Self.parts).map { part -> Markup in
      """
      <div><dt>\(part.kind.rawValue) <bdi>\(part.name.cut(to: 160))</bdi></dt>\
      <dd><span class="state \(part.outcome.tone.className)">\(part.state)</span> \
      <bdi>\(part.words.cut(to: 300))</bdi></dd></div>

      """
    }
    let rest = all.count - rows.count
    let more: Markup = rest > 0 ? "<p class=\"caption\">and \(rest) more</p>" : ""
    return """
      <section><h2>Beside the instances</h2>
      <dl class="card settings">
      \(rows)</dl>\(more)
      </section>

      """
  }

  // MARK: - The course of the run

  private var course: Markup {
    guard !instances.isEmpty else { return "" }
    let axis = TimeAxis(verdict, deadline: gate.deadline)
    let drawing = TimelineDrawing(
      document: document, timeline: timeline, axis: axis, instances: instances)
    let late: Markup =
      axis.contains(gate.deadline)
      ? "" : " The deadline, after \(gate.deadlineWords), had not been reached."
    let resumed = gate.resumptionWords.map { " The run was resumed \($0)." } ?? ""
    let thinned: Markup =
      timeline.thinned > 0
      ? " Of \(counted(timeline.thinned, "earlier check")), only the worse neighbors are drawn."
      : ""
    return """
      \(staircase(axis))<section><h2>Timeline</h2>
      <p class="legend">\(legend)</p>
      <div class="card plot">\(drawing.markup)</div>
      <p class="caption">Time since the start.\(late)\(resumed)\(thinned)</p>
      </section>
      \(latency(axis))
      """
  }

  private func staircase(_ axis: TimeAxis) -> Markup {
    guard let drawing = StaircaseDrawing(document, axis) else { return "" }
    return """
      <section><h2>Traffic</h2>
      <div class="card plot">\(drawing.markup)</div>
      <p class="caption">The share of the traffic that each step sends to the group, as commanded: gray while \
      it is shifted and confirmed, pale while it settles, darker while it soaks.</p>
      </section>

      """
  }

  private var legend: [Markup] {
    var signs = [
      ("initial", "initial"), ("healthy", "healthy"), ("unhealthy", "unhealthy"),
      ("pass", "check passed"), ("fail", "check failed"),
    ]
    if instances.contains(where: { $0.record.lostChecks > 0 }) {
      signs.append(("miss", "check lost"))
    }
    if !timeline.faults.isEmpty { signs.append(("fault", "gate fault")) }
    if gate.policy.gracePeriod > .zero { signs.append(("grace", "grace period")) }
    return signs.map { "<span><span class=\"key \($0)\"></span>\($1)</span>" }
  }

  private func latency(_ axis: TimeAxis) -> Markup {
    guard let drawing = LatencyDrawing(gate, timeline, axis) else { return "" }
    let old: Markup =
      drawing.hasBaseline ? "<span><span class=\"key dot old\"></span>baseline</span>" : ""
    return """
      <section><h2>Latency</h2>
      <p class="legend"><span><span class="key dot"></span>passed</span>\
      <span><span class="key dot missed"></span>failed</span>\(old)</p>
      <div class="card plot">\(drawing.markup)</div>
      <p class="caption">From the start of a check to its end, on a logarithmic scale.</p>
      </section>

      """
  }

  // MARK: - The rest

  private var warnings: Markup {
    let all = document.runWarnings
    guard !all.isEmpty else { return "" }
    let items = items(all, first: Self.warnings, columns: 500)
    return "<section><h2>Warnings</h2><ul>\(items)</ul></section>\n"
  }

  /// The first texts as items of a list, each of at most so many columns; then how many there are
  /// besides.
  private func items(_ texts: [String], first limit: Int, columns: Int) -> [Markup] {
    let told = texts.prefix(limit).map { text -> Markup in
      "<li><bdi>\(text.printable.cut(to: columns))</bdi></li>"
    }
    let rest = texts.count - told.count
    return rest > 0 ? told + ["<li>and \(rest) more</li>"] : told
  }

  private var settings: Markup {
    let rows = header.settingsInForce.map { setting -> Markup in
      """
      <div><dt>\(setting.name)</dt>\
      <dd><bdi>\(setting.value.printable.cut(to: 500))</bdi></dd></div>

      """
    }
    return """
      <section><h2>Settings in force</h2>
      <dl class="card settings">
      \(rows)</dl>
      </section>
      """
  }

  private var footer: Markup {
    let journal: Markup =
      document.journal.map { journal in
        """
        <p>Journal <bdi>\(journal.path?.printable.cut(to: 300) ?? "")</bdi>, \
        \(counted(journal.events, "event")), SHA-256 <code>\(journal.sha256)</code></p>
        """
      } ?? "<p>No journal was kept.</p>"
    return """
      <footer>
      \(journal)
      <p>Run <code>\(header.runID)</code> of healthgate \(header.healthgateVersion), started at \
      <time datetime="\(header.startedAt.text)">\(header.startedAt.text)</time></p>
      </footer>
      """
  }
}

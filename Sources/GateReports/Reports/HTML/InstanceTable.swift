internal import GateCore
internal import GateSettings
internal import GateText

/// The instances as a table, the worst first; on a phone each row is a card.
struct InstanceTable {
  let instances: [ReportedInstance]

  /// The number of rows that are not folded.
  private static let open = 50
  /// The largest number of rows.
  private static let rows = 400
  /// The largest size of the rows in bytes, so that long names do not make the page larger.
  private static let limit = 600_000

  var markup: Markup {
    guard !instances.isEmpty else { return "" }
    var rows: [Markup] = []
    var size = 0
    for instance in instances.prefix(Self.rows) {
      let row = row(instance)
      size += row.size
      guard size <= Self.limit else { break }
      rows.append(row)
    }
    let more = Array(rows.dropFirst(Self.open))
    let folded: Markup =
      more.isEmpty ? "" : "<details><summary>\(more.count) more</summary>\(table(more))</details>"
    let untold = instances.count - rows.count
    let rest: Markup =
      untold > 0
      ? "<p class=\"caption\">\(untold) more are in the verdict's JSON.</p>" : ""
    return """
      <section><h2>Instances</h2>
      \(table(Array(rows.prefix(Self.open))))\(folded)\(rest)
      </section>

      """
  }

  private func table(_ rows: [Markup]) -> Markup {
    """
    <div class="card"><table class="instances"><thead><tr><th scope="col">Instance</th>\
    <th scope="col">State</th><th scope="col">Checks</th><th scope="col">Latency</th>\
    <th scope="col">What happened</th></tr></thead><tbody>
    \(rows)</tbody></table></div>
    """
  }

  private func row(_ instance: ReportedInstance) -> Markup {
    let record = instance.record
    let zone = record.instance.zone.map { " · \($0.printable.cut(to: 24))" } ?? ""
    return """
      <tr><th scope="row"><bdi>\(instance.name.cut(to: 48))</bdi>\
      <span class="sub"><bdi>\(instance.address.cut(to: 60))</bdi>\(zone)</span></th>\
      <td data-label="State"><span class="state \(instance.tone.className)">\
      \(instance.sign) \(instance.stateWords)</span>\(moment(of: record))</td>\
      <td data-label="Checks">\(instance.checkWords)</td>\
      <td data-label="Latency">\(latency(of: record))</td>\
      <td data-label="What happened">\(story(of: instance))</td></tr>

      """
  }

  private func moment(of record: InstanceRecord) -> Markup {
    if let removed = record.removed {
      return "<span class=\"sub\">at \(removed.preciseWords)</span>"
    }
    guard let last = record.history.transitions.last else { return "" }
    return "<span class=\"sub\">since \(last.at.preciseWords)</span>"
  }

  private func latency(of record: InstanceRecord) -> Markup {
    let latency = record.history.latency
    guard let median = latency.percentile(50), let high = latency.percentile(95)
    else { return "–" }
    return "\(latencyWords(median))<span class=\"sub\">p95 \(latencyWords(high))</span>"
  }

  private func story(of instance: ReportedInstance) -> Markup {
    let record = instance.record
    var story: Markup = "<bdi>\(instance.words.cut(to: 160))</bdi>"
    if instance.outcome != .healthy, let code = instance.reason.code {
      story += "<span class=\"sub\"><code>\(code)</code></span>"
    }
    if !record.history.versions.isEmpty {
      let versions = record.history.versions.map { $0.printable.cut(to: 40) }
      story += "<span class=\"sub\">version <bdi>\(list(versions, first: 3))</bdi></span>"
    }
    return story
  }
}

extension ReportedInstance {
  /// A sign for the outcome, which does not depend on color.
  fileprivate var sign: String {
    switch outcome {
    case .failed: "✕"
    case .lost, .tolerated: "!"
    case .undecided: "○"
    case .left: "–"
    case .healthy: "✓"
    }
  }
}

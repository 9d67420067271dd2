package import GateCore
internal import GateSettings
internal import GateText

extension ProgressBoard {
  /// The display at a moment, in lines that are narrower and fewer than those of the terminal.
  ///
  /// One column and one row stay free, so that neither a wrapped line nor the line end after the
  /// last line scrolls the display.
  package func frame(of gate: Gate, at now: GateInstant, width: Int, height: Int) -> [DisplayLine] {
    var head = [groupLine(gate, at: now)]
    if gate.verdict == nil {
      if let staircase = gate.staircase { head.append(DisplayLine(staircase)) }
      head.append(DisplayLine(waitingFor(gate, at: now)))
      if let danger = danger(to: gate) { head.append(DisplayLine(danger, .bad)) }
    }
    if let fault = faultLine(gate) { head.append(fault) }
    let columns = max(width - 1, 1)
    let lines = max(height - 1, 1)
    let body = instanceLines(of: gate, width: columns, height: lines - head.count)
    return (head.prefix(lines) + body).map { $0.cut(to: columns) }
  }

  private func groupLine(_ gate: Gate, at now: GateInstant) -> DisplayLine {
    let policy = gate.policy
    var line = DisplayLine("\(gate.healthy) of \(gate.total) healthy", .strong)
    func add(_ text: String, _ tone: Tone = .plain) {
      line.append(", ", .faint)
      line.append(text, tone)
    }
    if gate.unhealthy > 0 { add("\(gate.unhealthy) unhealthy", .bad) }
    if gate.replaced > 0 { add("\(gate.replaced) left", .waiting) }
    let deadline = Duration.seconds(gate.deadline.microseconds / 1_000_000)
    let length = gate.resumptions.isEmpty ? policy.deadline : deadline
    line.append("  \(now.elapsedWords), max \(length.inWords)")
    line.append(
      "  \(gate.checks.targets.printable) \(gate.checks.allSemantics)", .faint)
    if gate.policy.loadBalancer == .decides {
      line.append(", as the load balancer sees it", .faint)
    } else {
      let intervals = gate.checks.map(\.interval.inWords).withoutRepetitions
      line.append(", every \(intervals.joined(separator: ", "))", .faint)
    }
    if header.isAdvisory { line.append(", advisory", .faint) }
    return line
  }

  private func faultLine(_ gate: Gate) -> DisplayLine? {
    guard let fault = gate.losses.lastFault, faults > 0 else { return nil }
    return DisplayLine(
      "\(counted(faults, "gate fault")): \(fault.detail.printable)", .waiting)
  }

  // MARK: - Instances

  private func instanceLines(of gate: Gate, width: Int, height: Int) -> [DisplayLine] {
    guard height > 0 else { return [] }
    let present = standings.count - count(of: .gone)
    let keys = mostImportant(present > height ? height - 1 : height)
    let rows = keys.map { ProgressRow($0, of: gate, on: self) }
    let layout = RowLayout(rows, width: width)
    let lines = rows.map { layout.line($0) }
    return present > keys.count ? lines + [summary(without: keys)] : lines
  }

  /// The count of the instances without a line, such as `+ 95 healthy, 3 initial`.
  private func summary(without keys: [InstanceKey]) -> DisplayLine {
    let shown = keys.map { standings[$0.index] }
    let rest = Standing.allCases.filter { $0 != .gone }.compactMap { standing -> String? in
      let count = count(of: standing) - shown.count { $0 == standing }
      return count > 0 ? "\(count) \(standing.words)" : nil
    }
    return DisplayLine("+ \(rest.joined(separator: ", "))", .faint)
  }
}

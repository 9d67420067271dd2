package import GateCore
internal import GateText

/// The decisions of several combinations of settings on recorded runs.
package struct SettingComparison: Sendable {
  package var runs: [Run]
  package var rows: [Row]

  /// A recorded run.
  package struct Run: Sendable {
    package var path: String
    package var runID: String
    /// The verdict under the run's own settings.
    package var recorded: Verdict
    /// The correct decision, if it is known.
    package var expected: Decision?

    package init(path: String, runID: String, recorded: Verdict, expected: Decision?) {
      self.path = path
      self.runID = runID
      self.recorded = recorded
      self.expected = expected
    }
  }

  /// One combination of settings, with its result for each run.
  package struct Row: Sendable {
    package var changes: [SettingGrid.Change]
    package var results: [WhatIf]

    package init(changes: [SettingGrid.Change], results: [WhatIf]) {
      self.changes = changes
      self.results = results
    }
  }

  package init(runs: [Run], rows: [Row]) {
    self.runs = runs
    self.rows = rows
  }

  /// The number of decisions that differ from the expected ones.
  package struct Errors: Hashable, Sendable {
    /// Promotions of runs that should have been rolled back, as far as they are known.
    package var falsePromotions = 0
    package var bad = 0
    /// Rollbacks of runs that should have been promoted, as far as they are known.
    package var falseRollbacks = 0
    package var good = 0
    package var unknown = 0
  }

  package func errors(of row: Row) -> Errors {
    var errors = Errors()
    for (run, result) in zip(runs, row.results) {
      guard case .decided(let verdict) = result else {
        errors.unknown += 1
        continue
      }
      switch run.expected {
      case .promote:
        errors.good += 1
        if verdict.decision == .rollback { errors.falseRollbacks += 1 }
      case .rollback:
        errors.bad += 1
        if verdict.decision == .promote { errors.falsePromotions += 1 }
      case .inconclusive, nil: break
      }
    }
    return errors
  }

  package func count(_ decision: Decision, of row: Row) -> Int {
    row.results.count { result in
      if case .decided(let verdict) = result { verdict.decision == decision } else { false }
    }
  }
}

extension SettingComparison {
  /// The comparison as a JSON document, with a line feed at its end.
  package var json: [UInt8] {
    JSONWriter.document { writer in
      writer.field("schema_version", RunHeader.schemaVersion)
      writer.objects("runs", runs) { writer, run in
        writer.field("journal", run.path)
        writer.field("run_id", run.runID)
        writer.field("expected", run.expected?.rawValue)
        writer.result(run.recorded)
      }
      writer.objects("settings", rows) { write($1, to: &$0) }
    }
  }

  private func write(_ row: Row, to writer: inout JSONWriter) {
    let errors = errors(of: row)
    writer.object("changes") { writer in
      for change in row.changes { writer.field(named: change.key.rawValue, change.value) }
    }
    writer.objects("results", zip(runs, row.results)) { writer, result in
      writer.field("journal", result.0.path)
      switch result.1 {
      case .decided(let verdict):
        writer.result(verdict)
        writer.null("unknown")
      case .unknown(let words):
        writer.result(nil)
        writer.field("unknown", words)
      }
    }
    writer.object("counts") { writer in
      for decision in Decision.allCases {
        writer.field(named: decision.rawValue, count(decision, of: row))
      }
      writer.field("unknown", errors.unknown)
    }
    writer.rate("false_promote", errors.falsePromotions, of: errors.bad)
    writer.rate("false_rollback", errors.falseRollbacks, of: errors.good)
  }
}

extension JSONWriter {
  fileprivate mutating func result(_ verdict: Verdict?) {
    field("decision", verdict?.decision.rawValue)
    field("reason_code", verdict?.reason.code.rawValue)
    field("elapsed_seconds", seconds: verdict?.at.microseconds)
  }

  /// Writes an error rate; null if there is no run for which it is known.
  fileprivate mutating func rate(_ name: StaticString, _ count: Int, of total: Int) {
    guard total > 0 else { return null(name) }
    object(name) { writer in
      writer.field("count", count)
      writer.field("of", total)
      writer.field("rate", Double(count) / Double(total))
    }
  }
}

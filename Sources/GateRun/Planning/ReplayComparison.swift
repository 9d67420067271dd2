internal import GateCore
package import GateRecords
package import GateSettings
internal import LibC

/// The decisions of several combinations of settings on several journals.
package struct ReplayComparison {
  private let paths: [String]
  private let grid: SettingGrid
  private let expectations: [Expectation]

  /// An expected decision: for all runs, or for those whose path matches.
  private struct Expectation {
    var decision: Decision
    var pattern: String?
  }

  package init(
    _ paths: [String], _ given: [(SettingKey, [String])], expecting texts: [String]
  ) throws {
    self.paths = paths
    grid = try SettingGrid(given)
    var expectations: [Expectation] = []
    for text in texts {
      let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
      guard let decision = parts.first.flatMap(Decision.init(rawValue:)), decision != .inconclusive
      else {
        throw CommandFailure(
          .usage, "--expect is '\(text)', not promote, rollback, promote:FILE or rollback:FILE")
      }
      let pattern = parts.count == 2 ? parts[1] : nil
      if let pattern, !paths.contains(where: { Self.fits($0, pattern) }) {
        throw CommandFailure(.usage, "--expect \(text) matches no journal that is given")
      }
      expectations.append(Expectation(decision: decision, pattern: pattern))
    }
    self.expectations = expectations
  }

  package func comparison() throws -> SettingComparison {
    var runs: [SettingComparison.Run] = []
    var results: [[WhatIf]] = []
    for path in paths {
      let (run, tried) = try tried(path)
      runs.append(run)
      results.append(tried)
    }
    let rows = grid.combinations.enumerated().map { index, changes in
      SettingComparison.Row(changes: changes, results: results.map { $0[index] })
    }
    return SettingComparison(runs: runs, rows: rows)
  }

  /// The number of instances in all gates that are folded at the same time.
  ///
  /// There is a gate for each combination. If they are too many, the journal is read again for the
  /// rest.
  private static let mostInstances = 200_000

  /// The run of one journal, and its decision under each combination.
  ///
  /// - Throws: `CommandFailure`
  private func tried(_ path: String) throws -> (SettingComparison.Run, [WhatIf]) {
    let combinations = grid.combinations
    let isReadAgain = path != "-" && InputFile.canBeReadAgain(path)
    var results: [WhatIf] = []
    while true {
      var recorded: JournalReplay?
      var replays: [WhatIfReplay] = []
      let journal = try RecordedJournal.read(path) { header in
        recorded = JournalReplay(of: header, under: header)
        let most = isReadAgain ? Self.mostInstances / max(header.policy.expected, 1) : .max
        replays = try combinations.dropFirst(results.count).prefix(max(most, 1)).map {
          try Self.replay(header, path, $0)
        }
      } fold: { entries in
        recorded?.fold(entries) { _, _, _, _ in }
        for index in replays.indices { replays[index].fold(entries) }
      }
      results += replays.indices.map { replays[$0].end() }
      guard var recorded else { preconditionFailure("a journal has a header") }
      guard results.count == combinations.count else { continue }
      let run = SettingComparison.Run(
        path: path, runID: journal.header.runID, recorded: recorded.end().verdict,
        expected: expected(of: path))
      return (run, results)
    }
  }

  private static func replay(
    _ header: RunHeader, _ path: String, _ combination: [SettingGrid.Change]
  ) throws -> WhatIfReplay {
    let changes = combination.map { ($0.key, [$0.value]) }
    do throws(SettingsError) {
      let settings = try header.settings(changedBy: changes, path)
      return WhatIfReplay(
        of: header, under: settings.map { header.changed(by: $0, changes) } ?? header)
    } catch {
      // A value that cannot be parsed is an error; values that contradict each other are a result.
      guard let problem = error.problems.first, error.problems.allSatisfy(\.isOfTheirTogetherness)
      else { throw error }
      return WhatIfReplay(of: header, unknown: "cannot be: \(problem.summary)")
    }
  }

  /// The expected decision: one for the path overrides one for all, and the last one overrides
  /// others.
  private func expected(of path: String) -> Decision? {
    let naming = expectations.last { expectation in
      expectation.pattern.map { Self.fits(path, $0) } ?? false
    }
    return (naming ?? expectations.last { $0.pattern == nil })?.decision
  }

  /// Whether a path matches a shell pattern, such as `runs/good-*`.
  private static func fits(_ path: String, _ pattern: String) -> Bool {
    path == pattern || fnmatch(pattern, path, 0) == 0
  }
}

extension SettingProblem {
  fileprivate var isOfTheirTogetherness: Bool {
    switch fact {
    case .inconsistent, .refused: true
    case .unknown, .nested, .repeated, .duplicated, .noValue, .wrongKind, .unreadable, .missing,
      .content:
      false
    }
  }
}

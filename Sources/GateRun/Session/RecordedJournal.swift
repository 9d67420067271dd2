package import GateCore
package import GateRecords
internal import GateSettings

/// Reading the journal that a command is given.
package enum RecordedJournal {
  /// Reads it, and warns of a last line that is cut off.
  ///
  /// - Throws: `CommandFailure` for a file that is not there or is no journal.
  package static func read(_ path: String) throws(CommandFailure) -> Journal {
    try journal(InputFile.required(path, as: .journal), path)
  }

  /// - Throws: `CommandFailure` for what is no journal.
  static func journal(_ bytes: [UInt8], _ path: String) throws(CommandFailure) -> Journal {
    do throws(JournalError) {
      let journal = try Journal(reading: bytes)
      if journal.isCutOff {
        Output.complain("healthgate: warning: the last line of '\(path)' is cut off and left out")
      }
      return journal
    } catch {
      if (try? RecordedVerdict(reading: bytes)) != nil {
        throw CommandFailure(
          .badContent,
          "\(path.shown) is a verdict, not a journal\n  hint: give the file that the run wrote with "
            + "\(SettingKey.journal.flag)")
      }
      let place = error.line.map { "\n  at \(path):\($0)" } ?? ""
      throw CommandFailure(
        .badContent, "'\(path)' cannot be read as a journal: \(error.message)\(place)")
    }
  }
}

extension VerdictDocument {
  /// The verdict of a recorded run, under its own header or a changed one.
  package init(_ recorded: Journal, _ gate: Gate, _ verdict: Verdict, under header: RunHeader) {
    self.init(
      header: header, gate: gate, verdict: verdict,
      exitCode: verdict.exitCode(isAdvisory: header.isAdvisory),
      journal: JournalDigest(
        path: header.journalPath, sha256: recorded.sha256, events: recorded.events))
    // Of another verdict than the run's nothing came.
    if header == recorded.header { add(recorded.aftermath) }
  }
}

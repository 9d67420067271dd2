internal import GateCore
package import GateRecords
package import GateReports
internal import GateSettings

/// Reads the journal that is given to a command.
package enum RecordedJournal {
  /// Reads a journal and keeps all entries; warns about an incomplete last line.
  ///
  /// - Throws: `CommandFailure` for a file that is not a journal.
  static func journal(_ bytes: [UInt8], _ path: String) throws(CommandFailure) -> Journal {
    do throws(JournalError) {
      let journal = try Journal(reading: bytes)
      warn(of: journal.summary, path)
      return journal
    } catch {
      throw failure(error, in: bytes, path)
    }
  }

  /// Replays a journal while it is read; no events are kept.
  ///
  /// - Throws: `CommandFailure` for a file that does not exist or is not a journal.
  package static func replayed(_ path: String) throws -> ReplayedJournal {
    try replayed(path, under: { $0 }) { _, _, _, _ in }
  }

  /// Replays a journal with its timeline, under the header that `change` makes from the journal's.
  ///
  /// - Throws: `CommandFailure`, and the errors of `change`.
  package static func replayedWithTimeline(
    _ path: String, under change: (RunHeader) throws -> RunHeader = { $0 }
  ) throws -> (ReplayedJournal, Timeline) {
    var timeline = Timeline()
    let replayed = try replayed(path, under: change) { event, _, instant, gate in
      timeline.observe(event, at: instant, in: gate)
    }
    return (replayed, timeline)
  }

  private static func replayed(
    _ path: String, under change: (RunHeader) throws -> RunHeader,
    _ witness: JournalReplay.Witness
  ) throws -> ReplayedJournal {
    var replay: JournalReplay?
    let journal = try read(path) { header in
      replay = JournalReplay(of: header, under: try change(header))
    } fold: {
      replay?.fold($0, witness)
    }
    guard var replay else { preconditionFailure("a journal has a header") }
    return ReplayedJournal(journal, under: try change(journal.header), replay.end())
  }

  /// Reads a journal and passes on its entries as they come; warns about an incomplete last line.
  ///
  /// `begin` gets the header before the first entry.
  ///
  /// - Throws: `CommandFailure` for a file that does not exist or is not a journal, and the errors
  ///   of `begin`.
  static func read(
    _ path: String, begin: (RunHeader) throws -> Void, fold: ([Journal.Entry]) -> Void
  ) throws -> JournalSummary {
    var begun: Result<Void, any Error>?
    var end: Result<JournalSummary, CommandFailure>?
    JournalReading.ahead(path) { piece in
      switch piece {
      case .entries(let entries, let header):
        if begun == nil { begun = Result { try begin(header) } }
        if case .success = begun { fold(entries) }
      case .end(let result): end = result
      }
    }
    guard let journal = try end?.get() else { preconditionFailure("what is read has an end") }
    try begun?.get()
    warn(of: journal, path)
    return journal
  }

  private static func warn(of journal: JournalSummary, _ path: String) {
    guard journal.isCutOff else { return }
    Output.complain(
      "healthgate: warning: the last line of \(path.quotedPath) is cut off and was ignored")
  }

  /// The failure for a file that is not a journal; `bytes` are the whole file, if available.
  static func failure(
    _ error: JournalError, in bytes: [UInt8]?, _ path: String
  ) -> CommandFailure {
    if let bytes, (try? RecordedVerdict(reading: bytes)) != nil {
      return CommandFailure(
        .badContent,
        "\(path.quotedPath) is a verdict, not a journal\n  hint: give the file that the run wrote with "
          + "\(SettingKey.journal.flag)")
    }
    let place = error.line.map { "\n  at \(path):\($0)" } ?? ""
    return CommandFailure(
      .badContent, "\(path.quotedPath) cannot be read as a journal: \(error.message)\(place)")
  }
}

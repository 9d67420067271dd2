internal import GateCore
package import GateRecords
package import GateReports
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
      warn(of: journal.summary, path)
      return journal
    } catch {
      throw failure(error, in: bytes, path)
    }
  }

  /// Decides again from a journal while it is read: of its events none is kept.
  ///
  /// - Throws: `CommandFailure` for a file that is not there or is no journal.
  package static func replayed(_ path: String) throws -> ReplayedJournal {
    try replayed(path, under: { $0 }) { _, _, _, _ in }
  }

  /// The same, with the timeline.
  ///
  /// - Parameter change: Makes the header to decide under of the journal's own.
  /// - Throws: Also what `change` throws.
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
    var reading = try JournalReading(path)
    var replay: Result<JournalReplay, any Error>?
    var entries: [Journal.Entry] = []
    while try reading.more(into: &entries) {
      if replay == nil, let header = reading.header {
        replay = Result { JournalReplay(under: try change(header)) }
      }
      if case .success(var going) = replay {
        replay = nil
        going.fold(entries, witness)
        replay = .success(going)
      }
      entries.removeAll(keepingCapacity: true)
    }
    let journal = try reading.summary()
    guard var replay = try replay?.get() else { preconditionFailure("a journal has a header") }
    return ReplayedJournal(journal, under: try change(journal.header), replay.end(witness))
  }

  fileprivate static func warn(of journal: JournalSummary, _ path: String) {
    guard journal.isCutOff else { return }
    Output.complain("healthgate: warning: the last line of '\(path)' is cut off and left out")
  }

  /// `bytes` are the whole file, where they are there.
  fileprivate static func failure(
    _ error: JournalError, in bytes: [UInt8]?, _ path: String
  ) -> CommandFailure {
    if let bytes, (try? RecordedVerdict(reading: bytes)) != nil {
      return CommandFailure(
        .badContent,
        "\(path.shown) is a verdict, not a journal\n  hint: give the file that the run wrote with "
          + "\(SettingKey.journal.flag)")
    }
    let place = error.line.map { "\n  at \(path):\($0)" } ?? ""
    return CommandFailure(
      .badContent, "'\(path)' cannot be read as a journal: \(error.message)\(place)")
  }
}

/// A journal that is read piece by piece.
private struct JournalReading: ~Copyable {
  private let path: String
  private var pieces: InputPieces
  private var reader = JournalReader()

  init(_ path: String) throws(CommandFailure) {
    self.path = path
    do throws(InputFile.Failure) {
      pieces = try InputPieces(path, as: .journal)
    } catch {
      throw CommandFailure(error, path, as: .journal)
    }
  }

  var header: RunHeader? { reader.header }

  /// Reads the next piece; false when there is no more.
  mutating func more(into entries: inout [Journal.Entry]) throws(CommandFailure) -> Bool {
    do throws(InputFile.Failure) {
      guard try pieces.more() else { return false }
    } catch {
      throw CommandFailure(error, path, as: .journal)
    }
    do throws(JournalError) {
      pieces.drop(
        try pieces.bytes.withUnsafeBufferPointer { bytes throws(JournalError) in
          try reader.read(bytes, into: &entries)
        })
      return true
    } catch {
      throw failure(error)
    }
  }

  /// What the journal is, when there is no more.
  mutating func summary() throws(CommandFailure) -> JournalSummary {
    do throws(JournalError) {
      let journal = try pieces.bytes.withUnsafeBufferPointer { rest throws(JournalError) in
        try reader.summary(withRest: rest)
      }
      RecordedJournal.warn(of: journal, path)
      return journal
    } catch {
      throw failure(error)
    }
  }

  private mutating func failure(_ error: JournalError) -> CommandFailure {
    let whole = try? pieces.rest()
    return RecordedJournal.failure(error, in: whole, path)
  }
}

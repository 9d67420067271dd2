internal import Dispatch
internal import GateRecords
internal import InstanceSources
internal import Synchronization

/// A journal that is read piece by piece.
struct JournalReading: ~Copyable {
  private let path: String
  private var pieces: InputPieces
  private var reader = JournalReader()

  enum Piece: Sendable {
    /// Entries, with the header as far as it is known by then.
    case entries([Journal.Entry], of: RunHeader)
    case end(Result<JournalSummary, CommandFailure>)
  }

  /// Reads on a separate thread, ahead of the consumer; without a thread, on this one.
  static func ahead(_ path: String, take: (Piece) -> Void) {
    let handover = PieceHandover()
    do throws(BackgroundThread.Failure) {
      try BackgroundThread.start { all(path) { handover.put($0) } }
    } catch {
      return all(path, take: take)
    }
    handover.takeAll(take)
  }

  private static func all(_ path: String, take: (Piece) -> Void) {
    take(
      .end(
        Result { () throws(CommandFailure) in
          var reading = try JournalReading(path)
          func handOver(_ entries: [Journal.Entry]) {
            if let header = reading.reader.header { take(.entries(entries, of: header)) }
          }
          while let entries = try reading.next() { handOver(entries) }
          let (rest, journal) = try reading.end()
          handOver(rest)
          return journal
        }))
  }

  private init(_ path: String) throws(CommandFailure) {
    self.path = path
    do throws(InputFile.Failure) {
      pieces = try InputPieces(path, as: .journal)
    } catch {
      throw CommandFailure(error, path, as: .journal)
    }
  }

  /// The next entries; nil at the end.
  private mutating func next() throws(CommandFailure) -> [Journal.Entry]? {
    do throws(InputFile.Failure) {
      guard try pieces.more() else { return nil }
    } catch {
      throw CommandFailure(error, path, as: .journal)
    }
    var entries: [Journal.Entry] = []
    do throws(JournalError) {
      pieces.drop(
        try pieces.bytes.withUnsafeBufferPointer { bytes throws(JournalError) in
          try reader.read(bytes, into: &entries)
        })
      return entries
    } catch {
      throw failure(error)
    }
  }

  /// The entries that are known only at the end, and the summary of the journal.
  private mutating func end() throws(CommandFailure) -> ([Journal.Entry], JournalSummary) {
    var entries: [Journal.Entry] = []
    do throws(JournalError) {
      let journal = try pieces.bytes.withUnsafeBufferPointer { rest throws(JournalError) in
        try reader.end(rest, into: &entries)
      }
      return (entries, journal)
    } catch {
      throw failure(error)
    }
  }

  private mutating func failure(_ error: JournalError) -> CommandFailure {
    let whole = try? pieces.rest()
    return RecordedJournal.failure(error, in: whole, path)
  }
}

/// Passes pieces from the reading thread to the consumer, a few at a time.
private final class PieceHandover: Sendable {
  private let waiting = Mutex<[JournalReading.Piece]>([])
  private let room = DispatchSemaphore(value: 4)
  private let arrived = DispatchSemaphore(value: 0)

  func put(_ piece: JournalReading.Piece) {
    room.wait()
    waiting.withLock { $0.append(piece) }
    arrived.signal()
  }

  /// Takes the pieces as they come, up to the end.
  func takeAll(_ take: (JournalReading.Piece) -> Void) {
    while true {
      arrived.wait()
      let piece = waiting.withLock { $0.removeFirst() }
      take(piece)
      room.signal()
      if case .end = piece { return }
    }
  }
}

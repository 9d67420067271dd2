extension JSONWriter {
  /// Writes a whole document: an object, indented by default, with a line feed at its end.
  ///
  /// If `room` is large enough, the bytes are not copied while the document grows.
  package static func document(
    _ layout: Layout = .indented, room: Int = 8192, _ write: (inout JSONWriter) -> Void
  ) -> [UInt8] {
    var writer = JSONWriter(layout, room: room)
    writer.object(write)
    writer.endLine()
    return writer.finish()
  }

  /// Writes such a document in pieces, of which `take` gets each in turn, up to its first error.
  package static func document<Failure: Error>(
    _ layout: Layout, to take: (ArraySlice<UInt8>) throws(Failure) -> Void,
    _ write: (inout JSONWriter) -> Void
  ) throws(Failure) {
    var failure: Failure?
    withoutActuallyEscaping(take) { take in
      var writer = JSONWriter(layout, room: sizeOfPiece) { piece in
        guard failure == nil else { return }
        do throws(Failure) { try take(piece) } catch { failure = error }
      }
      writer.object(write)
      writer.endLine()
      writer.drain()
    }
    if let failure { throw failure }
  }

  /// The size of a pipe on Linux (pipe(7)): its reader takes one piece while the next is made.
  private static let sizeOfPiece = 65_536
}

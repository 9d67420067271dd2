extension JSONWriter {
  /// Writes a whole document: an object, indented by default, with a line feed at its end.
  ///
  /// If `room` is large enough, the bytes are not copied while the document grows.
  package static func document(
    _ layout: Layout = .indented, room: Int = 8192,
    by allocate: (Int) -> [UInt8] = JSONWriter.allocate, _ write: (inout JSONWriter) -> Void
  ) -> [UInt8] {
    var writer = JSONWriter(layout, room: room, by: allocate)
    writer.object(write)
    writer.endLine()
    return writer.finish()
  }
}

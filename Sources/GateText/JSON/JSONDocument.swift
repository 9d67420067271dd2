extension JSONWriter {
  /// A whole document: an object, indented unless told otherwise, and a line feed at its end.
  ///
  /// With room for all of it there is no second copy as it grows.
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

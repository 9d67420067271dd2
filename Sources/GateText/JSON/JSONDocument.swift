extension JSONWriter {
  /// A whole document: an object with its members indented, and a line feed at its end.
  package static func document(_ write: (inout JSONWriter) -> Void) -> [UInt8] {
    var writer = JSONWriter(.indented)
    writer.object(write)
    writer.endLine()
    return writer.bytes
  }
}

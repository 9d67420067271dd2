package import GateRecords
package import GateText

/// The text of an output, which is made while it is written.
///
/// A verdict on many instances has many megabytes. In pieces, it never needs memory for all of
/// them, and its reader begins while the rest is made.
package struct OutputText {
  package typealias Write = (ArraySlice<UInt8>) throws(SystemError) -> Void

  private let make: (Write) throws(SystemError) -> Void

  package init(_ bytes: [UInt8]) {
    make = { write throws(SystemError) in try write(bytes[...]) }
  }

  package init(_ text: String) { self.init(Array(text.utf8)) }

  package init(_ document: VerdictDocument, _ layout: JSONWriter.Layout = .indented) {
    make = { write throws(SystemError) in try document.write(layout, to: write) }
  }

  /// Gives each piece to `write`, up to the first error.
  func write(to write: Write) throws(SystemError) { try make(write) }
}

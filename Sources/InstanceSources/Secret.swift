/// Text that no output shows: however it is printed or dumped, it is `***`.
package struct Secret: Hashable, Sendable {
  let revealed: String

  package init(_ text: String) {
    revealed = text
  }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  package var description: String { "***" }
  package var debugDescription: String { description }
  package var customMirror: Mirror { Mirror(reflecting: description) }
}

/// The output of a command, with secrets masked; the last part of it is kept.
///
/// Secrets are its own and those in URLs.
package struct CommandOutput: Sendable {
  private var stream: SecretStream
  private var kept: [UInt8] = []
  private let limit: Int

  package init(without secrets: SecretMask, limit: Int = 4096) {
    stream = SecretStream(secrets)
    self.limit = limit
  }

  /// Adds bytes; returns what may be shown now.
  package mutating func take(_ bytes: [UInt8]) -> [UInt8] { keep(stream.take(bytes)) }

  /// Returns the remaining output at the end.
  package mutating func finish() -> [UInt8] { keep(stream.finish()) }

  private mutating func keep(_ bytes: [UInt8]) -> [UInt8] {
    // One byte more than the limit shows that there was more.
    kept = (kept + bytes.suffix(limit + 1)).suffix(limit + 1)
    return bytes
  }

  /// The last part, for documents and messages.
  ///
  /// Lines are kept; in each, characters that could control a terminal are removed, and colors too.
  package var text: String {
    var text = String(decoding: kept.suffix(limit), as: UTF8.self)
    // A line without its beginning would be misleading, unless it is the only one.
    if kept.count > limit, let lineEnd = text.firstIndex(where: \.isNewline),
      !text[lineEnd...].allSatisfy(\.isNewline)
    {
      text = String(text[text.index(after: lineEnd)...])
    }
    let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    return lines.map { ControlSequence.removed(from: $0).cleaned(to: limit) }
      .joined(separator: "\n").trimmed
  }
}

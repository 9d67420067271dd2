/// What a command prints, as it comes: without secrets, its own or those of URLs, and of it the last
/// to be kept.
package struct CommandOutput: Sendable {
  private var stream: SecretStream
  private var kept: [UInt8] = []
  private let limit: Int

  package init(without secrets: SecretMask, limit: Int = 4096) {
    stream = SecretStream(secrets)
    self.limit = limit
  }

  /// Returns what may be shown of it now.
  package mutating func take(_ bytes: [UInt8]) -> [UInt8] { keep(stream.take(bytes)) }

  /// Returns what is left to show when no more comes.
  package mutating func finish() -> [UInt8] { keep(stream.finish()) }

  private mutating func keep(_ bytes: [UInt8]) -> [UInt8] {
    // One byte more than is kept shows that there was more.
    kept = (kept + bytes.suffix(limit + 1)).suffix(limit + 1)
    return bytes
  }

  /// The last of it, as it stands in documents and messages.
  ///
  /// The lines stay lines; of each, what could drive a terminal is gone, colors included.
  package var text: String {
    var text = String(decoding: kept.suffix(limit), as: UTF8.self)
    // A line of which the beginning is missing would be misread, unless it is all there is.
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

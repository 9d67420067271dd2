/// The UTF-8 text of a file, without a byte order mark.
///
/// - Throws: an error that says what the bytes are instead, with the line.
func decodedText(
  _ bytes: [UInt8], of path: String, atMost limit: Int
) throws(SettingsError) -> String {
  guard bytes.count <= limit else {
    throw SettingsError(
      content: "the file is larger than \(limit / 1_048_576) MiB", hint: "is it the right file?",
      of: path)
  }
  let looksLikeUTF16 =
    bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF])
    || bytes.prefix(2).contains(0)
  guard !looksLikeUTF16 else {
    throw SettingsError(content: "the text is UTF-16", hint: "save it as UTF-8", of: path)
  }
  let hasMark = bytes.starts(with: [0xEF, 0xBB, 0xBF])
  guard let text = String(validating: bytes.dropFirst(hasMark ? 3 : 0), as: UTF8.self) else {
    throw SettingsError(
      content: "the text is not UTF-8", hint: "save it as UTF-8", of: path,
      line: firstInvalidLine(of: bytes))
  }
  return text
}

private func firstInvalidLine(of bytes: [UInt8]) -> Int {
  // A line feed is never a part of another character, so each line can be decoded alone.
  let lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
  let index = lines.firstIndex { String(validating: $0, as: UTF8.self) == nil }
  return (index ?? 0) + 1
}

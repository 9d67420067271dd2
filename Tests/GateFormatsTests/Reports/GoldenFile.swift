import FoundationEssentials
import Testing

/// Compares text with a file of `Golden` beside the test's own; `UPDATE_GOLDEN=1` writes it instead.
func expectGolden(
  _ text: String, _ name: String, of tests: String = #filePath,
  sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let folder = tests[..<(tests.lastIndex(of: "/") ?? tests.startIndex)]
  let path = "\(folder)/Golden/\(name)"
  guard ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] != "1" else {
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    return
  }
  let golden = try String(contentsOfFile: path, encoding: .utf8)
  #expect(text == golden, "it is not as in Golden/\(name)", sourceLocation: sourceLocation)
}

/// The status codes that count as success: `200`, `200-299`, `200,202,301-308`.
///
/// For gRPC the codes are gRPC's, 0 to 99. Source: elbv2 `Matcher`, `HttpCode` and `GrpcCode`.
package struct Matcher: Hashable, Sendable, ExpressibleByArrayLiteral, CustomStringConvertible {
  /// The ranges, in the order in which they were written.
  package var ranges: [ClosedRange<Int>]

  package init(arrayLiteral ranges: ClosedRange<Int>...) {
    self.ranges = ranges
  }

  package func accepts(_ status: Int) -> Bool {
    ranges.contains { $0.contains(status) }
  }

  /// The matcher in AWS's notation.
  package var description: String {
    ranges.map { range in
      range.lowerBound == range.upperBound
        ? "\(range.lowerBound)" : "\(range.lowerBound)-\(range.upperBound)"
    }.joined(separator: ",")
  }
}

extension Matcher {
  /// Reads a matcher; `bounds` are the codes that exist at all (100 to 999, for gRPC 0 to 99).
  ///
  /// - Throws: `GrammarError`, with the part that cannot be read.
  package init(parsing text: String, bounds: ClosedRange<Int>) throws(GrammarError) {
    guard !text.contains("–") else {
      throw GrammarError("'\(text)' has a dash (–) where a hyphen (-) is required")
    }
    ranges = []
    for item in text.split(separator: ",", omittingEmptySubsequences: false) {
      let ends = item.split(separator: "-", omittingEmptySubsequences: false)
      let codes = ends.compactMap { Self.code($0.trimmed) }
      guard codes.count == ends.count, (1...2).contains(codes.count) else {
        throw GrammarError("'\(item.trimmed)' is not a status code or a range such as 200-299")
      }
      guard codes[0] <= codes[codes.count - 1] else {
        throw GrammarError("the range '\(item.trimmed)' runs backwards")
      }
      let range = codes[0]...codes[codes.count - 1]
      guard bounds.contains(range.lowerBound), bounds.contains(range.upperBound) else {
        throw GrammarError(
          "'\(item.trimmed)' is outside \(bounds.lowerBound) to \(bounds.upperBound)")
      }
      ranges.append(range)
    }
  }

  private static func code(_ text: some StringProtocol) -> Int? {
    guard (1...3).contains(text.utf8.count), text.utf8.allSatisfy({ (48...57).contains($0) })
    else { return nil }
    return Int(text)
  }
}

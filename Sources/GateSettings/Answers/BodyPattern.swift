internal import CRE2
package import GateCore

/// A regular expression in RE2's syntax, for searches in responses.
///
/// RE2 does not backtrack: the time of a search is at most proportional to the length of the text
/// times the size of the compiled pattern, whatever they are. Both are limited here, and so is a
/// check.
package final class BodyPattern: Sendable {
  /// The compiled pattern, which is only read after its creation; RE2's searches may run in
  /// parallel.
  private nonisolated(unsafe) let compiled: OpaquePointer
  /// The number of capturing groups.
  package let groups: Int
  /// The size of the compiled pattern, in RE2's instructions.
  package let size: Int

  /// The largest compiled pattern, in instructions; `[a-z]+ok` has 8, `.{1,100}` has 900.
  package static let largest = 2048
  /// The memory limit of RE2's automaton and its cache, in bytes.
  private static let memory: Int64 = 8 * 1_048_576
  /// The limit for instructions times bytes in a search, which takes up to 0.7 s on a slow machine.
  package static let mostWork = 64 * 1_048_576

  /// Compiles a pattern.
  ///
  /// - Throws: `GrammarError`, with RE2's reason.
  package init(_ pattern: String) throws(GrammarError) {
    guard !pattern.isEmpty else { throw GrammarError("the regular expression is empty") }
    let shown = pattern.shown
    var fault = HG_PATTERN_GOOD
    var words = [CChar](repeating: 0, count: 200)
    var text = pattern
    let compiled = text.withUTF8 { text in
      text.withMemoryRebound(to: CChar.self) { text in
        hg_pattern_compile(
          text.baseAddress, text.count, Self.memory, &fault, &words, words.count)
      }
    }
    guard let compiled else {
      let reason = String(
        decoding: words.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
      throw GrammarError(Self.words(shown, fault, reason.cleaned(to: 120)))
    }
    self.compiled = compiled
    groups = Int(hg_pattern_groups(compiled))
    size = Int(hg_pattern_size(compiled))
    guard size <= Self.largest else { throw GrammarError(Self.tooLarge(shown)) }
  }

  deinit {
    hg_pattern_free(compiled)
  }

  private static func words(_ shown: String, _ fault: hg_pattern_fault, _ reason: String) -> String
  {
    switch fault {
    case HG_PATTERN_TOO_LARGE: tooLarge(shown)
    case HG_PATTERN_LACKING:
      "\(shown) is not a regular expression in RE2's syntax: \(reason) (it has no backreferences, "
        + "no lookaround, and no atomic or possessive groups; a named group is (?P<name>…))"
    default: "\(shown) is not a regular expression: \(reason)"
    }
  }

  private static func tooLarge(_ shown: String) -> String {
    "\(shown) is too large a regular expression: more than \(largest) instructions when it is "
      + "compiled; use fewer or smaller repetitions"
  }

  /// The number of bytes of a text that are searched.
  package var bytesLookedAt: Int { Self.mostWork / max(size, 1) }

  /// Whether the text contains a match.
  func isFound(in text: String) -> Bool {
    searched(text) { hg_pattern_search(compiled, $0.baseAddress, $0.count, nil, nil) }
  }

  /// The text of the first group; nil if the pattern does not match, or the group takes no part.
  func firstGroup(in text: String) -> String? {
    searched(text) { text in
      var (start, end) = (-1, -1)
      guard hg_pattern_search(compiled, text.baseAddress, text.count, &start, &end), start >= 0
      else { return nil }
      return text[start..<end].withMemoryRebound(to: UInt8.self) {
        String(decoding: $0, as: UTF8.self)
      }
    }
  }

  private func searched<Found>(
    _ text: String, _ search: (UnsafeBufferPointer<CChar>) -> Found
  ) -> Found {
    var text = text
    return text.withUTF8 { text in
      UnsafeBufferPointer(rebasing: text.prefix(bytesLookedAt))
        .withMemoryRebound(to: CChar.self, search)
    }
  }
}

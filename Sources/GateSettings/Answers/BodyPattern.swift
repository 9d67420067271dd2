internal import CRE2
package import GateCore

/// A regular expression in RE2's syntax, to be looked for in what instances answer.
///
/// RE2 does not backtrack: a search takes a time that grows with the text, times at most the size
/// of the compiled pattern, whatever either was made for. Both are bounded here, and so is a check.
package final class BodyPattern: Sendable {
  /// Only read after it was made; RE2's searches may run side by side.
  private nonisolated(unsafe) let compiled: OpaquePointer
  /// How many groups it captures.
  package let groups: Int
  /// In RE2's instructions.
  package let size: Int

  /// So large may a compiled pattern be, in instructions; `[a-z]+ok` has 8, `.{1,100}` has 900.
  package static let largest = 2048
  /// RE2's automaton and its cache may take so much memory.
  private static let memory: Int64 = 8 * 1_048_576
  /// Instructions times bytes: what one search may cost at most, 0.7 s on a slow machine.
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

  /// So many bytes of a text are looked at.
  package var bytesLookedAt: Int { Self.mostWork / max(size, 1) }

  /// Whether it is found anywhere in the text.
  func isFound(in text: String) -> Bool {
    searched(text) { hg_pattern_search(compiled, $0.baseAddress, $0.count, nil, nil) }
  }

  /// What its first group finds; nil where the pattern is not found, or the group takes no part.
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

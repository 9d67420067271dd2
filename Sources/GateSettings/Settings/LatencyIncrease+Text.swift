package import GateCore

extension LatencyIncrease {
  /// Reads `20%` or `5ms`.
  ///
  /// - Throws: `GrammarError`, which says what was expected instead.
  package init(parsing text: String) throws(GrammarError) {
    guard text.hasSuffix("%") else {
      do throws(GrammarError) {
        self = .duration(try Duration(parsing: text))
      } catch {
        throw GrammarError("\(text.shown) is neither a percentage nor a duration: 20% or 5ms")
      }
      return
    }
    guard let percentage = text.dropLast().asWholeNumber, percentage <= 10_000 else {
      throw GrammarError("\(text.shown) is not a whole percentage from 0% to 10000%")
    }
    self = .percentage(percentage)
  }
}

package import GateSettings
internal import GateText

/// Several values for some settings, and all their combinations.
package struct SettingGrid: Hashable, Sendable {
  /// The settings in the order in which they were given, each with its values.
  package private(set) var axes: [Axis] = []

  package struct Axis: Hashable, Sendable {
    package var key: SettingKey
    package var values: [String]
  }

  /// One setting of a combination.
  package struct Change: Hashable, Sendable {
    package var key: SettingKey
    package var value: String
  }

  package static let mostCombinations = 1000

  /// Reads values such as `2`, `2,3,5` or, for whole numbers, `2..5`.
  ///
  /// - Throws: `SettingsError` for an invalid range, and for too many combinations.
  package init(_ given: [(SettingKey, [String])]) throws(SettingsError) {
    var problems: [SettingProblem] = []
    for (key, texts) in given {
      var values: [String] = []
      for text in texts.flatMap({ $0.split(separator: ",", omittingEmptySubsequences: false) }) {
        guard let more = Self.values(text.trimmed, isNumber: key.setting.kind == .wholeNumber)
        else {
          let sentence =
            "\(String(text).shown) is not a range of whole numbers of at most "
            + "\(Self.mostCombinations), such as 2..5"
          problems.append(SettingProblem(.unreadable(key, sentence), at: .flag(key)))
          continue
        }
        for value in more where !values.contains(value) { values.append(value) }
      }
      axes.append(Axis(key: key, values: values))
    }
    let count = axes.reduce(1) { count, axis in
      min(count * max(axis.values.count, 1), Self.mostCombinations + 1)
    }
    if problems.isEmpty, count > Self.mostCombinations, let key = axes.first?.key {
      problems.append(
        SettingProblem(
          .inconsistent(
            key, "there are more than \(Self.mostCombinations) combinations of settings",
            hint: "give fewer values")))
    }
    guard problems.isEmpty else { throw SettingsError(problems) }
  }

  /// All combinations, in which the last setting changes fastest; without settings, one empty one.
  package var combinations: [[Change]] {
    axes.reduce([[]]) { combinations, axis in
      combinations.flatMap { combination in
        axis.values.map { combination + [Change(key: axis.key, value: $0)] }
      }
    }
  }

  /// Splits values, which are parsed later; nil for an invalid range.
  private static func values(_ text: String, isNumber: Bool) -> [String]? {
    guard let dots = text.firstRange(of: "..") else { return [text] }
    guard isNumber, let first = text[..<dots.lowerBound].trimmed.asWholeNumber,
      let last = text[dots.upperBound...].trimmed.asWholeNumber, first <= last,
      last - first < mostCombinations
    else { return nil }
    return (first...last).map { "\($0)" }
  }
}

extension [SettingGrid.Change] {
  /// The changes in words, such as `healthy_threshold 3, soak 30s`.
  package var words: String {
    isEmpty
      ? "as recorded" : map { "\($0.key.rawValue) \($0.value.printable)" }.joined(separator: ", ")
  }
}

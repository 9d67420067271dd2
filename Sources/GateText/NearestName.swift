/// The name that was probably meant, for "did you mean"; nil if none is close.
///
/// At most a quarter of the name may differ, and three characters: otherwise `--url` would be close
/// to `--srv`.
package func nearestName(to name: String, among names: [String]) -> String? {
  let wanted = normalized(name)
  guard wanted.count <= 64 else { return nil }
  let ranked = names.map { ($0, editDistance(wanted, normalized($0))) }
  guard let best = ranked.min(by: { $0.1 < $1.1 }) else { return nil }
  return best.1 <= min(3, max(1, wanted.count / 4)) ? best.0 : nil
}

/// One spelling for `Healthy-Threshold`, `healthythreshold` and `healthy_threshold`.
private func normalized(_ name: String) -> [Character] {
  name.lowercased().filter { $0 != "_" && $0 != "-" }
}

/// The number of insertions, deletions, replacements and swaps of neighbors between two names.
private func editDistance(_ left: [Character], _ right: [Character]) -> Int {
  var older: [Int] = []
  var previous = Array(0...right.count)
  for (row, character) in left.enumerated() {
    var current = [row + 1]
    for (column, other) in right.enumerated() {
      var cost = min(
        previous[column + 1] + 1, current[column] + 1,
        previous[column] + (character == other ? 0 : 1))
      let areSwapped =
        row > 0 && column > 0 && character == right[column - 1] && left[row - 1] == other
      if areSwapped { cost = min(cost, older[column - 1] + 1) }
      current.append(cost)
    }
    (older, previous) = (previous, current)
  }
  return previous[right.count]
}

package import GateCore

extension GateInstant {
  /// The time since the start in whole seconds: `12s`, `1m30s`.
  package var elapsedWords: String { Duration.seconds(microseconds / 1_000_000).inWords }

  /// The time since the start, with tenths of a second below a minute: `12.3s`, `1m30s`.
  package var preciseWords: String {
    microseconds < 60_000_000 ? "\(tenths(microseconds))s" : elapsedWords
  }

  /// The time from this moment to another one: `12s`.
  package func words(until end: GateInstant) -> String {
    GateInstant(microseconds: end.microseconds - microseconds).preciseWords
  }

  /// The time since the start in seconds with one decimal.
  package var tenthsOfSeconds: String { tenths(microseconds) }
}

/// Seconds with one decimal, rounded down.
private func tenths(_ microseconds: Int64) -> String {
  "\(microseconds / 1_000_000).\(microseconds / 100_000 % 10)"
}

/// A latency in at most six columns: `0.4ms`, `1.9ms`, `12ms`, `1.2s`, `120s`.
package func latencyWords(_ microseconds: Int64) -> String {
  switch microseconds {
  case ..<9950: "\((microseconds + 50) / 1000).\((microseconds + 50) / 100 % 10)ms"
  case ..<999_500: "\((microseconds + 500) / 1000)ms"
  case ..<99_950_000: "\(tenths(microseconds + 50_000))s"
  default: "\((microseconds + 500_000) / 1_000_000)s"
  }
}

/// Joins names: `a, b or c`.
package func enumeration(_ names: [String], _ conjunction: String) -> String {
  guard let last = names.last, names.count > 1 else { return names.first ?? "" }
  return "\(names.dropLast().joined(separator: ", ")) \(conjunction) \(last)"
}

/// The first names, and the number of the others.
package func list(_ names: some Collection<String>, first limit: Int) -> String {
  let shown = names.prefix(limit).joined(separator: ", ")
  return names.count > limit ? "\(shown) and \(names.count - limit) more" : shown
}

/// A number with its noun, such as `1 success` or `2 successes`; `ending` makes the plural.
package func counted(_ number: Int, _ noun: String, _ ending: String) -> String {
  "\(number) \(noun)\(number == 1 ? "" : ending)"
}

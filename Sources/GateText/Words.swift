package import GateCore

extension GateInstant {
  /// The time since the start in whole seconds: `12s`, `1m30s`.
  package var elapsedWords: String { Duration.seconds(microseconds / 1_000_000).inWords }

  /// The same to a tenth while that matters: `12.3s`, `1m30s`.
  package var preciseWords: String {
    microseconds < 60_000_000 ? "\(tenths(microseconds))s" : elapsedWords
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

/// The first few names, and how many more there are.
package func list(_ names: some Collection<String>, first limit: Int) -> String {
  let shown = names.prefix(limit).joined(separator: ", ")
  return names.count > limit ? "\(shown) and \(names.count - limit) more" : shown
}

/// `1 success`, `2 successes`: nouns whose plural is not a mere `s`.
package func counted(_ number: Int, _ noun: String, _ ending: String) -> String {
  "\(number) \(noun)\(number == 1 ? "" : ending)"
}

extension GateInstant {
  /// How long it is from here to another moment: `12s`.
  package func words(until end: GateInstant) -> String {
    GateInstant(microseconds: end.microseconds - microseconds).preciseWords
  }
}

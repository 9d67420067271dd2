package import GateCore
internal import GateText

extension Gate {
  /// The resumptions in words; nil if the run was not resumed.
  ///
  /// For example `at 3m20s, after 1m5s without checks; consecutive counts, the soak and the
  /// deadline restarted`.
  package var resumptionWords: String? {
    guard let last = resumptions.last else { return nil }
    let times = resumptions.count == 1 ? "" : "\(resumptions.count) times, the last "
    return
      "\(times)at \(last.at.preciseWords), after \(last.gap.roundedWords) without checks"
      + anewWords
  }

  /// What the latest resumption restarted, in words.
  package var anewWords: String {
    switch resumptions.last?.effect {
    case .anew: "; consecutive counts, the soak and the deadline restarted"
    case .late, nil: ""
    }
  }
}

extension Duration {
  /// The duration to a tenth of a second below a minute, to a second above.
  package var roundedWords: String {
    let step: Int64 = self < .seconds(60) ? 100_000 : 1_000_000
    let rounded = (inMicroseconds + step / 2) / step * step
    return Duration.microseconds(rounded).inWords
  }
}

package import GateCore
internal import GateText

extension Gate {
  /// `resumed at 3m20s, after 1m5s without a look; all began anew`; nil when it was not.
  package var resumptionWords: String? {
    guard let last = resumptions.last else { return nil }
    let times = resumptions.count == 1 ? "" : "\(resumptions.count) times, the last "
    return
      "\(times)at \(last.at.preciseWords), after \(last.gap.roundedWords) without checks"
      + anewWords
  }

  /// What the latest resumption has brought to begin anew.
  package var anewWords: String {
    switch resumptions.last?.effect {
    case .anew: "; consecutive counts, the soak and the deadline restarted"
    case .late, nil: ""
    }
  }
}

extension Duration {
  /// To the tenth of a second below a minute, to the second above.
  package var roundedWords: String {
    let step: Int64 = self < .seconds(60) ? 100_000 : 1_000_000
    let rounded = (inMicroseconds + step / 2) / step * step
    return Duration.microseconds(rounded).inWords
  }
}

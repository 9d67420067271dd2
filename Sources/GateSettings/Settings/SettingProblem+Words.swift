internal import GateCore
internal import GateText

extension SettingProblem: CustomStringConvertible {
  /// What happened, where, and what to do next, one line each.
  package var message: String {
    var lines = ["healthgate: error: \(summary)"]
    if let place { lines.append("  at \(place)") }
    if let hint { lines.append("  hint: \(hint)") }
    return lines.map(\.escaped).joined(separator: "\n")
  }

  package var description: String { message }

  /// What happened, with the value seen.
  package var summary: String {
    check.map { "health check \($0): \(sentence)" } ?? sentence
  }

  private var sentence: String {
    switch fact {
    case .unknown(let name, _), .nested(let name): "\(name.quotedIfOdd) is not a setting"
    case .repeated(let name): "\(name) is given twice"
    case .duplicated(let names): "\(names.map(\.quotedIfOdd).joined(separator: ", ")) given twice"
    case .noValue(let name): "\(name) has no value"
    case .wrongKind(let name, let found, let wanted):
      "\(name) is \(found), but takes \(wanted)"
    case .unreadable(let key, let message, _): "\(key.rawValue): \(message)"
    case .missing(let key, _): Self.words(ofMissing: key)
    case .refused(let refusal): refusal.sentence
    case .inconsistent(_, let sentence, _): sentence
    case .content(let sentence, _): sentence
    }
  }

  /// The words for a missing setting, such as `no instances given`.
  package static func words(ofMissing key: SettingKey) -> String { "no \(key.rawValue) given" }

  private var place: String? {
    guard let origin else { return nil }
    guard let overrides = key.flatMap(origin.overrides) else { return origin.description }
    return "\(origin) (\(overrides))"
  }

  package var hint: String? {
    switch fact {
    case .unknown(_, let meant):
      meant.isEmpty ? hintAtNames : "did you mean \(meant.joined(separator: " or "))?"
    case .nested: "move the settings under it to the top level"
    case .repeated, .duplicated: "keep one of them"
    case .noValue: "give it one, or leave it out"
    case .unreadable(.instances, _, let hint): hint ?? "such as \(InstanceSpec.examples)"
    case .unreadable(_, _, let hint): hint
    case .wrongKind: nil
    case .missing(let key, let example): "such as \(key.flag) \(example)"
    case .refused(let refusal): refusal.hint
    case .inconsistent(_, _, let hint), .content(_, let hint): hint
    }
  }

  /// The hint at the list of all names.
  private var hintAtNames: String {
    if case .unknown(let name, _) = fact, name.hasPrefix(SettingKey.variablePrefix) {
      return "'healthgate help environment' says which variables are read"
    }
    return "'healthgate help settings' lists the settings"
  }

  /// The setting to which the problem belongs; nil if there is none.
  package var key: SettingKey? {
    switch fact {
    case .unreadable(let key, _, _), .missing(let key, _), .inconsistent(let key, _, _): key
    case .refused(let refusal): refusal.key
    case .wrongKind(let name, _, _), .noValue(let name): SettingKey(rawValue: name)
    case .unknown, .nested, .repeated, .duplicated, .content: nil
    }
  }
}

extension Refusal {
  var hint: String {
    if limit == .onePort { return "give all instances one port, or drop --strict" }
    guard let whenLeftOut else { return "change it, or drop --strict" }
    return "leave it out for \(whenLeftOut), the load balancer's default, or drop --strict"
  }
}

extension String {
  /// A name without quotes, any other text with quotes.
  fileprivate var quotedIfOdd: String {
    let isPlain = !isEmpty && utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
    return isPlain && count <= 80 ? SecretPlaces.masked(self) : shown
  }
}

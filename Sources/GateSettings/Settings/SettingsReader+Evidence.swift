extension SettingsReader {
  /// Reads the location of the key; a key given as value is an error, and is not repeated.
  mutating func signKey() -> String? {
    if let text = inForce.values[.signKey]?.last?.text, text.contains("-----BEGIN") {
      replace(.signKey, by: [])
      reject(
        .signKey, "sign_key is a private key itself, not the location of one",
        hint: "name its file, or env:NAME for a variable that holds it")
      return nil
    }
    return text(of: .signKey)
  }

  /// Reads the attestation: a file and its subject.
  mutating func attestation() -> AttestationSettings? {
    let file = text(of: .attestation)
    let subject = value(of: .subject, Subject.init(parsing:))
    guard let file, let subject else { return nil }
    return AttestationSettings(file: file, subject: subject)
  }

  /// Rejects a signature that no output contains.
  mutating func compare(_ output: OutputSettings, with reactions: ReactionSettings) {
    guard output.signKey != nil, output.format == .text, areSound(.format),
      !SettingKey.allCases.contains(where: { $0.carriesSignature && isGiven($0) })
    else { return }
    reject(
      .signKey, "sign_key is given, but text on standard output carries no signature",
      hint: "set verdict to a file for the signed one, or leave format out")
  }
}

/// The format of a document on standard output.
package enum DocumentFormat: Hashable, Sendable {
  case json
  case text
}

extension OutputSettings.Format {
  /// The format to print; `auto` is the format that is used for `auto`.
  package func document(auto: DocumentFormat) -> DocumentFormat {
    switch self {
    case .auto: auto
    case .json: .json
    case .text: .text
    }
  }
}

extension Settings {
  /// The format of the verdict on standard output.
  ///
  /// If no other output has the signature, the format is JSON, which contains it.
  package func verdictFormat(isForPerson: Bool) -> DocumentFormat {
    let losesSignature =
      output.signKey != nil
      && !SettingKey.allCases.contains { $0.carriesSignature && inForce.values[$0] != nil }
    let isText =
      isForPerson && reactions.events != .standardOutput && !losesSignature
    return output.format.document(auto: isText ? .text : .json)
  }
}

extension SettingKey {
  /// Whether it contains the signed verdict or a signature, whatever the format is.
  fileprivate var carriesSignature: Bool {
    switch self {
    case .verdict, .journal, .attestation, .notify, .onPromote, .onRollback, .onInconclusive: true
    default: false
    }
  }
}

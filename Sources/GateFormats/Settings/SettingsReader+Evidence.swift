import GateCore

extension SettingsReader {
  /// Where the key is; the key itself is no value, and not repeated.
  mutating func signKey() -> String? {
    if let text = inForce.values[.signKey]?.last?.text, text.contains("-----BEGIN") {
      replace(.signKey, by: [])
      reject(
        .signKey, "sign_key is a key itself, not where one is",
        hint: "name its file, or env:NAME for a variable that has it")
      return nil
    }
    return text(of: .signKey)
  }

  /// A file and what it is about: neither without the other.
  mutating func attestation() -> AttestationSettings? {
    let file = text(of: .attestation)
    let subject = value(of: .subject, Statement.Subject.init(parsing:))
    switch (file, subject) {
    case (let file?, let subject?): return AttestationSettings(file: file, subject: subject)
    case (nil, nil): return nil
    case (_?, nil):
      if areSound(.subject) {
        reject(
          .attestation, "attestation is given, but not subject: the artifact that it is about",
          hint: "such as --subject app@sha256:HEX")
      }
    case (nil, _?):
      if areSound(.attestation) {
        reject(
          .subject, "subject is given, but no attestation to name it in",
          hint: "such as --attestation attestation.json")
      }
    }
    return nil
  }
}

package import GateCore

/// The secrets in each form in which they are sent: users with passwords also in Base64.
///
/// Source: RFC 7617, section 2.
extension SecretPlaces {
  package static func sentSecrets(in text: String, _ kind: Kind = .text) -> [String] {
    secrets(in: text, kind) + encodedUsers(in: text, kind)
  }

  package static func sentSecrets(ofEnvironment variables: [String: String]) -> [String] {
    secrets(ofEnvironment: variables) + variables.values.flatMap { encodedUsers(in: $0, .text) }
  }

  private static func encodedUsers(in text: String, _ kind: Kind) -> [String] {
    users(in: text, kind).map { Base64.text(of: $0) }
  }
}

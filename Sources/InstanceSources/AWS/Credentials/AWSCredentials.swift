/// The keys that a request is signed with; they show in no output.
package struct AWSCredentials: Hashable, Sendable {
  package var accessKeyID: Secret
  package var secretAccessKey: Secret
  package var sessionToken: Secret?
  /// In seconds since 1970; nil: they do not expire.
  package var expiration: Int64?

  package init(
    accessKeyID: String, secretAccessKey: String, sessionToken: String? = nil,
    expiration: Int64? = nil
  ) {
    self.accessKeyID = Secret(accessKeyID)
    self.secretAccessKey = Secret(secretAccessKey)
    self.sessionToken = sessionToken.flatMap { $0.isEmpty ? nil : Secret($0) }
    self.expiration = expiration
  }

  /// AWS repeats a session token when it explains what it would have signed.
  var secrets: [String] {
    [accessKeyID, secretAccessKey, sessionToken].compactMap { $0?.revealed }
  }
}

/// Credentials as a command, a container's agent or the instance metadata writes them.
struct CredentialsDocument {
  var code: String?
  var message: String?
  var accessKeyID: String?
  var secretAccessKey: String?
  var sessionToken: String?
  var token: String?
  var expiration: String?
}

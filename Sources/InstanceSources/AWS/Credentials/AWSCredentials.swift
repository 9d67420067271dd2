internal import GateCore

/// The keys that sign a request; no output shows them.
package struct AWSCredentials: Hashable, Sendable {
  package var accessKeyID: Secret
  package var secretAccessKey: Secret
  package var sessionToken: Secret?
  /// The expiry in seconds since 1970; nil if they do not expire.
  package var expiration: Int64?
  /// Where they were found, such as `profile 'deploy'`.
  var origin = ""
  /// The ARN of the role, if it is known.
  var role: String?
}

extension AWSCredentials {
  /// Creates credentials from keys that somebody wrote; surrounding blanks and line ends are
  /// removed.
  ///
  /// Each key comes with its name for messages; `origin` is where the keys were found.
  ///
  /// - Throws: `SourceError.unusableCredentials` for an empty key, and for one that cannot be in a
  ///   header: a line end in it would begin another field.
  init(
    key: (name: String, value: String), secret: (name: String, value: String),
    token: (name: String, value: String)?, expiration: Int64? = nil, from origin: String
  ) throws(SourceError) {
    accessKeyID = try Self.checked(key, from: origin)
    secretAccessKey = try Self.checked(secret, from: origin)
    sessionToken = try token.map { (token) throws(SourceError) in
      try Self.checked(token, from: origin)
    }
    self.expiration = expiration
    self.origin = origin
  }

  private static func checked(
    _ part: (name: String, value: String), from origin: String
  ) throws(SourceError) -> Secret {
    let value = part.value.trimmed
    let place = origin == part.name ? "" : " (\(origin))"
    guard !value.isEmpty else {
      throw .unusableCredentials(
        detail: "\(part.name) is blank\(place)", advice: "set it to the complete key, or unset it")
    }
    guard value.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
      throw .unusableCredentials(
        detail: "\(part.name) has a blank, a line end or another character in it that no key "
          + "has\(place)",
        advice: "copy the key again, without the characters around it")
    }
    return Secret(value)
  }

  func hasKeys(of other: AWSCredentials) -> Bool {
    accessKeyID == other.accessKeyID && secretAccessKey == other.secretAccessKey
      && sessionToken == other.sessionToken
  }

  /// The secrets to mask: AWS repeats a session token when it explains what it would have signed.
  var secrets: [String] {
    [accessKeyID, secretAccessKey, sessionToken].compactMap { $0?.revealed }
  }
}

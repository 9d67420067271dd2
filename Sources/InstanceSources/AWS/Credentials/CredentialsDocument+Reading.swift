internal import GateCore
internal import GateText

extension CredentialsDocument {
  /// The producer of the document.
  enum Author: Hashable, Sendable {
    /// A command, whose document has a version.
    case command
    case agent
  }

  /// Reads a document; `place` is where it comes from, for the message, which quotes nothing of it.
  ///
  /// - Throws: `SourceError.malformed`, or `refusedCredentials` if it says why there are none.
  static func credentials(
    _ bytes: [UInt8], from place: String, by author: Author = .agent, without secrets: SecretMask
  ) throws(SourceError) -> AWSCredentials {
    let document: CredentialsDocument
    do {
      document = try CredentialsDocument(JSONFields(JSONValue(parsing: bytes)))
    } catch {
      throw .malformed(place: place, detail: "it is not a JSON object with credentials")
    }
    if let code = document.code, code != "Success" {
      throw .refusedCredentials(
        place: place, detail: secrets.quoting("\(code) \(document.message ?? "")"))
    }
    // Source: SDKs and Tools Reference Guide, "Process credential provider".
    guard author == .agent || document.version == 1 else {
      throw .unusableCredentials(
        detail: "the response of \(place) has "
          + (document.version.map { "Version \($0)" } ?? "no Version") + ", not Version 1",
        advice: "make sure that the command prints what credential_process requires")
    }
    guard let key = document.accessKeyID, !key.isEmpty,
      let secret = document.secretAccessKey, !secret.isEmpty
    else {
      throw .malformed(place: place, detail: "AccessKeyId or SecretAccessKey is missing")
    }
    let expiration: Int64?
    if let text = document.expiration {
      guard let seconds = epochSeconds(text) else {
        throw .malformed(
          place: place, detail: "Expiration is not a time such as 2026-05-05T10:00:00Z")
      }
      expiration = seconds
    } else {
      expiration = nil
    }
    return try AWSCredentials(
      key: ("AccessKeyId", key), secret: ("SecretAccessKey", secret),
      token: (document.sessionToken ?? document.token).flatMap {
        $0.isEmpty ? nil : ("SessionToken", $0)
      },
      expiration: expiration, from: place)
  }

  private init(_ fields: JSONFields) throws(JSONFieldError) {
    let version: JSONValue? = try fields.find("Version")
    self.version = version?.integer
    code = try fields.find("Code")
    message = try fields.find("Message")
    accessKeyID = try fields.find("AccessKeyId")
    secretAccessKey = try fields.find("SecretAccessKey")
    sessionToken = try fields.find("SessionToken")
    token = try fields.find("Token")
    expiration = try fields.find("Expiration")
  }
}

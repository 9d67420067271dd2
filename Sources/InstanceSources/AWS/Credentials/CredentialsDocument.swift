internal import GateCore
internal import GateText

/// The JSON of credentials from a command, a container's agent or the instance metadata.
struct CredentialsDocument {
  /// The version of the format, which only a command gives.
  private let version: Int64?
  /// The other members, by name.
  private var texts: [JSONName: String] = [:]

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
    if let code = document.texts["Code"], code != "Success" {
      throw .refusedCredentials(
        place: place, detail: secrets.quoting("\(code) \(document.texts["Message"] ?? "")"))
    }
    // Source: SDKs and Tools Reference Guide, "Process credential provider".
    guard author == .agent || document.version == 1 else {
      throw .unusableCredentials(
        detail: "the response of \(place) has "
          + (document.version.map { "Version \($0)" } ?? "no Version") + ", not Version 1",
        advice: "make sure that the command prints what credential_process requires")
    }
    guard let key = document.texts["AccessKeyId"], !key.isEmpty,
      let secret = document.texts["SecretAccessKey"], !secret.isEmpty
    else {
      throw .malformed(place: place, detail: "AccessKeyId or SecretAccessKey is missing")
    }
    let expiration: Int64?
    if let text = document.texts["Expiration"] {
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
      token: (document.texts["SessionToken"] ?? document.texts["Token"]).flatMap {
        $0.isEmpty ? nil : ("SessionToken", $0)
      },
      expiration: expiration, from: place)
  }

  private init(_ fields: JSONFields) throws(JSONFieldError) {
    let version: JSONValue? = try fields.find("Version")
    self.version = version?.integer
    for name: JSONName in [
      "Code", "Message", "AccessKeyId", "SecretAccessKey", "SessionToken", "Token", "Expiration",
    ] {
      texts[name] = try fields.find(name)
    }
  }
}

internal import GateCore
internal import GateFormats

extension CredentialsDocument {
  /// Reads a document; where it comes from is for the message, which quotes nothing of it.
  ///
  /// - Throws: `SourceError.malformed`, or `refusedCredentials` when it says why there are none.
  static func credentials(
    _ bytes: [UInt8], from place: String, without secrets: SecretMask
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
    return AWSCredentials(
      accessKeyID: key, secretAccessKey: secret,
      sessionToken: document.sessionToken ?? document.token, expiration: expiration)
  }
  private init(_ fields: JSONFields) throws(JSONFieldError) {
    code = try fields.find("Code")
    message = try fields.find("Message")
    accessKeyID = try fields.find("AccessKeyId")
    secretAccessKey = try fields.find("SecretAccessKey")
    sessionToken = try fields.find("SessionToken")
    token = try fields.find("Token")
    expiration = try fields.find("Expiration")
  }
}

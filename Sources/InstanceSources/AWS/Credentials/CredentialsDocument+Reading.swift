internal import FoundationEssentials

extension CredentialsDocument {
  /// Reads a document; where it comes from is for the message, which quotes nothing of it.
  ///
  /// - Throws: `SourceError.malformed`, or `refusedCredentials` when it says why there are none.
  static func credentials(
    _ bytes: [UInt8], from place: String
  ) throws(SourceError) -> AWSCredentials {
    let document: CredentialsDocument
    do {
      document = try JSONDecoder().decode(CredentialsDocument.self, from: Data(bytes))
    } catch {
      throw .malformed(place: place, detail: "it is not a JSON object with credentials")
    }
    if let code = document.Code, code != "Success" {
      throw .refusedCredentials(
        place: place, detail: shownLine("\(code) \(document.Message ?? "")"))
    }
    guard let key = document.AccessKeyId, !key.isEmpty,
      let secret = document.SecretAccessKey, !secret.isEmpty
    else {
      throw .malformed(place: place, detail: "AccessKeyId or SecretAccessKey is missing")
    }
    let expiration: Int64?
    if let text = document.Expiration {
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
      sessionToken: document.SessionToken ?? document.Token, expiration: expiration)
  }
}

import FoundationEssentials
import GateRecords
import Testing

@Suite struct SigningKeyTests {
  /// RFC 8032, section 7.1, test 2; in PKCS #8 the key follows 16 bytes that are always the same.
  static let secret = "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"
  static let message: [UInt8] = [0x72]
  static let signature =
    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
    + "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"

  static var pem: String {
    let der = bytes("302e020100300506032b657004220420" + secret)
    return "-----BEGIN PRIVATE KEY-----\n\(Data(der).base64EncodedString())\n"
      + "-----END PRIVATE KEY-----\n"
  }

  @Test func theSignatureIsThatOfTheStandard() throws {
    let key = try SigningKey(pem: Self.pem)
    #expect(key.signature(of: Self.message) == bytes(Self.signature))
    #expect(key.publicKey.isSignature(bytes(Self.signature), of: Self.message))
  }

  @Test func keysAreReadAsTheyAreWritten() throws {
    let key = SigningKey()
    let again = try SigningKey(pem: key.pem)
    #expect(again.publicKey == key.publicKey)
    #expect(try VerifyingKey(pem: key.publicKey.pem) == key.publicKey)
    #expect(SigningKey().publicKey != key.publicKey)
  }

  @Test func aSignatureIsOfOneKeyAndOneText() throws {
    let key = try SigningKey(pem: Self.pem)
    let signature = key.signature(of: Self.message)
    #expect(!key.publicKey.isSignature(signature, of: [0x73]))
    #expect(!key.publicKey.isSignature([], of: Self.message))
    #expect(!key.publicKey.isSignature(signature + [0], of: Self.message))
    #expect(!SigningKey().publicKey.isSignature(signature, of: Self.message))
  }

  @Test(arguments: [
    ("", "it is not a private key in PEM"),
    ("-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA", "the key is encrypted"),
    ("-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA", "it is a key of OpenSSH's"),
    ("-----BEGIN PUBLIC KEY-----\nAAAA", "it is a public key, not a private key"),
    ("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----", "no Ed25519 private key"),
    ("-----BEGIN PRIVATE KEY-----", "no Ed25519 private key"),
  ])
  func whatIsNoPrivateKeyIsNamed(_ text: String, _ words: String) throws {
    let error = #expect(throws: KeyError.self) { _ = try SigningKey(pem: text) }
    #expect(try #require(error).message.contains(words))
  }

  @Test func theErrorRepeatsNothingOfTheKey() throws {
    let pem = Self.pem.replacing("MC4C", with: "MC4D")
    let error = #expect(throws: KeyError.self) { _ = try SigningKey(pem: pem) }
    #expect(try !#require(error).message.contains("TM0I"))
  }
}

func bytes(_ hexadecimal: String) -> [UInt8] {
  let digits = Array(hexadecimal)
  return stride(from: 0, to: digits.count, by: 2).compactMap {
    UInt8(String(digits[$0..<$0 + 2]), radix: 16)
  }
}

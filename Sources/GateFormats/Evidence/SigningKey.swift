internal import Crypto
internal import CryptoExtras
internal import FoundationEssentials

/// A private key for Ed25519 signatures (RFC 8032).
package struct SigningKey: Sendable {
  private let key: Curve25519.Signing.PrivateKey

  /// A new key, from the system's random numbers.
  package init() {
    key = Curve25519.Signing.PrivateKey()
  }

  /// Reads PKCS #8 in PEM, as `openssl genpkey -algorithm ed25519` writes it.
  ///
  /// - Throws: `KeyError`, which does not repeat any of the text.
  package init(pem: String) throws(KeyError) {
    try KeyError.check(pem, label: "PRIVATE KEY", of: "a private key")
    do {
      key = try Curve25519.Signing.PrivateKey(pemRepresentation: pem)
    } catch {
      throw KeyError("it has no Ed25519 private key that can be read")
    }
  }

  package var pem: String { key.pemRepresentation + "\n" }

  package var publicKey: VerifyingKey { VerifyingKey(key.publicKey.rawRepresentation) }

  /// 64 bytes.
  package func signature(of bytes: [UInt8]) -> [UInt8] {
    guard let signature = try? key.signature(for: bytes) else {
      preconditionFailure("Ed25519 signs everything")
    }
    return Array(signature)
  }
}

/// A public key for Ed25519 signatures.
package struct VerifyingKey: Hashable, Sendable {
  /// 32 bytes.
  private let raw: [UInt8]

  fileprivate init(_ raw: some Sequence<UInt8>) {
    self.raw = Array(raw)
  }

  /// Reads a SubjectPublicKeyInfo in PEM, as `openssl pkey -pubout` writes it.
  ///
  /// - Throws: `KeyError`
  package init(pem: String) throws(KeyError) {
    try KeyError.check(pem, label: "PUBLIC KEY", of: "a public key")
    do {
      self.init(try Curve25519.Signing.PublicKey(pemRepresentation: pem).rawRepresentation)
    } catch {
      throw KeyError("it has no Ed25519 public key that can be read")
    }
  }

  private var key: Curve25519.Signing.PublicKey {
    guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: raw) else {
      preconditionFailure("any 32 bytes are a public key")
    }
    return key
  }

  package var pem: String { key.pemRepresentation + "\n" }

  /// SHA-256 of the key in DER, in hexadecimal: `openssl pkey -pubin -outform DER | sha256sum`.
  package var id: String {
    var digest = Digest()
    digest.add(Array(key.derRepresentation))
    return digest.hexadecimal
  }

  package func isSignature(_ signature: [UInt8], of bytes: [UInt8]) -> Bool {
    key.isValidSignature(signature, for: bytes)
  }
}

/// Why a key cannot be used; without any of the key.
package struct KeyError: Error, Hashable, Sendable {
  package var message: String

  init(_ message: String) {
    self.message = message
  }

  /// Says what stands there in place of the wanted PEM block, as far as it can be recognised.
  fileprivate static func check(
    _ pem: String, label: String, of what: String
  ) throws(KeyError) {
    guard !pem.contains("-----BEGIN \(label)-----") else { return }
    for (mark, words) in [
      ("-----BEGIN ENCRYPTED PRIVATE KEY-----", "the key is encrypted; decrypt it first"),
      (
        "-----BEGIN OPENSSH PRIVATE KEY-----",
        "it is a key of OpenSSH's; make one with 'healthgate keygen'"
      ),
      ("-----BEGIN PRIVATE KEY-----", "it is a private key, not \(what)"),
      ("-----BEGIN PUBLIC KEY-----", "it is a public key, not \(what)"),
      ("-----BEGIN CERTIFICATE-----", "it is a certificate, not \(what)"),
    ] where pem.contains(mark) {
      throw KeyError(words)
    }
    throw KeyError("it is not \(what) in PEM, which begins with -----BEGIN \(label)-----")
  }
}

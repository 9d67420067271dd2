internal import CCrypto

/// A private key for Ed25519 signatures (RFC 8032).
package struct SigningKey: Sendable {
  /// The seed of the key, 32 bytes.
  private let seed: [UInt8]

  /// Creates a new key from the system's random numbers.
  package init() {
    guard let seed = filled(32, by: { hg_ed25519_new($0) }) else {
      preconditionFailure("the system has random numbers")
    }
    self.seed = seed
  }

  /// Reads PKCS #8 in PEM, the format of `openssl genpkey -algorithm ed25519`.
  ///
  /// - Throws: `KeyError`, which does not repeat any of the text.
  package init(pem: String) throws(KeyError) {
    seed = try keyBytes(HG_PRIVATE_KEY, in: pem, "private key")
  }

  package var pem: String { text(of: seed, HG_PRIVATE_KEY) }

  package var publicKey: VerifyingKey {
    guard let raw = filled(32, by: { hg_ed25519_public(seed, $0) }) else {
      preconditionFailure("every private key has a public one")
    }
    return VerifyingKey(raw)
  }

  /// Signs the bytes; the signature has 64 bytes.
  package func signature(of bytes: [UInt8]) -> [UInt8] {
    guard let signature = filled(64, by: { hg_ed25519_sign(seed, bytes, bytes.count, $0) }) else {
      preconditionFailure("Ed25519 signs everything")
    }
    return signature
  }
}

/// A public key for Ed25519 signatures.
package struct VerifyingKey: Hashable, Sendable {
  /// The raw public key, 32 bytes.
  private let raw: [UInt8]

  fileprivate init(_ raw: [UInt8]) {
    self.raw = raw
  }

  /// Reads a SubjectPublicKeyInfo in PEM, the format of `openssl pkey -pubout`.
  ///
  /// - Throws: `KeyError`
  package init(pem: String) throws(KeyError) {
    raw = try keyBytes(HG_PUBLIC_KEY, in: pem, "public key")
  }

  package var pem: String { text(of: raw, HG_PUBLIC_KEY) }

  /// SHA-256 of the key in DER, in hexadecimal: `openssl pkey -pubin -outform DER | sha256sum`.
  package var id: String {
    var der = [UInt8](repeating: 0, count: 128)
    let count = hg_ed25519_write_der(raw, &der, der.count)
    var digest = Digest()
    digest.add(der[..<count])
    return digest.hexadecimal
  }

  package func isSignature(_ signature: [UInt8], of bytes: [UInt8]) -> Bool {
    hg_ed25519_verify(raw, signature, signature.count, bytes, bytes.count)
  }
}

/// Returns this many bytes, filled by the library; nil if it failed.
private func filled(
  _ count: Int, by fill: (UnsafeMutablePointer<UInt8>?) -> Bool
) -> [UInt8]? {
  var isFilled = false
  let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
    buffer.initialize(repeating: 0)
    isFilled = fill(buffer.baseAddress)
    initialized = count
  }
  return isFilled ? bytes : nil
}

/// The bytes of a key in PEM.
private func keyBytes(
  _ kind: hg_key, in pem: String, _ name: String
) throws(KeyError) -> [UInt8] {
  try KeyError.check(pem, label: name.uppercased(), of: "a \(name)")
  let text = Array(pem.utf8CString)
  guard let bytes = filled(32, by: { hg_ed25519_read(kind, text, text.count - 1, $0) }) else {
    throw KeyError("it has no Ed25519 \(name) that can be read")
  }
  return bytes
}

/// The key in PEM.
private func text(of raw: [UInt8], _ kind: hg_key) -> String {
  String(unsafeUninitializedCapacity: 1024) { buffer in
    buffer.withMemoryRebound(to: CChar.self) {
      hg_ed25519_write(kind, raw, $0.baseAddress, $0.count)
    }
  }
}

/// Why a key cannot be used.
///
/// It contains nothing of the key.
package struct KeyError: Error, Hashable, Sendable {
  package var message: String

  init(_ message: String) {
    self.message = message
  }

  /// Throws an error that names what the text contains instead of the expected PEM block, if it can
  /// be recognized.
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

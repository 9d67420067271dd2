internal import Crypto

/// SHA-256 of bytes as they come.
package struct Digest {
  private var hash = SHA256()

  package init() {}

  package mutating func add(_ bytes: [UInt8]) { add(bytes[...]) }

  package mutating func add(_ bytes: ArraySlice<UInt8>) {
    bytes.withUnsafeBytes { hash.update(bufferPointer: $0) }
  }

  /// In lower-case hexadecimal.
  package var hexadecimal: String {
    let digits = Array("0123456789abcdef")
    return String(hash.finalize().flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
  }
}

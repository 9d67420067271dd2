internal import CCrypto

/// An incremental SHA-256 digest.
package struct Digest {
  private var state = State()

  package init() {}

  package mutating func add(_ bytes: [UInt8]) { add(bytes[...]) }

  package mutating func add(_ bytes: ArraySlice<UInt8>) {
    bytes.withUnsafeBufferPointer { add($0) }
  }

  package mutating func add(_ bytes: UnsafeBufferPointer<UInt8>) {
    if !isKnownUniquelyReferenced(&state) { state = State(copying: state) }
    hg_sha256_add(state.hash, bytes.baseAddress, bytes.count)
  }

  /// The digest of the bytes added so far, in lower-case hexadecimal.
  package var hexadecimal: String {
    var result = [UInt8](repeating: 0, count: 32)
    guard hg_sha256_result(state.hash, &result) else { preconditionFailure("no memory") }
    let digits = Array("0123456789abcdef")
    return String(result.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
  }

  /// The library's context.
  private final class State {
    let hash: OpaquePointer

    init() { hash = Self.existing(hg_sha256_new()) }

    init(copying other: State) { hash = Self.existing(hg_sha256_copy(other.hash)) }

    deinit { hg_sha256_free(hash) }

    private static func existing(_ hash: OpaquePointer?) -> OpaquePointer {
      guard let hash else { preconditionFailure("no memory for a hash") }
      return hash
    }
  }
}

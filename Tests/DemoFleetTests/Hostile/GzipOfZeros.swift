/// A complete, valid gzip file that decompresses to 64 MiB of zeros, made without a compressor.
///
/// It is one block of fixed Huffman codes: a literal zero, then "the last byte 258 more times" over
/// and over, at 13 bits each. Source: RFC 1951, 3.2.6; RFC 1952.
package enum GzipOfZeros {
  package static let unpackedCount = 1 + 258 * repeats
  private static let repeats = 1 << 18
  /// The CRC-32 of the decompressed zeros.
  private static let checksum: UInt32 = 0x3455_d026

  package static let bytes: [UInt8] = {
    var bits = BitWriter(bytes: [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 3])
    bits.append(0b011, count: 3)  // the last block, fixed codes
    bits.append(0x0c, count: 8)  // literal 0
    for _ in 0..<repeats { bits.append(0xa3, count: 13) }  // length 258, distance 1
    bits.append(0, count: 7)  // end of block
    bits.padToByte()
    bits.append(UInt64(checksum), count: 32)
    bits.append(UInt64(unpackedCount), count: 32)
    return bits.bytes
  }()

  /// Packs bits into bytes, lowest first, as deflate requires.
  private struct BitWriter {
    var bytes: [UInt8]
    private var pending: UInt64 = 0
    private var pendingCount: UInt64 = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    mutating func append(_ value: UInt64, count: UInt64) {
      pending |= value << pendingCount
      pendingCount += count
      while pendingCount >= 8 {
        bytes.append(UInt8(truncatingIfNeeded: pending))
        pending >>= 8
        pendingCount -= 8
      }
    }

    mutating func padToByte() { append(0, count: (8 - pendingCount) % 8) }
  }
}

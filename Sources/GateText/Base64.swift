internal import CCrypto

/// Base64 with padding, as in RFC 4648, section 4.
package enum Base64 {
  package static func text(of bytes: some Collection<UInt8>) -> String {
    let bytes = Array(bytes)
    let length = (bytes.count + 2) / 3 * 4
    // The last byte is C's zero.
    let text = [CChar](unsafeUninitializedCapacity: length + 1) { text, count in
      hg_base64_write(bytes, bytes.count, text.baseAddress)
      count = length
    }
    return String(decoding: text.lazy.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  /// The bytes of a text; nil if it has anything else in it.
  ///
  /// Bits of the last character that are not used may be set, as most readers ignore them.
  package static func bytes(of text: String) -> [UInt8]? {
    let length = text.utf8.count
    guard length.isMultiple(of: 4) else { return nil }
    var isRead = true
    var bytes = [UInt8](unsafeUninitializedCapacity: length / 4 * 3) { bytes, count in
      count = Int(max(hg_base64_read(text, length, bytes.baseAddress), 0))
      isRead = count == length / 4 * 3
    }
    guard isRead else { return nil }
    let padding = text.utf8.count { $0 == UInt8(ascii: "=") }
    guard padding <= 2, text.utf8.suffix(padding).allSatisfy({ $0 == UInt8(ascii: "=") }) else {
      return nil
    }
    bytes.removeLast(padding)
    // The library skips white space at both ends.
    let used = padding == 0 ? length : length - padding - 1
    return Self.text(of: bytes).utf8.prefix(used).elementsEqual(text.utf8.prefix(used))
      ? bytes : nil
  }
}

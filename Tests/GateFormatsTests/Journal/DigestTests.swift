import GateRecords
import Testing

@Suite struct DigestTests {
  /// Source: NIST, "Secure Hash Standard: Examples" for SHA-256.
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
    (
      String(repeating: "a", count: 1_000_000),
      "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
    ),
  ])
  func itIsSHA256HoweverTheBytesCome(text: String, hexadecimal: String) {
    var whole = Digest()
    whole.add(Array(text.utf8))
    #expect(whole.hexadecimal == hexadecimal)
    var parts = Digest()
    var rest = Array(text.utf8)[...]
    var size = 1
    while !rest.isEmpty {
      parts.add(Array(rest.prefix(size)))
      rest = rest.dropFirst(size)
      size = size % 4099 + 7
    }
    parts.add([])
    #expect(parts.hexadecimal == hexadecimal)
    #expect(parts.hexadecimal == hexadecimal, "asking does not change it")
  }
}

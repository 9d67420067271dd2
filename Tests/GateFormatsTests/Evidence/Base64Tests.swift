import GateText
import Testing

@Suite struct Base64Tests {
  /// Source: RFC 4648, section 10.
  @Test(arguments: [
    ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="),
    ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"),
  ])
  func vectors(plain: String, text: String) {
    #expect(Base64.text(of: plain.utf8) == text)
    #expect(Base64.bytes(of: text) == Array(plain.utf8))
  }

  @Test func longTexts() {
    let bytes = (0..<70_001).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
    let text = Base64.text(of: bytes)
    #expect(text.utf8.count == 93_336)
    #expect(Base64.bytes(of: text) == bytes)
  }

  /// A server reads such a credential, so its password must be masked.
  @Test func bitsThatAreNotUsedMayBeSet() {
    #expect(Base64.bytes(of: "Zh==") == Array("f".utf8))
    #expect(Base64.bytes(of: "Zm9vZm9=") == Array("foofo".utf8))
  }

  @Test(arguments: [
    "Zg", "Zg=", "Zg===", "=", "====", "Z===", "Z=g=", "=Zg=", "Zm 9v", " Zm9v", "Zm9v\n", "Zg =",
    " g==",
    "Zm9v\n\n\n\n", "Zm-_", "Zg==Zg==", "Zm9\u{e9}", "Zm\u{0}v",
  ])
  func refuses(text: String) {
    #expect(Base64.bytes(of: text) == nil)
  }
}

import GateCore
import Testing

@Suite struct NetworkAddressTests {
  @Test(arguments: [
    ("10.0.1.5", "10.0.1.5"), ("0.0.0.0", "0.0.0.0"), ("2001:db8::5", "2001:db8:0:0:0:0:0:5"),
    ("[2001:DB8:0::5]", "2001:db8:0:0:0:0:0:5"), ("::", "0:0:0:0:0:0:0:0"),
    ("::1", "0:0:0:0:0:0:0:1"), ("1::", "1:0:0:0:0:0:0:0"),
    ("::ffff:10.0.0.1", "10.0.0.1"), ("1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"),
    ("fe80::1%eth0", "fe80:0:0:0:0:0:0:1%eth0"),
    ("Web-1.Example.internal", "web-1.example.internal"),
    ("localhost", "localhost"), ("example.com.", "example.com"), ("my_host", "my_host"),
  ])
  func anAddressHasOneCanonicalSpelling(_ text: String, _ canonical: String) throws {
    #expect(try NetworkAddress(parsing: text).canonical == canonical)
  }

  @Test(arguments: [
    "", "10.0.0.256", "10.0.1", "10.0.01.5", "10.0.0.0.1", "1.2.3.4.", "1:2:3:4:5:6:7:8:9",
    "1:2:3:4:5:6:7", "::1::", "1:::2", "12345::", "g::1", "[10.0.1.5]", "[::1", "::1]", "::1%",
    "fe80::1%a b", "-web", "web-", "web..1", "a b", "http://web", "we/b", "10.0.0.5/24", "wéb",
    String(repeating: "a", count: 64), "1:2:3:4:5:6:7::8:9", "1:2:3:4:5:6:7:8::",
  ])
  func whatIsNoAddressIsRefused(_ text: String) {
    #expect(throws: GrammarError.self) { try NetworkAddress(parsing: text) }
  }
}

import GateSettings
import Testing

@Suite struct MaskingTests {
  @Test(arguments: [
    ("Authorization: Bearer a:b", "Authorization: ***"), ("X-Empty;", "X-Empty;"),
    ("Authorization Bearer a:b", "***"), ("token", "***"), ("", "***"), ("two words;", "***"),
  ])
  func aHeaderIsShownWithoutItsValue(_ text: String, _ masked: String) {
    #expect(SettingKey.header.masked(text) == masked)
  }

  @Test(arguments: [
    ("http://user:pw@bastion:3128", "http://user:***@bastion:3128"),
    ("http://user:p@:w@bastion:3128", "http://user:***@bastion:3128"),
    ("socks5h://:pw@bastion", "socks5h://:***@bastion"),
    ("http://token@bastion", "http://***@bastion"),
    ("user:pw@bastion", "user:***@bastion"), ("http://bastion:3128", "http://bastion:3128"),
    ("a@http://b", "a@http://b"),
  ])
  func aProxyIsShownWithoutItsPassword(_ text: String, _ masked: String) {
    #expect(SettingKey.proxy.masked(text) == masked)
  }

  @Test func otherSettingsAreNoSecrets() {
    #expect(SettingKey.expectVersion.masked("a:b@c") == "a:b@c")
    #expect(SettingKey.header.masked("Content-Type: text/plain") == "Content-Type: text/plain")
    #expect(SettingKey.subject.masked("http://a@sha256:1") == "http://a@sha256:1")
  }
}

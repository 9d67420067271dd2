import GateText
import Testing

@testable import GateSettings

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

  // A server repeats credentials as it got them (RFC 7617, section 2).
  @Test(arguments: [
    (SettingKey.proxy, "http://web:hunter2@bastion"), (.notify, "https://web:hunter2@hooks.test/x"),
    (.exec, "curl http://web:hunter2@lb/list"),
    (.steps, #"{"name": "a", "shift": "curl http://web:hunter2@lb/shift"}"#),
    (.steps, #"{"name": "a", "other": "http://web:hunter2@lb/"}"#),
    (.guard, "http:http://web:hunter2@lb/"),
    (.healthChecks, #"{"name": "a", "proxy": "http://web:hunter2@lb"}"#),
  ])
  func aUserIsASecretAsItIsSentToo(_ key: SettingKey, _ text: String) {
    #expect(key.secrets(in: text).contains(Base64.text(of: "web:hunter2".utf8)))
  }
}

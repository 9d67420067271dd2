import GateCore
import Testing

@testable import GateSettings

@Suite struct WebhookTests {
  @Test(arguments: [
    ("https://hooks.slack.com/services/T0/B0/abc", Webhook.Form.slack),
    ("slack:https://chat.example/hooks/abc", .slack), ("https://chat.example/hooks/abc", .json),
    ("HTTP://user:pw@[::1]:8080/x?y=z", .json),
  ])
  func itsFormFollowsFromItsHostOrWhatStandsBeforeIt(_ text: String, _ form: Webhook.Form) throws {
    let webhook = try Webhook(parsing: text)
    #expect(webhook.form == form)
    #expect(!webhook.url.hasPrefix("slack:"))
  }

  @Test(arguments: [
    "", "hush", "ftp://host/hush", "https://", "https:///hush", "https://ho st/hush",
    "https://host/hu\u{1B}sh", "https://host:99999/hush", "slack:hush", "https://a=b/hush",
  ])
  func whatIsNoURLIsRefusedWithoutBeingShown(_ text: String) {
    let error = #expect(throws: GrammarError.self) { try Webhook(parsing: text) }
    #expect(error?.description.contains("hu") == false)
  }

  @Test(arguments: [
    ("https://hooks.slack.com/services/T0/B0/abc", "https://hooks.slack.com/***"),
    ("slack:https://chat.example/hooks/abc", "slack:https://chat.example/***"),
    ("https://user:pw@host.example:8443", "https://***@host.example:8443"),
    ("https://host.example/", "https://host.example/"),
    ("https://host?key=abc", "https://host/***"),
    ("-", "-"), ("abc", "***"), ("ftp://host/abc", "***"),
  ])
  func onlyItsHostIsShown(_ text: String, _ shown: String) {
    #expect(SettingKey.notify.masked(text) == shown)
    #expect(SettingKey.events.masked(text) == shown)
  }

  @Test func itsSecretsAreThoseOfTheSettings() throws {
    let token = "XXXXXXXXXXXXXXXXXXXXXXXX"
    let settings = try settings(
      adding: "notify: https://hooks.slack.com/services/T0/B0/\(token)\n"
        + "events: https://me:pass@host.example/v1\n")
    // The last one is `me:pass` as it is sent.
    #expect(settings.secrets == [token, "pass", "bWU6cGFzcw=="])
    #expect(
      settings.secrets.masked("no services for \(token.dropFirst(2))") == "no services for ***")
  }
}

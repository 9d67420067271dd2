import GateCore
import Testing

@testable import GateSettings
@testable import GateText

@Suite struct SettingProblemTests {
  private func messages(_ layers: RawSettings...) -> [String] {
    let least = RawSettings(file: Array(leastSettings.utf8), path: "least.yaml")
    do throws(SettingsError) {
      _ = try Settings(resolving: RawSettings(merging: layers + [least]))
      return []
    } catch {
      return error.problems.map(\.message)
    }
  }

  private func file(_ yaml: String) -> RawSettings {
    RawSettings(file: Array(yaml.utf8), path: "gate.yaml")
  }

  @Test func aProblemSaysWhatWhereAndWhatNext() {
    let yaml = "\n\n\n\nsemantics: alb\nstrict: true\nunhealthy_threshold: 1\n"
    #expect(
      messages(file(yaml)) == [
        """
        healthgate: error: unhealthy_threshold 1 is outside an Application Load Balancer's range (2 to 10)
          at gate.yaml:7 (a flag or HEALTHGATE_UNHEALTHY_THRESHOLD would override it)
          hint: leave it out for 2, the load balancer's default, or drop --strict
        """
      ])
  }

  @Test func theOriginIsNamedAsItIsWritten() {
    #expect(
      messages(RawSettings(variables: ["HEALTHGATE_SOAK": "x"])) == [
        """
        healthgate: error: soak: 'x' is not a duration, such as 15, 0.5, 500ms or 1m30s
          at HEALTHGATE_SOAK (--soak would override it)
        """
      ])
    #expect(
      messages(RawSettings(flags: [(.soak, ["x"])])) == [
        """
        healthgate: error: soak: 'x' is not a duration, such as 15, 0.5, 500ms or 1m30s
          at --soak
        """
      ])
    #expect(
      messages(RawSettings(imported: [(.timeout, ["0"])], from: "elb:web")) == [
        """
        healthgate: error: timeout is 0s, but must be at least 1ms
          at elb:web (a flag, HEALTHGATE_TIMEOUT or the file would override it)
        """
      ])
  }

  @Test(arguments: [
    ("healthy-treshold: 2", "healthy-treshold", "did you mean healthy_threshold?"),
    // Another program's.
    ("retries: 3", "retries", "did you mean unhealthy_threshold?"),
    // Nobody knows what.
    ("xyzzy: 3", "xyzzy", "'healthgate help settings' lists the settings"),
    (
      "healthgate:\n  target: TCP:1\n  instances: 10.0.1.5", "healthgate",
      "move the settings under it to the top level"
    ),
  ])
  func anUnknownNameComesWithWhatWasMeant(_ text: String, _ name: String, _ hint: String) {
    #expect(
      messages(file(text)) == [
        """
        healthgate: error: \(name) is not a setting
          at gate.yaml:1
          hint: \(hint)
        """
      ])
  }

  @Test(
    arguments: [
      Row("timeot", "timeout"), Row("Interval", "interval"), Row("treshold", nil),
      Row("header_", "header"), Row("headers", "header"), Row("hots", "host"), Row("saok", "soak"),
      Row("instances-file", "instances_file"), Row("xyzzy", nil), Row("", nil),
      Row(String(repeating: "timeout", count: 1000), nil),
      // What is no misspelling at all.
      Row("url", nil), Row("json", nil), Row("path", nil), Row("wait", nil), Row("group", nil),
      Row("verbose", nil), Row("status", nil), Row("period", nil), Row("retries", nil),
    ] as [Row<String?>])
  func theNearestNameIsNear(_ row: Row<String?>) {
    let names = SettingKey.allCases.map(\.rawValue)
    #expect(nearestName(to: row.input, among: names) == row.output)
  }

  @Test func aMessageCannotMoveTheCursor() {
    let message = SettingProblem(.unknown(name: "a\u{1B}[2J\u{202E}", meant: [])).message
    #expect(message.hasPrefix("healthgate: error: 'a\\u{1b}[2J\\u{202e}' is not a setting\n"))
  }

  @Test func aLongValueIsCutShort() throws {
    let message = messages(file("soak: \(String(repeating: "x", count: 10_000))"))
    #expect(try #require(message.first).count < 300)
  }

  @Test func contentIsToldFromValues() {
    let content = file("soak: [").problems + file("- soak: 1").problems
    #expect(content.count == 2 && content.allSatisfy { SettingsError([$0]).isAboutContent })
    // As on the command line.
    #expect(!SettingsError(file("soak: 1\nsoak: 1").problems).isAboutContent)
    let value = SettingProblem(.unreadable(.soak, "no"))
    #expect(!SettingsError([value]).isAboutContent)
    #expect(SettingsError([value] + content).isAboutContent)
  }

  @Test func noSecretIsInAMessage() {
    let texts = ["s3cret", "A s3cret", "A: s3cret\u{1}", "A b: s3cret", "s3cret;x"]
    let proxies = [
      "http://u:s3cret@", "u:s3cret@bastion", "ftp://u:s3cret@b", "http://u:s3cret@b/p",
    ]
    let found =
      messages(RawSettings(flags: [(.header, texts)]))
      + proxies.flatMap { messages(RawSettings(flags: [(.proxy, [$0])])) }
    #expect(found.count == 9)
    #expect(found.allSatisfy { !$0.contains("s3cret") }, "\(found)")
  }
}

import GateCore
import Testing

@testable import GateRecords
@testable import GateSettings

@Suite struct ReactionSettingsTests {
  @Test func hooksBelongToTheirDecisions() throws {
    let reactions = try settings(
      adding: "on_promote: up\non_rollback: down\nhook_timeout: 10\nci: none\nci_dir: out\n"
    ).reactions
    #expect(reactions.hooks == [.promote: "up", .rollback: "down"])
    #expect(reactions.hookTimeout == .seconds(10))
    #expect(reactions.ci == .none)
    #expect(reactions.ciDirectory == "out")
    #expect(try settings(leastSettings).reactions.hookTimeout == .seconds(300))
  }

  @Test(arguments: [
    Row("hook_timeout: 0", "hook_timeout is 0s, which no command can meet"),
    Row(
      "events: 'slack:https://chat.example/x'",
      "events: https://chat.example/*** accepts messages, but not the journal's lines"),
    Row(
      "events: '-'\nformat: text",
      "events is -, but standard output is set to have the verdict as text"),
    Row(
      "ci: gitlabb",
      "ci: 'gitlabb' is not one of auto, github, gitlab, circleci, jenkins, buildkite, azure, none "
        + "(did you mean gitlab?)"),
  ])
  func whatCannotBeIsSaid(_ row: Row<String>) {
    #expect(complaints(adding: row.input) == [row.output])
  }

  @Test func hooksUnderAdvisoryAreWarnedOf() throws {
    let warnings = try settings(adding: "advisory: true\non_rollback: down\n").warnings
    #expect(warnings.contains("advisory is on, so none of on_rollback is run"))
  }
}

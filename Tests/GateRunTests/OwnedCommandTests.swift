import GateCore
import GateRecords
import LibC
import Testing

@testable import GateRun

/// A command that a run owes, or waits for: how its end is told, and how it is ended.
@Suite struct OwnedCommandTests {
  private static func command(_ line: String, timeout: Duration = .seconds(20)) -> OwnedCommand {
    OwnedCommand(
      command: line, variables: ["PATH": "/usr/bin:/bin", "HEALTHGATE_WEIGHT": "10"],
      timeout: timeout, secrets: [])
  }

  @Test func itsStatusAndTheLastOfWhatItPrintsAreKept() {
    let outcome = Self.command("echo weight $HEALTHGATE_WEIGHT; echo no >&2; exit 75").run()
    #expect(outcome.end == .exited(75))
    #expect(outcome.output == "weight 10\nno")
    #expect(!outcome.timedOut)
  }

  @Test func whatATimeLimitEndsIsToldAsThat() {
    let outcome = Self.command("sleep 30", timeout: .milliseconds(200)).run()
    #expect(outcome.timedOut)
    #expect(outcome.elapsedMicroseconds < 8_000_000)
  }

  @Test func whatIsStoppedIsGoneWithAllOfItsGroup() throws {
    let stop = CommandStop()
    stop.ask()
    // The child of the shell would go on when the shell is gone.
    let outcome = Self.command("sleep 31.4159 & echo $!; wait").run(stop: stop)
    #expect(outcome.end == .exited(128 + 15))
    if let child = Int32(outcome.output) { #expect(kill(child, 0) != 0) }
  }

  @Test func itIsGivenNothingToRead() {
    #expect(Self.command("wc -c").run().output == "0")
  }
}

import GateCore
import GateRecords
import GateSettings
import InstanceSources
import Testing

@testable import GateRun

/// What commands end with, and what they read from their command line.
@Suite struct RunTextsTests {
  @Test func badSettingsAndBadBytesHaveStatusesOfTheirOwn() throws {
    let wrongValue = #expect(throws: SettingsError.self) {
      try Settings(resolving: RawSettings(flags: [(.target, ["HTTP:80/"]), (.interval, ["x"])]))
    }
    #expect(wrongValue.map { CommandFailure($0).status } == .usage)
    #expect(wrongValue.map { CommandFailure($0).message.hasPrefix("healthgate: error: ") } == true)
  }

  @Test func aSourceSaysWhetherItIsCredentialsOrTheSource() {
    #expect(
      CommandFailure(SourceError.noCredentials(tried: "none"), of: .asg).status == .credentials)
    #expect(
      CommandFailure(SourceError.unusable(detail: "gone", advice: "look"), of: .exec).status
        == .sourceUnavailable)
  }

  @Test func whatIsAskedOfAVerdictIsReadOrRefused() throws {
    let asked = try Verification(keyFiles: [], maxAge: "5m", expecting: ["/group/name=green"])
    #expect(asked.maxAge == .seconds(300))
    #expect(asked.expectations.count == 1)
    let age = #expect(throws: CommandFailure.self) {
      try Verification(keyFiles: [], maxAge: "soon", expecting: [])
    }
    #expect(age?.message.contains("--max-age: ") == true)
    let pointer = #expect(throws: CommandFailure.self) {
      try Verification(keyFiles: [], maxAge: nil, expecting: ["name"])
    }
    #expect(pointer?.message.contains("--expect: ") == true)
  }

  @Test func whatIsAskedOfAPlanIsToldAtOnce() throws {
    var texts = PlanQuestions.Texts()
    #expect(try PlanQuestions(texts).rates == PlanQuestions.standardRates)
    texts.failureRate = ["2", "0.5"]
    texts.outageAfter = "5m"
    texts.bootTime = "x"
    let failure = #expect(throws: CommandFailure.self) { try PlanQuestions(texts) }
    for part in ["--failure-rate", "--outage-after", "--boot-time"] {
      #expect(failure?.message.contains(part) == true)
    }
  }
}

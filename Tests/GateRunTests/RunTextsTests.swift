import GateArguments
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
    let plan = CommandDeclaration("plan", "", options: PlanQuestions.options)
    func questions(_ words: String) throws -> PlanQuestions {
      let words = words.split(separator: " ").map(String.init)
      return try PlanQuestions(CommandGrammar([plan]).read(words, of: plan))
    }
    #expect(try questions("").rates == PlanQuestions.standardRates)
    #expect(try questions("--failure-rate 0.5 --failure-rate 1%").rates == [0.5, 0.01])
    let failure = #expect(throws: CommandFailure.self) {
      try questions("--failure-rate 2 --failure-rate 0.5 --outage-after 5m --boot-time x")
    }
    for part in ["--failure-rate", "--outage-after", "--boot-time"] {
      #expect(failure?.message.contains(part) == true)
    }
  }
}

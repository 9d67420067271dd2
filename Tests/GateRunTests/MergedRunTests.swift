import GateRecords
import Testing

@testable import GateRun

@Suite struct MergedRunTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func merging(_ verdicts: [String], output: String? = nil) -> MergedRun {
    MergedRun(verdicts: verdicts, output: output, keyFiles: [])
  }

  @Test func whatCannotBeReadIsInconclusiveAndNamed() throws {
    let text = try folder.write("no verdict", to: "text")
    let paths = [folder.file("none"), text, "/dev/zero"]
    let parts = try merging(paths).parts(expected: 4, Verification())
    #expect(parts.count == 4)
    #expect(parts.allSatisfy { $0.problem != nil })
    #expect(parts[0].words.contains("cannot be read"))
    #expect(parts[2].words.contains("is larger than 128 MiB"))
    #expect(parts[3].words.contains("it is missing"))
    let merge = try merging(paths).merge(parts, require: .all)
    #expect(merge.exitCode == 2)
  }

  @Test func noneAndTooManyAreRefused() {
    let none = #expect(throws: CommandFailure.self) {
      try merging([]).parts(expected: nil, Verification())
    }
    #expect(none?.status == .usage)
    let many = #expect(throws: CommandFailure.self) {
      try merging(["a", "b"]).parts(expected: 1, Verification())
    }
    #expect(many?.message.contains("--expected is 1, but 2 verdicts are named") == true)
  }

  @Test func itsOutputIsNoneOfItsParts() throws {
    let path = try folder.write("{}", to: "v.json")
    let failure = #expect(throws: CommandFailure.self) {
      try merging([path], output: folder.file("./v.json")).refuseShared()
    }
    #expect(failure?.message.contains("the verdict would overwrite a verdict") == true)
  }
}

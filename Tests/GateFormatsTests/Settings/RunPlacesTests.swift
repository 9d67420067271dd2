import GateArguments
import Testing

@testable import GateSettings

@Suite struct RunPlacesTests {
  private func places(_ arguments: String...) -> RunPlaces {
    let words = CommandGrammar([.testRun]).read(arguments, of: .testRun)
    return RunPlaces(RawSettings(flags: words.settings), config: nil)
  }

  @Test func aTypoHidesNoPlace() {
    let found = places(
      "--unhealty-threshold", "3", "--verdict", "v.json", "--strict", "--report=junit=r.xml",
      "--report", "pdf=x", "--ci-dir=ci", "--attestation", "a.json", "--journal")
    #expect(found.verdicts == ["v.json"])
    #expect(found.reports.map(\.path) == ["r.xml"])
    #expect(found.ciDirectories == ["ci"])
    #expect(found.attestations == ["a.json"])
    #expect(found.journals.isEmpty)
  }

  @Test func whatFollowsTheSettingsIsNoFlag() {
    #expect(places("--", "--verdict", "v.json").verdicts.isEmpty)
  }

  @Test func bothOfTwoAreFound() {
    #expect(places("--verdict", "a", "--verdict", "b").verdicts == ["a", "b"])
  }

  @Test(arguments: [
    "verdict: v.json\nsoak: [\n", "soak: {a\nverdict: v.json\n", "a: &b c\nverdict: v.json",
  ])
  func anEntryThatCannotBeReadHidesNoOther(_ file: String) {
    let settings = RawSettings(understoodIn: Array(file.utf8), path: "gate.yaml")
    #expect(RunPlaces(settings, config: "gate.yaml").verdicts == ["v.json"])
  }

  @Test func whatIsReadIsKnown() {
    let found = places(
      "--ca-file", "ca", "--client-cert", "cert", "--client-key", "key", "--instances-file", "list",
      "--terraform", "tf", "--import-from", "terraform:tf2#x", "--baseline", "instances_file:old",
      "--sign-key", "file:k", "--resume", "run.ndjson")
    #expect(
      Set(found.inputs.map(\.path)) == ["ca", "cert", "key", "list", "tf", "tf2", "old", "k"])
    #expect(found.resumed == ["run.ndjson"])
  }

  @Test func standardInputAndVariablesAreNoFiles() {
    #expect(places("--instances-file", "-", "--sign-key", "env:KEY").inputs.isEmpty)
    #expect(places("--sign-key", "exec:cat k", "--baseline", "asg:blue").inputs.isEmpty)
  }

  /// A hook's environment is made of this: each output of a run, and all that its verdict sets off.
  @Test func whatARunWritesAndSetsOffIsItsOwn() {
    let own = SettingKey.allCases.filter { !$0.isInherited }
    #expect(
      own == [
        .steps, .shift, .undo, .verdict, .journal, .resume, .signKey, .attestation, .subject,
        .report, .onPromote,
        .onRollback, .onInconclusive, .verifyRollback, .hookTimeout, .notify, .events, .ciDir,
      ])
  }
}

import GateCore
import Testing

@testable import GateRecords
@testable import GateText

@Suite struct VerificationTests {
  private static let now = Timestamp("2026-05-05T10:01:00.000Z") ?? Timestamp(milliseconds: 0)

  private static func verdict(
    _ decision: String = "promote", _ code: Int = 0, more: String = "",
    started: String = "2026-05-05T10:00:00.000Z", decided: String = "2026-05-05T10:00:10.000Z",
    id: String = "a"
  ) -> [UInt8] {
    Array(
      """
      {"schema_version": "1.0", "run_id": "\(id)", "decision": "\(decision)", "exit_code": \(code),
       "reason": {"code": "group_healthy", "message": "m"}, "started_at": "\(started)",
       "decided_at": "\(decided)"\(more)}
      """.utf8)
  }

  private static func failures(
    _ bytes: [UInt8], _ change: (inout Verification) -> Void = { _ in }
  ) throws -> [String] {
    var verification = Verification()
    change(&verification)
    return try verification.findings(on: bytes, at: now).filter { !$0.holds }
      .map { "\($0.name): \($0.detail)" }
  }

  @Test(arguments: [71, 74, 130, 143])
  func aPromotionThatDidNotEndWithZeroIsNone(_ code: Int) throws {
    let bytes = Self.verdict("promote", code)
    #expect(try !RecordedVerdict(reading: bytes).isPromotion)
    #expect(
      try Self.failures(bytes) { $0.required = .promote }
        == ["decision: promote, but its exit_code is \(code)"])
    #expect(try Self.failures(bytes) { $0.required = .rollback }.count == 1)
    let merge = VerdictMerge(
      [.init("a", try RecordedVerdict(reading: bytes))], require: .any)
    #expect(merge.decision == .inconclusive && merge.exitCode == 2)
    #expect(merge.reason.code == "gate_fault")
    #expect(merge.reason.message.contains("it says promote, but its exit_code is \(code)"))
  }

  @Test(arguments: [
    ("rollback", 0, "decision is rollback, but exit_code is 0"),
    ("rollback", 2, "decision is rollback, but exit_code is 2"),
    ("inconclusive", 0, "decision is inconclusive, but exit_code is 0"),
    ("promote", 1, "decision is promote, but exit_code is 1"),
  ])
  func aVerdictThatSaysTwoThingsIsNotTrusted(
    _ decision: String, _ code: Int, _ words: String
  ) throws {
    #expect(try Self.failures(Self.verdict(decision, code)) == ["document: \(words)"])
  }

  @Test func underAdvisoryEveryDecisionEndsWithZero() throws {
    let bytes = Self.verdict("rollback", 0, more: #", "advisory": true"#)
    #expect(try Self.failures(bytes) == [])
    #expect(try Self.failures(bytes) { $0.required = .promote }.count == 1)
  }

  @Test func timesThatCannotBeAreNotTrusted() throws {
    let future = Self.verdict(decided: "2099-01-01T00:00:00.000Z")
    #expect(
      try Self.failures(future)
        == ["age: decided at 2099-01-01T00:00:00.000Z, which is in the future"])
    let backwards = Self.verdict(started: "2026-05-05T10:00:11.000Z")
    #expect(try Self.failures(backwards) == ["document: decided_at is before started_at"])
    // Clocks of two machines differ.
    #expect(try Self.failures(Self.verdict(decided: "2026-05-05T10:05:00.000Z")) == [])
  }

  // MARK: - Merged

  private static func merged(_ parts: [[UInt8]], id: String) throws -> [UInt8] {
    let parts = try parts.enumerated().map { index, bytes in
      VerdictMerge.Part("\(id)\(index)", try RecordedVerdict(reading: bytes))
    }
    return VerdictMerge(parts, require: .all).json(version: "1", runID: id, at: now)
  }

  @Test func theSameRunIsFoundAtAnyDepthOfMerges() throws {
    let (one, two) = (Self.verdict(id: "1"), Self.verdict(id: "2"))
    let inner = try Self.merged([one, two], id: "m")
    let outer = try Self.merged([inner, Self.verdict(id: "3")], id: "n")
    for (parts, doubled) in [
      ([outer, two], true), ([two, inner], true), ([inner, outer], true), ([outer, outer], true),
      ([outer, Self.verdict(id: "4")], false), ([one, two], false),
    ] {
      let parts = try parts.enumerated().map { index, bytes in
        VerdictMerge.Part("\(index)", try RecordedVerdict(reading: bytes))
      }
      #expect(VerdictMerge(parts, require: .all).doubled == (doubled ? ["0", "1"] : []))
    }
  }

  @Test func aMergedVerdictIsAsOldAsTheOldestOfItsParts() throws {
    let old = Self.verdict(
      started: "2026-05-05T09:00:00.000Z", decided: "2026-05-05T09:01:00.000Z", id: "1")
    let inner = try Self.merged([old, Self.verdict(id: "2")], id: "m")
    let bytes = try Self.merged([inner, Self.verdict(id: "3")], id: "n")
    #expect(
      try Self.failures(bytes) { $0.maxAge = .seconds(300) }
        == ["age: its oldest part was decided 3600s ago, at 2026-05-05T09:01:00.000Z; 5m allowed"])
  }

  @Test func partsThatAreFarApartAreSaidToBe() throws {
    let old = Self.verdict(
      started: "2001-01-01T00:00:00.000Z", decided: "2001-01-01T00:00:01.000Z", id: "1")
    let merged = try RecordedVerdict(reading: Self.merged([old, Self.verdict(id: "2")], id: "m"))
    #expect(
      merged.text(at: "/warnings/0")?.hasPrefix("the parts were decided more than an hour") == true)
  }

  @Test func aSecondTryOfTheSameInstancesIsSaidToBeOne() throws {
    let instances = #", "instances": [{"id": "a", "address": "10.0.0.1", "port": 80}]"#
    let first = Self.verdict(more: instances, id: "1")
    let second = Self.verdict(
      more: instances, started: "2026-05-05T10:00:20.000Z", decided: "2026-05-05T10:00:30.000Z",
      id: "2")
    let beside = Self.verdict(more: instances, id: "3")
    let warned = try RecordedVerdict(reading: Self.merged([first, second], id: "m"))
    #expect(
      warned.text(at: "/warnings/0")
        == "'m0' and 'm1' looked at the same instances, one after the other")
    let quiet = try RecordedVerdict(reading: Self.merged([first, beside], id: "m"))
    #expect(quiet.text(at: "/warnings/0") == nil)
  }

  @Test func countsThatAreTooLargeAreNotAdded() throws {
    let huge = #", "group": {"present": 9223372036854775807, "healthy": -5, "expected": "x"}"#
    let bytes = try Self.merged(
      [Self.verdict(more: huge, id: "1"), Self.verdict(more: huge, id: "2")], id: "m")
    let merged = try RecordedVerdict(reading: bytes)
    #expect(merged.text(at: "/group/present") == "\(Int.max)")
    #expect(merged.text(at: "/group/healthy") == "0")
  }

  @Test func aNameThatComesTwiceMakesNoVerdict() {
    let bytes = Self.verdict("rollback", 1, more: #", "decision": "promote", "exit_code": 0"#)
    #expect(throws: RecordedVerdictError.self) { try RecordedVerdict(reading: bytes) }
  }

  @Test(arguments: [
    "[]", #"[{"runs": 1}]"#, #"[{"runs": [{"run_id": "x"}]}]"#, #"[{}]"#, #"{"runs": []}"#,
    #"[{"runs": [{"run_id": "x", "decided_at": "today"}]}]"#,
  ])
  func partsThatHideTheirRunsMakeNoVerdict(_ parts: String) throws {
    let bytes = Self.verdict(more: ", \"parts\": \(parts)")
    if parts == "[]" {
      #expect(try RecordedVerdict(reading: bytes).runs == [])
    } else {
      #expect(throws: RecordedVerdictError.self) { try RecordedVerdict(reading: bytes) }
    }
  }
}

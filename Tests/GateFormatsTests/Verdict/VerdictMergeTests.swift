import GateCore
import GateRecords
import GateText
import Testing

@Suite struct VerdictMergeTests {
  /// A letter a part: `p`romote, `r`ollback, rollback by `d`eadline, `i`nconclusive, missing (`-`).
  static func merge(_ parts: String, _ require: VerdictMerge.Requirement) throws -> VerdictMerge {
    VerdictMerge(
      try parts.enumerated().map { index, letter in
        letter == "-"
          ? VerdictMerge.Part("\(index)", unusable: "it is missing")
          : VerdictMerge.Part("\(index)", try verdict(letter, id: "\(index)"))
      }, require: require)
  }

  static func verdict(_ letter: Character, id: String) throws -> RecordedVerdict {
    let (decision, reason, code) =
      switch letter {
      case "p": ("promote", "group_healthy", 0)
      case "r": ("rollback", "too_many_unhealthy", 1)
      case "d": ("rollback", "deadline_exceeded", 3)
      default: ("inconclusive", "gate_fault", 2)
      }
    return try RecordedVerdict(
      reading: Array(
        """
        {"schema_version": "1.0", "run_id": "\(id)", "decision": "\(decision)", "exit_code": \(code),
         "reason": {"code": "\(reason)", "message": "m"}, "started_at": "2026-05-05T10:00:00.000Z",
         "decided_at": "2026-05-05T10:00:1\(id).000Z", "group": {"expected": 2},
         "instances": [{"id": "web-1"}], "diagnoses": []}
        """.utf8))
  }

  @Test(arguments: [
    ("p", VerdictMerge.Requirement.all, 0), ("ppp", .all, 0), ("ppr", .all, 1), ("ppd", .all, 3),
    ("pdr", .all, 1), ("ddd", .all, 3), ("ppi", .all, 2), ("pp-", .all, 2), ("pr-", .all, 1),
    ("-", .all, 2),
    ("prr", .any, 0), ("rrr", .any, 1), ("rd-", .any, 2), ("dd", .any, 3), ("-p", .any, 0),
    ("ppr", .majority, 0), ("pr", .majority, 1), ("prd", .majority, 1), ("pdd", .majority, 3),
    ("pri", .majority, 2), ("p-", .majority, 2), ("pp-", .majority, 0), ("--p", .majority, 2),
    ("r-", .majority, 1),
  ])
  func partsMakeOneVerdict(
    _ parts: String, _ require: VerdictMerge.Requirement, _ exitCode: Int
  ) throws {
    let merge = try Self.merge(parts, require)
    #expect(merge.exitCode == exitCode)
    #expect((merge.decision == .promote) == (exitCode == 0))
  }

  /// A part that cannot be used never makes a promotion of what was none before it was lost.
  @Test(arguments: VerdictMerge.Requirement.allCases)
  func aLostPartNeverHelps(_ require: VerdictMerge.Requirement) throws {
    for parts in ["pp", "pr", "rr", "ppr", "prr", "pir", "rrrp", "ppii"] {
      for index in parts.indices where parts[index] != "p" {
        var lost = parts
        lost.replaceSubrange(index...index, with: "-")
        let before = try Self.merge(parts, require).decision
        let after = try Self.merge(lost, require).decision
        #expect(before == .promote || after != .promote, "\(parts) → \(lost)")
      }
    }
  }

  @Test func theSameRunTwiceIsFound() throws {
    let part = VerdictMerge.Part("a", try Self.verdict("p", id: "1"))
    let again = VerdictMerge.Part("b", try Self.verdict("p", id: "1"))
    #expect(VerdictMerge([part, again], require: .all).doubled == ["a", "b"])
    #expect(try Self.merge("pp", .all).doubled.isEmpty)
  }

  @Test func theOneVerdictIsReadAsAVerdict() throws {
    let now = Timestamp(milliseconds: 0)
    let bytes = try Self.merge("pp-", .all).json(version: "1.2.3", runID: "x", at: now)
    let verdict = try RecordedVerdict(reading: bytes)
    #expect(verdict.decision == .inconclusive)
    #expect(verdict.reason.message == "1 of 3 verdicts is inconclusive; 2: it is missing")
    #expect(verdict.text(at: "/group/expected") == "4")
    #expect(verdict.text(at: "/instances/1/part") == "1")
    #expect(verdict.decidedAt.text == "2026-05-05T10:00:11.000Z")
    let nothing = try Self.merge("--", .all).json(version: "1.2.3", runID: "x", at: now)
    #expect(try RecordedVerdict(reading: nothing).exitCode == 2)
  }

  @Test(arguments: [
    ("p", "1 of 1 verdict promotes"), ("ppp", "3 of 3 verdicts promote"),
    ("-", "1 of 1 verdict is inconclusive; 0: it is missing"),
  ])
  func theReasonCountsTheVerdictsThatDecide(_ parts: String, _ message: String) throws {
    #expect(try Self.merge(parts, .all).reason.message == message)
  }

  @Test(arguments: [
    ("", "it is not JSON"), ("[]", "it has no schema_version"), ("{}", "it has no schema_version"),
    (#"{"schema_version": "2.0"}"#, "schema_version is '2.0', not 1.x"),
    (#"{"schema_version": "1.0"}"#, "it has no run_id"),
    (#"{"schema_version": "1.0", "run_id": "x", "decision": "ship"}"#, "decision is 'ship'"),
    (#"{"schema_version": "1.0", "run_id": "x", "decision": 1}"#, "it has no decision"),
  ])
  func whatIsNoVerdictIsRefused(_ text: String, _ words: String) throws {
    let error = #expect(throws: RecordedVerdictError.self) {
      _ = try RecordedVerdict(reading: Array(text.utf8))
    }
    #expect(try #require(error).message.hasPrefix(words))
  }
}

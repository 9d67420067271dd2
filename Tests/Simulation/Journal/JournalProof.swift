package import GateCore
import GateEngine
import GateRecords
import GateText

/// Writes a run's journal with the real writer, reads it with the real reader, decides again, and
/// wants the same bytes: of the journal, and of the verdict.
package final class JournalProof: RunRecorder {
  private let header: RunHeader
  private var writer = JournalWriter()

  package convenience init(check: HealthCheck, policy: GatePolicy) {
    self.init(checks: [check], policy: policy)
  }

  package init(checks: [HealthCheck], policy: GatePolicy) {
    header = RunHeader(
      healthgateVersion: "simulated", runID: "00000000-0000-7000-8000-000000000000",
      startedAt: Timestamp(milliseconds: 1_777_974_000_000), checks: RunHeader.Check.all(checks, checks.map { _ in [] }),
      policy: policy, isAdvisory: false, group: RunHeader.Group(source: "instances", name: nil),
      baseline: RunHeader.Group(source: "instances", name: nil), warnings: [], journalPath: nil)
    writer.runStarted(header)
  }

  package func observe(
    _ event: GateEvent, _ effects: ArraySlice<GateEffect>, at instant: GateInstant, in gate: Gate
  ) {
    writer.write(event, effects, at: instant, in: gate)
  }

  package func turnEnded(at instant: GateInstant, in gate: Gate) -> GateInstant? { nil }

  package func problems(after verdict: Verdict, of gate: Gate) -> [String] {
    do {
      let journal = try Journal(reading: writer.bytes)
      guard journal.header == header else { return ["another header is read than was written"] }
      var again = JournalWriter()
      again.runStarted(journal.header)
      let (gateAgain, verdictAgain) = journal.replayed(under: journal.header) {
        again.write($0, $1, at: $2, in: $3)
      }
      guard again.bytes == writer.bytes else {
        return ["the replay writes another journal: \(firstDifference(again.bytes))"]
      }
      return document(gateAgain, verdictAgain) == document(gate, verdict)
        ? [] : ["the replay gives another verdict: \(verdictAgain)"]
    } catch {
      return ["the journal cannot be read: \(error)"]
    }
  }

  private func document(_ gate: Gate, _ verdict: Verdict) -> [UInt8] {
    VerdictDocument(header: header, gate: gate, verdict: verdict, exitCode: 0, journal: nil).json
  }

  private func firstDifference(_ other: [UInt8]) -> String {
    let lines = [writer.bytes, other].map { $0.split(separator: UInt8(ascii: "\n")) }
    let pair = zip(lines[0], lines[1]).first { $0 != $1 }
    return [pair?.0, pair?.1].map { String(decoding: $0 ?? [], as: UTF8.self) }
      .joined(separator: " and ")
  }
}

package import GateCore
package import GateSettings
package import GateText

/// The requirements for a verdict, and whether it meets them.
package struct Verification: Sendable {
  /// The keys of which one must have signed the verdict; empty if that is not required.
  package var keys: [VerifyingKey] = []
  /// The journal to which the verdict must belong; nil if that is not required.
  package var journal: ReplayedJournal?
  /// The maximum age of the verdict; nil for any age.
  package var maxAge: Duration?
  package var required: Decision?
  /// The values that the document must have.
  package var expectations: [JSONExpectation] = []

  package init() {}

  /// The result of one requirement.
  package struct Finding: Hashable, Sendable {
    package var name: String
    package var holds: Bool
    package var detail: String
  }

  /// Tests all requirements, also after one that is not met.
  ///
  /// - Throws: `RecordedVerdictError` if the bytes are not a verdict.
  package func findings(
    on bytes: [UInt8], at now: Timestamp
  ) throws(RecordedVerdictError) -> [Finding] {
    let verdict = try RecordedVerdict(reading: bytes)
    var findings: [Finding] = []
    func add(_ name: String, _ finding: (holds: Bool, detail: String)) {
      findings.append(Finding(name: name, holds: finding.holds, detail: finding.detail))
    }
    if let contradiction = verdict.contradiction { add("document", (false, contradiction)) }
    if !keys.isEmpty { add("signature", signature(of: bytes)) }
    if let journal { add("journal", backing(of: verdict, journal)) }
    if let future = Self.future(of: verdict, at: now) {
      add("age", (false, future))
    } else if let maxAge {
      add("age", Self.age(of: verdict, at: now, atMost: maxAge))
    }
    if let required { add("decision", Self.decision(of: verdict, wanted: required)) }
    for expectation in expectations {
      add(expectation.pointer.description, Self.value(in: verdict, expectation))
    }
    return findings
  }

  private func signature(of bytes: [UInt8]) -> (Bool, String) {
    guard let (unsigned, signature) = VerdictSignature.split(bytes) else {
      return (
        false,
        "the verdict has no signature as it was written: never signed, changed or reformatted"
      )
    }
    guard let key = keys.first(where: { $0.id == signature.keyID }) else {
      return (false, "signed by another key: \(signature.keyID.cleaned(to: 64))")
    }
    guard key.isSignature(signature.value, of: unsigned) else {
      return (false, "the verdict was changed after it was signed")
    }
    return (true, "signed by the key \(key.id)")
  }

  private static func decision(
    of verdict: RecordedVerdict, wanted: Decision
  ) -> (Bool, String) {
    let says = verdict.decision.rawValue
    guard wanted == .promote, verdict.decision == .promote, !verdict.isPromotion else {
      return (
        verdict.decision == wanted, "\(says): \(verdict.reason.message.cleaned(to: 200))"
      )
    }
    return (false, "\(says), but its exit_code is \(verdict.exitCode)")
  }

  /// Why a verdict is from the future, or is based on one that is; nil if it is not.
  ///
  /// A small difference between the clocks of two machines is allowed.
  private static func future(of verdict: RecordedVerdict, at now: Timestamp) -> String? {
    let times = [verdict.decidedAt] + verdict.runs.map(\.decidedAt)
    guard let last = times.max(by: { $0.milliseconds < $1.milliseconds }),
      last.milliseconds - now.milliseconds >= 300_000
    else { return nil }
    return "decided at \(last.text), which is in the future"
  }

  /// The result for the age: that of a merged verdict is the age of the oldest part.
  private static func age(
    of verdict: RecordedVerdict, at now: Timestamp, atMost limit: Duration
  ) -> (Bool, String) {
    let times = [verdict.decidedAt] + verdict.runs.map(\.decidedAt)
    let oldest = times.min { $0.milliseconds < $1.milliseconds } ?? verdict.decidedAt
    let age = now.milliseconds - oldest.milliseconds
    let what = oldest == verdict.decidedAt ? "" : "its oldest part was "
    let words = "\(what)decided \(max(age, 0) / 1000)s ago, at \(oldest.text)"
    return (age <= Int64(limit / .milliseconds(1)), "\(words); \(limit.inWords) allowed")
  }

  private static func value(
    in verdict: RecordedVerdict, _ expectation: JSONExpectation
  ) -> (Bool, String) {
    guard let value = verdict.value[expectation.pointer] else {
      return (false, "missing, not '\(expectation.value)'")
    }
    let text = value.text.cleaned(to: 100)
    return value.isWritten(as: expectation.value)
      ? (true, text) : (false, "'\(text)', not '\(expectation.value)'")
  }

  // MARK: - The journal

  /// The fields of a verdict that the journal does not determine.
  private static let added: Set<JSONName> = ["exit_code", "warnings", "signature"]

  private func backing(of verdict: RecordedVerdict, _ replayed: ReplayedJournal) -> (Bool, String) {
    let journal = replayed.summary
    guard verdict.value[at: "/journal/sha256"] == .string(journal.sha256) else {
      return (false, "its digest \(journal.sha256) is not the one in the verdict")
    }
    guard let replayed = try? RecordedVerdict(reading: replayed.document.json),
      case .object(let fields) = replayed.value, case .object(let recorded) = verdict.value
    else { return (false, "it cannot be replayed") }
    let names = Set(fields.map(\.name)).union(recorded.map(\.name)).subtracting(Self.added)
    let different = names.filter { fields[$0] != recorded[$0] }
    guard different.isEmpty else {
      return (
        false,
        "a replay differs in \(different.sorted().map(\.text).joined(separator: ", "))"
          + Self.versions(verdict)
      )
    }
    guard verdict.exitCode == replayed.exitCode || verdict.exitCode >= 64 else {
      return (false, "a replay exits with \(replayed.exitCode), not \(verdict.exitCode)")
    }
    if let problem = signatureProblem(of: journal) { return (false, problem) }
    return (true, "\(journal.events) events that replay to this verdict")
  }

  /// The error in the signatures of a journal; nil if there is none, or no key is required.
  private func signatureProblem(of journal: JournalSummary) -> String? {
    guard !keys.isEmpty, let last = journal.signedLines.last else { return nil }
    for signed in journal.signedLines {
      guard keys.contains(where: { $0.id == signed.signature.keyID }) else {
        return "its line \(signed.line) is signed by another key"
      }
      guard keys.contains(where: { signed.signature.isGood(for: signed.sha256, by: $0) }) else {
        return "the lines before its line \(signed.line) were changed after they were signed"
      }
    }
    let unsigned = journal.events - last.line
    return unsigned == 0 ? nil : "its last \(unsigned) lines are not signed"
  }

  /// The note that another version may word a verdict differently.
  private static func versions(_ verdict: RecordedVerdict) -> String {
    let version = verdict.text(at: "/healthgate_version") ?? "unknown"
    return "; the verdict is of version \(version.cleaned(to: 20))"
  }
}

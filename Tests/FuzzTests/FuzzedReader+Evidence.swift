import FoundationEssentials
import GateCore

@testable import GateRecords
@testable import GateReports
@testable import GateSettings
@testable import GateText

extension FuzzedReader {
  /// What a run leaves behind, and what it is trusted by.
  static let evidence: [FuzzedReader] = [
    FuzzedReader("journal", share: 2, samples: journals) { bytes in
      guard let journal = try? Journal(reading: bytes) else { return false }
      let document = journal.replayed.document
      let verdict: RecordedVerdict
      do throws(RecordedVerdictError) {
        verdict = try RecordedVerdict(reading: document.json)
      } catch {
        throw BrokenPromise("the verdict of a replay is not read: \(error.message)")
      }
      try promise(verdict.decision == document.verdict.decision, "another decision is read")
      try promise(
        verdict.startedAt.milliseconds <= verdict.decidedAt.milliseconds, "decided before it began")
      return true
    },
    FuzzedReader("reports of a journal", share: 1, samples: journals) { bytes in
      guard let journal = try? Journal(reading: bytes) else { return false }
      var timeline = Timeline()
      _ = journal.replayed(under: journal.header) { timeline.observe($0, at: $2, in: $3) }
      let document = journal.replayed.document
      for format in ReportFormat.allCases {
        let text = format.text(of: document, timeline)
        try promise(
          text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == 0x0A || $0 == 0x09 },
          "\(format) has a control character")
      }
      return true
    },
    FuzzedReader("verdict", share: 2, samples: { [try verdict(), try signedVerdict()] }) { bytes in
      var verification = Verification()
      verification.keys = [key.publicKey]
      verification.journal = try Journal(reading: try corpus("promoted.ndjson")).replayed
      verification.maxAge = .seconds(60)
      verification.required = .promote
      guard let now = Timestamp("2026-05-05T10:00:00.000Z"),
        let findings = try? verification.findings(on: bytes, at: now)
      else { return false }
      let isTrusted = findings.contains { $0.name == "signature" && $0.holds }
      try promise(!isTrusted || bytes == (try signedVerdict()), "trusted, though changed")
      return true
    },
    FuzzedReader("signature", share: 4, samples: { [try signedVerdict()] }) { bytes in
      guard let (unsigned, signature) = VerdictSignature.split(bytes) else { return false }
      try promise(
        !key.publicKey.isSignature(signature.value, of: unsigned)
          || unsigned == (try verdict()), "the signature is good for another verdict")
      return true
    },
    FuzzedReader("merge", share: 2, samples: { [try verdict(), try signedVerdict()] }) { bytes in
      guard let one = try? RecordedVerdict(reading: bytes) else { return false }
      let parts = [
        VerdictMerge.Part("a", one), VerdictMerge.Part("b", unusable: "it is not there"),
      ]
      for requirement in VerdictMerge.Requirement.allCases {
        let merge = VerdictMerge(parts, require: requirement)
        let json = merge.json(version: "1", runID: "r", at: one.decidedAt)
        guard let again = try? RecordedVerdict(reading: json) else {
          throw BrokenPromise("a merged verdict is not read")
        }
        try promise(again.decision == merge.decision, "another decision is read")
        try promise(
          requirement == .any || merge.decision != .promote, "promoted without the other part")
      }
      return true
    },
    FuzzedReader("private key", share: 3, samples: { [Array(key.pem.utf8)] }) { bytes in
      let pem = String(decoding: bytes, as: UTF8.self)
      guard let read = try? SigningKey(pem: pem) else { return false }
      let again = try? SigningKey(pem: read.pem)
      try promise(again?.publicKey == read.publicKey, "another key is read")
      return true
    },
    FuzzedReader("public key", share: 3, samples: { [Array(key.publicKey.pem.utf8)] }) { bytes in
      let pem = String(decoding: bytes, as: UTF8.self)
      guard let read = try? VerifyingKey(pem: pem) else { return false }
      try promise((try? VerifyingKey(pem: read.pem)) == read, "another key is read")
      try promise(!read.isSignature([UInt8](repeating: 0, count: 64), of: []), "it trusts zeros")
      return true
    },
  ]

  private static let journals: @Sendable () throws -> [[UInt8]] = {
    try ["promoted", "failed", "following"].map { try corpus("\($0).ndjson") }
  }

  /// Always the same one, and of no use elsewhere.
  private static let key: SigningKey = {
    let prefix: [UInt8] = [
      0x30, 0x2E, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x04, 0x22, 0x04,
      0x20,
    ]
    let text = Data(prefix + (0..<32).map { UInt8($0) }).base64EncodedString()
    let (label, dashes) = ("PRIVATE KEY", "-----")
    let pem = "\(dashes)BEGIN \(label)\(dashes)\n\(text)\n\(dashes)END \(label)\(dashes)\n"
    guard let key = try? SigningKey(pem: pem) else { preconditionFailure("any 32 bytes are a key") }
    return key
  }()

  private static func verdict() throws -> [UInt8] {
    try Journal(reading: try corpus("promoted.ndjson")).replayed.document.json
  }

  private static func signedVerdict() throws -> [UInt8] {
    VerdictSignature.sign(try verdict(), with: key)
  }
}

extension Journal {
  fileprivate var replayed: ReplayedJournal {
    ReplayedJournal(summary, under: summary.header, replayed(under: summary.header))
  }
}

import GateCore
import TestSupport
import Testing

@testable import GateRecords

@Suite struct JournalSignatureTests {
  private static let key = SigningKey()

  /// A run whose header is signed, then two checks of one instance, and these as well.
  private static func journal(signedBy key: SigningKey = key) -> [UInt8] {
    var run = RecordedRun(
      .sample(.sample(.classic), GatePolicy(deadline: .seconds(100), expected: 1)))
    run.join("web-1")
    run.pass(0, at: 0.01)
    run.fail(0, at: 10.02, .statusMismatch, status: 503, "HTTP 503, not 200")
    let lines = run.text.split(separator: "\n").map { Array("\($0)\n".utf8) }
    return signed([lines[0], lines[1...].flatMap(\.self)], by: key)
  }

  /// A `signed` line after each part; the numbers of all lines are made anew.
  private static func signed(_ parts: [[UInt8]], by key: SigningKey) -> [UInt8] {
    var bytes: [UInt8] = []
    var (count, time) = (0, GateInstant.start)
    for part in parts {
      for line in String(decoding: part, as: UTF8.self).split(separator: "\n") {
        bytes += Array("{\"seq\":\(count),\(line.drop { $0 != "," }.dropFirst())\n".utf8)
        count += 1
        if line.contains(#""t":10.02,"#) { time = .seconds(10.02) }
      }
      var digest = Digest()
      digest.add(bytes)
      var writer = JournalWriter(after: count)
      writer.signed(JournalSignature(of: digest, with: key), at: time)
      bytes += writer.bytes
      count += 1
    }
    return bytes
  }

  @Test func aJournalIsBelievedUpToItsLastSignature() throws {
    let journal = try Journal(reading: Self.journal())
    let last = try #require(journal.summary.lastLine(signedBy: Self.key.publicKey))
    #expect(last.line == journal.events)
    #expect(last.end == journal.bytes)
    #expect(journal.signedLines.count == 2)
    #expect(journal.summary.lastLine(signedBy: SigningKey().publicKey) == nil)
  }

  @Test func aSignatureIsReadAsADerivedLine() throws {
    let signed = try Journal(reading: Self.journal())
    #expect(signed.replayed(under: signed.header).gate.records.count == 1)
    let run = ResumedRun(signed)
    #expect(run.lostLines == [] && run.lines == signed.events)
  }

  /// What is cut off is missed; what stands before a signature that holds is as it was.
  @Test func noLineBeforeASignatureCanBeChangedMovedOrLeftOut() throws {
    let bytes = Self.journal()
    let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    let whole = try Journal(reading: bytes)
    for index in lines.indices where !lines[index].contains(#""event":"signed""#) {
      var changed = lines
      changed[index] = changed[index].replacing(#""zone":null"#, with: #""zone":"b""#)
        .replacing(#""latency_ms":"#, with: #""latency_ms":1"#)
        .replacing(#""run_id":"0"#, with: #""run_id":"1"#)
        .replacing(#""reason_code":"#, with: #" "reason_code":"#)
      guard changed != lines else { continue }
      let journal = try Journal(reading: Array((changed.joined(separator: "\n") + "\n").utf8))
      let last = journal.summary.lastLine(signedBy: Self.key.publicKey)
      #expect(last?.line == (index == 0 ? nil : 2), "line \(index + 1)")
    }
    // An instance that failed is left out, and the numbers are made right.
    let without = lines.filter { !$0.contains(#""ok":false"#) }.enumerated().map { index, line in
      "{\"seq\":\(index),\(line.drop { $0 != "," }.dropFirst())\n"
    }
    let journal = try Journal(reading: Array(without.joined().utf8))
    #expect(journal.summary.lastLine(signedBy: Self.key.publicKey)?.line == 2)
    #expect(whole.summary.lastLine(signedBy: Self.key.publicKey)?.line == whole.events)
  }

  @Test func aCutBackToAnOlderSignatureIsAJournalOfItsOwn() throws {
    let bytes = Self.journal()
    let first = try #require(Journal(reading: bytes).signedLines.first)
    let cut = try Journal(reading: Array(bytes[..<first.end]))
    #expect(cut.summary.lastLine(signedBy: Self.key.publicKey)?.line == 2)
    #expect(cut.entries.count == 1)
  }

  /// Lines of another run, signed by the same key, vouch for nothing here.
  @Test func aSignatureOfAnotherJournalIsNone() throws {
    let other = String(decoding: Self.journal(), as: UTF8.self).split(separator: "\n")
    let own = String(decoding: Self.journal(), as: UTF8.self)
      .replacing(#""run_id":"0"#, with: #""run_id":"1"#).split(separator: "\n")
    let mixed = (own.dropLast() + [other[other.count - 1]]).joined(separator: "\n") + "\n"
    let journal = try Journal(reading: Array(mixed.utf8))
    #expect(journal.summary.lastLine(signedBy: Self.key.publicKey) == nil)
  }

  @Test(arguments: [
    (#""key_id":"x""#, "signature is missing"),
    (#""signature":"AAAA""#, "key_id is missing"),
    (#""key_id":"x","signature":"*""#, "signature is not Base64"),
    (#""key_id":1,"signature":"AAAA""#, "it is not an event: key_id is of the wrong type"),
  ])
  func aSignatureThatIsNoneIsAnError(_ fields: String, _ words: String) throws {
    let first = try #require(
      String(decoding: Self.journal(), as: UTF8.self).split(separator: "\n").first)
    let text = "\(first)\n{\"seq\":1,\"t\":0,\"event\":\"signed\",\(fields)}\n"
    #expect(throws: JournalError(line: 2, words)) { try Journal(reading: Array(text.utf8)) }
  }

  /// Neither a verdict nor an attestation that the key signed is a signature of a journal.
  @Test func noSignatureOfAnotherKindPassesForOneOfAJournal() {
    var digest = Digest()
    digest.add(Array("a".utf8))
    let sha256 = digest.hexadecimal
    for signed in [Array(sha256.utf8), Envelope.encoded(Array(sha256.utf8), type: "text/plain")] {
      let signature = JournalSignature(
        keyID: Self.key.publicKey.id, value: Self.key.signature(of: signed))
      #expect(!signature.isGood(for: sha256, by: Self.key.publicKey))
    }
  }
}

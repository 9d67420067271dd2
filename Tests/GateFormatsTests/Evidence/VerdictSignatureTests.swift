import FoundationEssentials
import GateCore
import TestSupport
import Testing
@testable import GateRecords
@testable import GateSettings
@testable import GateText

@Suite struct VerdictSignatureTests {
  static func verdict() -> [UInt8] {
    var run = RecordedRun(
      .sample(.sample(healthy: 1), GatePolicy(deadline: .seconds(60), expected: 1)))
    run.join("web-1")
    run.pass(0, at: 1)
    return Array(run.verdictJSON(exitCode: 0).utf8)
  }

  @Test func theSignedDocumentIsTheDocumentAndItsSignature() throws {
    let key = SigningKey()
    let document = Self.verdict()
    let signed = VerdictSignature.sign(document, with: key)
    let (unsigned, signature) = try #require(VerdictSignature.split(signed))
    #expect(unsigned == document)
    #expect(signature.keyID == key.publicKey.id)
    #expect(key.publicKey.isSignature(signature.value, of: document))
    #expect(try RecordedVerdict(reading: signed).decision == .promote)
  }

  @Test func whatIsNotSignedHasNoSignature() {
    #expect(VerdictSignature.split(Self.verdict()) == nil)
    #expect(VerdictSignature.split([]) == nil)
  }

  /// Whichever byte is changed, the document is not the signed one any more: every fifth is tried.
  @Test func noByteCanBeChanged() throws {
    let key = SigningKey()
    let signed = VerdictSignature.sign(Self.verdict(), with: key)
    var verification = Verification()
    verification.keys = [key.publicKey]
    #expect(try verification.findings(on: signed, at: .sample).map(\.holds) == [true])
    var passed: [Int] = []
    for index in stride(from: 0, to: signed.count, by: 5) {
      var changed = signed
      changed[index] ^= 1
      let findings = try? verification.findings(on: changed, at: .sample)
      if findings?.allSatisfy(\.holds) ?? false { passed.append(index) }
    }
    #expect(passed.isEmpty)
  }

  @Test func nothingCanBePutBehindTheSignature() throws {
    let key = SigningKey()
    let text = String(decoding: VerdictSignature.sign(Self.verdict(), with: key), as: UTF8.self)
    let more = text.dropLast("\n}\n".count) + ",\n  \"decision\": \"promote\"\n}\n"
    #expect(VerdictSignature.split(Array(more.utf8)) == nil)
    #expect(VerdictSignature.split(Array((text + " ").utf8)) == nil)
  }

  /// Source: DSSE protocol, its example of the pre-authentication encoding.
  @Test func anEnvelopeSignsTypeAndLengths() {
    let encoded = Envelope.encoded(
      Array("hello world".utf8), type: "http://example.com/HelloWorld")
    #expect(
      String(decoding: encoded, as: UTF8.self)
        == "DSSEv1 29 http://example.com/HelloWorld 11 hello world")
  }

  @Test(arguments: [
    (
      "sha256:" + String(repeating: "aB", count: 32), "sha256:" + String(repeating: "aB", count: 32)
    ),
    ("app@sha256:" + String(repeating: "0", count: 64), "app"),
    ("registry:5000/app@1@gitCommit:" + String(repeating: "0", count: 40), "registry:5000/app@1"),
  ])
  func aSubjectHasANameAndADigest(_ text: String, _ name: String) throws {
    let subject = try Subject(parsing: text)
    #expect(subject.name == name)
    #expect(subject.digest == subject.digest.lowercased())
  }

  @Test(arguments: [
    "", "app", "sha256:", "sha256:abc", "app@md5:0", "app@sha256",
    "sha256:" + String(repeating: "g", count: 64),
  ])
  func whatIsNoDigestIsRefused(_ text: String) {
    #expect(throws: GrammarError.self) { _ = try Subject(parsing: text) }
  }
}

extension Timestamp {
  fileprivate static let sample = Timestamp(milliseconds: 1_777_975_200_000)
}

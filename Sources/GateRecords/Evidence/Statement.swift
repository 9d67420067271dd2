internal import GateCore
package import GateSettings
internal import GateText

/// The statement about a deployed artifact: an in-toto Statement with the test-result predicate.
///
/// Source: in-toto attestation framework, "Statement layer" v1 and "Test Result" v0.1.
package struct Statement: Sendable {
  package var subject: Subject
  package var verdict: VerdictDocument

  package init(of subject: Subject, verdict: VerdictDocument) {
    self.subject = subject
    self.verdict = verdict
  }

  package static let payloadType = "application/vnd.in-toto+json"
  package static let predicateType = "https://in-toto.io/attestation/test-result/v0.1"

  /// The statement on one line; `verdictBytes` is the verdict to which it refers.
  package func json(of verdictBytes: [UInt8]) -> [UInt8] {
    var writer = JSONWriter(.compact)
    writer.object { writer in
      writer.field("_type", "https://in-toto.io/Statement/v1")
      writer.objects("subject", [subject]) { writer, subject in
        writer.field("name", subject.name)
        writer.object("digest") { $0.field(named: subject.algorithm, subject.digest) }
      }
      writer.field("predicateType", Self.predicateType)
      writer.object("predicate") { write(to: &$0, verdictBytes) }
    }
    return writer.bytes
  }

  private func write(to writer: inout JSONWriter, _ verdictBytes: [UInt8]) {
    // Any decision other than a promotion is not a pass.
    writer.field("result", verdict.isPromotion ? "PASSED" : "FAILED")
    var digest = Digest()
    digest.add(verdictBytes)
    var sources = [(name: "verdict", sha256: digest.hexadecimal)]
    if let journal = verdict.journal { sources.append(("journal", journal.sha256)) }
    writer.objects("configuration", sources) { writer, source in
      writer.field("name", source.name)
      writer.object("digest") { $0.field("sha256", source.sha256) }
    }
    if let page = verdict.header.deployment.build?.page { writer.field("url", page) }
    let present = verdict.gate.records(.member) { $0.removed == nil }
    writer.array("passedTests", present.filter(\.isHealthy).map(\.instance.id))
    writer.array("warnedTests", [String]())
    writer.array("failedTests", present.filter { !$0.isHealthy }.map(\.instance.id))
    writer.object("healthgate") { writer in
      writer.field("version", verdict.header.healthgateVersion)
      writer.field("run_id", verdict.header.runID)
      writer.field("decision", verdict.verdict.decision.rawValue)
      writer.field("reason", verdict.verdict.reason.code.rawValue)
      writer.field("message", verdict.verdict.reason.message)
      writer.field("decided_at", verdict.header.startedAt.at(verdict.verdict.at))
      verdict.header.deployment.write(to: &writer)
    }
  }
}

extension InstanceRecord {
  fileprivate var isHealthy: Bool { health.state == .healthy }
}

/// A signed payload: DSSE, the Dead Simple Signing Envelope, version 1.
package enum Envelope {
  /// Signs a payload and puts it into an envelope.
  package static func seal(
    _ payload: [UInt8], type: String, with key: SigningKey
  ) -> [UInt8] {
    JSONWriter.document { writer in
      writer.field("payloadType", type)
      writer.field("payload", Base64.text(of: payload))
      let signature = key.signature(of: encoded(payload, type: type))
      writer.objects("signatures", [signature]) { writer, signature in
        writer.field("keyid", key.publicKey.id)
        writer.field("sig", Base64.text(of: signature))
      }
    }
  }

  /// The signed bytes: type and payload with their lengths, so that neither can be taken for the
  /// other.
  ///
  /// Source: DSSE protocol, "PAE".
  static func encoded(_ payload: [UInt8], type: String) -> [UInt8] {
    Array("DSSEv1 \(type.utf8.count) \(type) \(payload.count) ".utf8) + payload
  }
}

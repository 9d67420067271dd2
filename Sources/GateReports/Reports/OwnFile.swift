internal import GateRecords
internal import GateSettings
internal import GateText

/// Recognizes files that healthgate wrote: a run may replace those of an earlier run, but no
/// others.
package enum OwnFile {
  /// Whether these bytes are, or begin, a verdict, a report or a CI file that healthgate wrote.
  ///
  /// An empty file has nothing to lose. A journal does not count: it is evidence, and is never
  /// replaced without a request.
  package static func isOutput(_ bytes: [UInt8]) -> Bool {
    let head = String(decoding: bytes.prefix(1 << 16), as: UTF8.self)
    return bytes.isEmpty || isVerdict(head) || isReport(head)
      || head.hasPrefix("HEALTHGATE_DECISION=")
  }

  /// Whether this is an attestation of a verdict, in an envelope or not.
  package static func isAttestation(_ bytes: [UInt8]) -> Bool {
    let document = try? JSONValue(parsing: bytes)
    if case .string(let payload)? = document?[at: "/payload"] {
      guard let statement = Base64.bytes(of: payload) else { return false }
      return isStatement(try? JSONValue(parsing: statement))
    }
    return isStatement(document)
  }

  private static func isStatement(_ document: JSONValue?) -> Bool {
    guard case .string(let type)? = document?[at: "/predicateType"] else { return false }
    return type == Statement.predicateType && document?[at: "/predicate/healthgate/run_id"] != nil
  }

  /// Whether a text begins with the first fields of a verdict, whatever its layout is.
  private static func isVerdict(_ head: String) -> Bool {
    var rest = head.drop(while: \.isWhitespace)
    guard rest.first == "{" else { return false }
    let names = ["schema_version", "healthgate_version", "run_id", "decision", "exit_code"]
    for name in names {
      guard let place = rest.firstRange(of: "\"\(name)\"") else { return false }
      rest = rest[place.upperBound...]
    }
    return true
  }

  private static func isReport(_ head: String) -> Bool {
    let text = head.trimmed
    let lines = text.split(separator: "\n", maxSplits: 3).map(String.init)
    let first = lines.first ?? ""
    return head.contains("<meta name=\"generator\" content=\"healthgate ")
      || head.contains("<testsuites name=\"healthgate\"")
      || ["## ✅ promote: ", "## ❌ rollback: ", "## ⚠️ inconclusive: "].contains {
        first.hasPrefix($0)
      }
      || first.hasPrefix("# HELP healthgate_")
      || (first == "TAP version 14" && lines.count > 2 && lines[2].contains("ok 1 - group: "))
      || (["OK", "WARNING", "CRITICAL", "UNKNOWN"].contains { first.hasPrefix("\($0) - ") }
        && first.contains(" | healthy="))
      || isText(text, first)
  }

  private static func isText(_ text: String, _ first: String) -> Bool {
    ["promote: ", "rollback: ", "inconclusive: "].contains { first.hasPrefix($0) }
      && (text.contains("\nrules:") || text.contains("\nNothing was checked. Exit status: "))
  }
}

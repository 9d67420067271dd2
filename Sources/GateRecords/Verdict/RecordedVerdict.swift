package import GateCore
package import GateText

/// A verdict from a file, written by this version or another one with the same major schema
/// version.
package struct RecordedVerdict: Sendable {
  package var runID: String
  package var decision: Decision
  package var reason: Reason
  package var startedAt: Timestamp
  package var decidedAt: Timestamp
  package var exitCode: Int
  /// The runs on which it is based: its own, or those of all parts of a merged one.
  package var runs: [Run]
  /// The whole document.
  let value: JSONValue

  /// A run with its own verdict.
  package struct Run: Hashable, Sendable {
    package var id: String
    package var decidedAt: Timestamp
  }

  /// Whether it counts as a promotion.
  ///
  /// A verdict `promote` that could not be written, or whose hook failed, does not.
  package var isPromotion: Bool { decision == .promote && exitCode == 0 }

  /// The reason; the code of a later version may be unknown here.
  package struct Reason: Hashable, Sendable {
    package var code: String
    package var message: String

    func write(to writer: inout JSONWriter) {
      writer.field("code", code)
      writer.field("message", message)
    }
  }

  /// Reads a verdict; unknown fields are kept.
  ///
  /// - Throws: `RecordedVerdictError`
  package init(reading bytes: [UInt8]) throws(RecordedVerdictError) {
    do throws(JSONError) {
      value = try JSONValue(parsing: bytes, atMost: Self.largestFile)
    } catch {
      let isJournal = (try? Journal(reading: bytes)) != nil
      throw RecordedVerdictError(
        isJournal
          ? "it is a journal, and the verdict is the file of --verdict" : error.words(of: "it"))
    }
    let version = try Self.text(value, "/schema_version")
    guard version.hasPrefix("1.") else {
      throw RecordedVerdictError("schema_version is '\(version.cleaned(to: 20))', not 1.x")
    }
    runID = try Self.text(value, "/run_id")
    let decision = try Self.text(value, "/decision")
    guard let known = Decision(rawValue: decision) else {
      throw RecordedVerdictError(
        "decision is '\(decision.cleaned(to: 40))', which is not a decision")
    }
    self.decision = known
    reason = Reason(
      code: try Self.text(value, "/reason/code"), message: try Self.text(value, "/reason/message"))
    startedAt = try Self.time(value, "/started_at")
    decidedAt = try Self.time(value, "/decided_at")
    guard let code = value[at: "/exit_code"]?.integer, (0...255).contains(code) else {
      throw RecordedVerdictError("it has no exit_code")
    }
    exitCode = Int(code)
    runs = try Self.runs(of: value) ?? [Run(id: runID, decidedAt: decidedAt)]
  }

  /// A contradiction in the document, which no run and no merge writes; nil if there is none.
  package var contradiction: String? {
    guard startedAt.milliseconds <= decidedAt.milliseconds else {
      return "decided_at is before started_at"
    }
    // From 64 on, the status is about the outputs, whatever the decision is.
    let own =
      ExitStatus.all(of: decision).map(\.code) + (value[at: "/advisory"] == .bool(true) ? [0] : [])
    guard exitCode >= 64 || own.contains(exitCode) else {
      return "decision is \(decision.rawValue), but exit_code is \(exitCode)"
    }
    return nil
  }

  /// The runs of a merged verdict's parts; nil for the verdict of a single run.
  private static func runs(of value: JSONValue) throws(RecordedVerdictError) -> [Run]? {
    guard let parts = value[at: "/parts"] else { return nil }
    do throws(JSONFieldError) {
      var runs: [Run] = []
      for part in try [JSONFields](json: parts, at: "parts") { runs += try part.want("runs") }
      return runs
    } catch {
      throw RecordedVerdictError(error.words)
    }
  }

  /// The largest file in bytes; a verdict on a hundred thousand instances is smaller.
  package static let largestFile = 128 * 1_048_576

  /// The value at a JSON Pointer, without the quotes of a string; nil if there is none.
  package func text(at pointer: String) -> String? { value[at: pointer]?.text }

  private static func text(
    _ value: JSONValue, _ pointer: String
  ) throws(RecordedVerdictError) -> String {
    guard case .string(let text) = value[at: pointer] else {
      throw RecordedVerdictError("it has no \(pointer.dropFirst().replacing("/", with: "."))")
    }
    return text
  }

  private static func time(
    _ value: JSONValue, _ pointer: String
  ) throws(RecordedVerdictError) -> Timestamp {
    guard let time = Timestamp(try text(value, pointer)) else {
      throw RecordedVerdictError("\(pointer.dropFirst()) is not a time in UTC")
    }
    return time
  }
}

extension RecordedVerdict.Reason {
  init(_ reason: VerdictReason) {
    self.init(code: reason.code.rawValue, message: reason.message)
  }
}

extension RecordedVerdict.Run: JSONObjectReadable {
  package init(_ fields: JSONFields) throws(JSONFieldError) {
    let text: String = try fields.want("decided_at")
    guard let time = Timestamp(text) else { throw JSONFieldError(.wrongType, at: "decided_at") }
    self.init(id: try fields.want("run_id"), decidedAt: time)
  }
}

/// Why a file is not a verdict.
package struct RecordedVerdictError: Error, Hashable, Sendable {
  package var message: String

  init(_ message: String) {
    self.message = message
  }
}

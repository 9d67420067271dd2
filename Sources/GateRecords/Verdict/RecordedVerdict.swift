package import GateCore
package import GateText

/// A verdict that was written before, by this version or another of the same major schema.
package struct RecordedVerdict: Sendable {
  package var runID: String
  package var decision: Decision
  package var reason: Reason
  package var startedAt: Timestamp
  package var decidedAt: Timestamp
  package var exitCode: Int
  /// The runs that it rests on: itself, or those of all parts of a merged one.
  package var runs: [Run]
  /// The whole document.
  let value: JSONValue

  /// A run that came to a verdict of its own.
  package struct Run: Hashable, Sendable {
    package var id: String
    package var decidedAt: Timestamp
  }

  /// Whether it is a promotion to whoever acts on it.
  ///
  /// A verdict that says `promote` and could not be written, or whose hook failed, is none.
  package var isPromotion: Bool { decision == .promote && exitCode == 0 }

  /// As the contract has it; of a later version the code may be one that is not known here.
  package struct Reason: Hashable, Sendable {
    package var code: String
    package var message: String
  }

  /// Reads a verdict; fields that are not known are kept.
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

  /// How it contradicts itself, as no run and no merge writes it; nil when it does not.
  package var contradiction: String? {
    guard startedAt.milliseconds <= decidedAt.milliseconds else {
      return "decided_at is before started_at"
    }
    // From 64 on a status tells what became of the outputs, whatever the decision is.
    let own =
      ExitStatus.all(of: decision).map(\.code) + (value[at: "/advisory"] == .bool(true) ? [0] : [])
    guard exitCode >= 64 || own.contains(exitCode) else {
      return "decision is \(decision.rawValue), but exit_code is \(exitCode)"
    }
    return nil
  }

  /// Those that the parts of a merged verdict rest on; nil for a run's own verdict.
  private static func runs(of value: JSONValue) throws(RecordedVerdictError) -> [Run]? {
    guard let parts = value[at: "/parts"] else { return nil }
    do throws(JSONFieldError) {
      return try [MergedPart](json: parts, at: "parts").flatMap(\.runs)
    } catch {
      throw RecordedVerdictError(error.words)
    }
  }

  /// A verdict of a hundred thousand instances has less.
  package static let largestFile = 128 * 1_048_576

  /// The value at a JSON Pointer, a string without its quotes; nil when there is none.
  package func text(at pointer: String) -> String? { value[at: pointer]?.text }

  private struct MergedPart: JSONObjectReadable {
    var runs: [Run]

    init(_ fields: JSONFields) throws(JSONFieldError) {
      runs = try fields.want("runs")
    }
  }

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

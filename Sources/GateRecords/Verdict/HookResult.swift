import GateCore
package import GateText

/// The result of `undo`, after its last attempt.
package struct UndoResult: Hashable, Sendable {
  package var command: HookResult
  /// The number of attempts.
  package var attempts: Int

  package init(_ command: HookResult, attempts: Int) {
    self.command = command
    self.attempts = attempts
  }

  func writeRecord(to writer: inout JSONWriter) {
    command.writeRecord(to: &writer)
    writer.field("attempts", attempts)
  }

  func write(to writer: inout JSONWriter) {
    command.write(to: &writer)
    writer.field("attempts", attempts)
  }
}

extension UndoResult: JSONObjectReadable {
  package init(_ fields: JSONFields) throws(JSONFieldError) {
    self.init(try HookResult(fields), attempts: try fields.want("attempts"))
  }
}

/// The result of a hook.
package struct HookResult: Hashable, Sendable {
  /// The setting of the hook, such as `on_rollback`.
  package var name: String
  /// The command, without secrets.
  package let command: String
  package var end: End
  package var timedOut: Bool
  package var elapsedMicroseconds: Int64
  /// The end of its output, sanitized line by line, with secrets masked.
  package var output: String

  /// How a command ended, as far as it is known.
  package enum End: Hashable, Sendable {
    /// The exit status as in a shell, 128 and more for a signal.
    case exited(Int)
    case notStarted(String)
    /// The system does not report it, for this reason.
    case unknown(String)
  }

  package init(
    name: String, command: String, end: End, timedOut: Bool, elapsedMicroseconds: Int64,
    output: String
  ) {
    self.name = name
    self.command = command.shownLines
    self.end = end
    self.timedOut = timedOut
    self.elapsedMicroseconds = elapsedMicroseconds
    self.output = output
  }

  /// The result of a command that was started, but whose end was not seen.
  package static func notSeenToEnd(name: String, command: String) -> HookResult {
    HookResult(
      name: name, command: command, end: .unknown("the runner was gone before"), timedOut: false,
      elapsedMicroseconds: 0, output: "")
  }

  package var isSuccess: Bool { end == .exited(0) && !timedOut }

  /// The exit status; nil if it is not known.
  var exitStatus: Int? {
    guard case .exited(let status) = end else { return nil }
    return status
  }

  /// The description of a failure, to follow its name; nil if it succeeded.
  package var failureWords: String? {
    guard !isSuccess else { return nil }
    return switch end {
    case .notStarted(let why): "could not be started: \(why)"
    case _ where timedOut: "took too long and was terminated"
    case .unknown(let why): "ended, but its exit status is not known: \(why)"
    case .exited(let status): "failed with status \(status)"
    }
  }

  /// Writes the result for the journal, from which `init(_:)` restores it.
  func writeRecord(to writer: inout JSONWriter) {
    write(to: &writer)
    switch end {
    case .exited: break
    case .notStarted(let why): writer.field("not_started", why)
    case .unknown(let why): writer.field("unknown", why)
    }
  }

  func write(to writer: inout JSONWriter) {
    writer.field("name", name)
    writer.field("command", command)
    writer.field("exit_status", exitStatus)
    writer.field("timed_out", timedOut)
    // More than milliseconds would be noise.
    writer.field("elapsed_seconds", seconds: elapsedMicroseconds / 1000 * 1000)
    writer.field("output", output)
  }
}

extension HookResult: JSONObjectReadable {
  package init(_ fields: JSONFields) throws(JSONFieldError) {
    let seconds: Double = try fields.want("elapsed_seconds")
    guard let elapsed = microseconds(seconds, per: 1_000_000) else {
      throw JSONFieldError(.wrongType, at: "elapsed_seconds")
    }
    let status: Int? = try fields.find("exit_status")
    let notStarted: String? = try fields.find("not_started")
    let unknown: String? = try fields.find("unknown")
    let end: End? =
      status.map { .exited($0) } ?? notStarted.map { .notStarted($0) }
      ?? unknown.map { .unknown($0) }
    guard let end else { throw JSONFieldError(.missing, at: "exit_status") }
    self.init(
      name: try fields.want("name"), command: try fields.want("command"), end: end,
      timedOut: try fields.want("timed_out"), elapsedMicroseconds: elapsed,
      output: try fields.want("output"))
  }
}

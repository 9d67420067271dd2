package import GateCore
internal import GateSettings
package import GateText

/// What followed a verdict, as the journal records it; nothing of it affects the decision.
package struct Aftermath: Sendable {
  /// The result of the decision's command; nil if none was started.
  package var hook: HookResult?
  /// Whether `undo` was started: from then on the traffic is no longer as the steps set it.
  package var hasBegunUndo = false
  /// The result of `undo`; nil if it did not run.
  package var undo: UndoResult?
  /// The result of gating the baseline after a rollback; nil if that was not requested.
  package var baseline: Result<GatedBaseline, NotGated>?

  /// Why the baseline was not gated although it was requested; one sentence.
  package struct NotGated: Error, Hashable {
    package var words: String

    package init(_ words: String) {
      self.words = words
    }
  }

  /// An event after the decision.
  package enum Event: Sendable {
    case undoBegan
    case undone(UndoResult)
    case hookBegan(HookResult)
    case hookEnded(HookResult)
    case rollbackVerified(Result<GatedBaseline, NotGated>)
  }

  mutating func note(_ event: Event) {
    switch event {
    case .undoBegan: hasBegunUndo = true
    case .undone(let undo): self.undo = undo
    case .hookBegan(let hook), .hookEnded(let hook): self.hook = hook
    case .rollbackVerified(let baseline): self.baseline = baseline
    }
  }
}

/// The verdict on a baseline that was gated after a rollback.
package struct GatedBaseline: Sendable {
  /// The whole document, without its line feed.
  let document: JSONValue
  package let decision: Decision
  package let message: String

  package init(_ document: VerdictDocument) {
    guard let own = try? Self(json: JSONValue(parsing: document.json), at: "after") else {
      preconditionFailure("a verdict is one")
    }
    self = own
  }
}

extension GatedBaseline: JSONReadable {
  package init(json value: JSONValue, at place: String) throws(JSONFieldError) {
    let verdict = try JSONFields(value, at: place)
    document = value
    decision = try verdict.want("decision")
    let reason: JSONFields = try verdict.want("reason")
    message = try reason.want("message")
  }
}

extension Decision: JSONReadable {}

extension Aftermath.Event {
  var name: StaticString {
    switch self {
    case .undoBegan: "undo_began"
    case .undone: "undone"
    case .hookBegan: "hook_began"
    case .hookEnded: "hook_ended"
    case .rollbackVerified: "rollback_verified"
    }
  }

  /// Writes the fields of a journal line besides the name, from which `init(_:_:)` restores it.
  func write(to writer: inout JSONWriter) {
    switch self {
    case .undoBegan: break
    case .undone(let result): result.writeRecord(to: &writer)
    case .hookBegan(let result):
      writer.field("name", result.name)
      writer.field("command", result.command)
    case .hookEnded(let result): result.writeRecord(to: &writer)
    case .rollbackVerified(.success(let gated)): writer.field("verdict", gated.document)
    case .rollbackVerified(.failure(let why)): writer.field("detail", why.words)
    }
  }

  /// Reads the event from a line of the journal; nil if it is another event.
  init?(_ event: String, _ fields: JSONFields) throws(JSONFieldError) {
    switch event {
    case "undo_began": self = .undoBegan
    case "undone": self = .undone(try UndoResult(fields))
    case "hook_began":
      self = .hookBegan(
        .notSeenToEnd(name: try fields.want("name"), command: try fields.want("command")))
    case "hook_ended": self = .hookEnded(try HookResult(fields))
    case "rollback_verified":
      if let gated: GatedBaseline = try fields.find("verdict") {
        self = .rollbackVerified(.success(gated))
      } else {
        self = .rollbackVerified(.failure(Aftermath.NotGated(try fields.want("detail"))))
      }
    default: return nil
    }
  }
}

extension VerdictDocument {
  /// Adds what followed the verdict, in the same way as the run did.
  package mutating func add(_ aftermath: Aftermath) {
    if let undo = aftermath.undo { add(undo) }
    if let hook = aftermath.hook { add(hook) }
    if let baseline = aftermath.baseline { add(baseline) }
  }

  /// Adds the result of the baseline; returns why it was not gated, if it was not.
  @discardableResult package mutating func add(
    _ baseline: Result<GatedBaseline, Aftermath.NotGated>
  ) -> String? {
    switch baseline {
    case .success(let gated):
      after = gated
      return nil
    case .failure(let why):
      warnings.append(why.words)
      return why.words
    }
  }

  /// Adds the result of `undo`; returns a description of its failure, if it failed.
  @discardableResult package mutating func add(_ result: UndoResult) -> String? {
    undo = result
    return result.command.failureWords.map { failure in
      failed(
        "undo \(failure), in \(counted(result.attempts, "attempt")): "
          + "users may still reach the new group")
    }
  }

  /// Adds the result of the decision's command; returns a description of its failure, if it failed.
  @discardableResult package mutating func add(_ result: HookResult) -> String? {
    hook = result
    return result.failureWords.map { failed("\(result.name) \($0)") }
  }

  private mutating func failed(_ words: String) -> String {
    warnings.append(words)
    exitCode = ExitStatus.hookFailed.code
    return words
  }
}

package import GateCore
internal import GateSettings
package import GateText

/// What came of a verdict once it was given, as the journal has it: nothing of it decides.
package struct Aftermath: Sendable {
  /// What became of the decision's command; nil when none was begun.
  package var hook: HookResult?
  /// Whether the way back was begun: from then on the traffic is no longer what the steps made it.
  package var hasBegunUndo = false
  /// What became of the way back; nil when it was not gone.
  package var undo: UndoResult?
  /// What the baseline was found to be after a rollback; nil when it was not gated once more.
  package var baseline: Result<GatedBaseline, NotGated>?

  package init() {}

  /// Why it was not, though it was to be: a sentence.
  package struct NotGated: Error, Hashable {
    package var words: String

    package init(_ words: String) {
      self.words = words
    }
  }

  /// What happened after the decision.
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

/// The verdict on a baseline that was gated once more after a rollback.
package struct GatedBaseline: Sendable {
  /// The whole document, without its line feed.
  let document: JSONValue
  package let decision: Decision
  package let message: String

  package init(_ document: VerdictDocument) {
    guard let own = try? Self(JSONValue(parsing: document.json), at: "after") else {
      preconditionFailure("a verdict is one")
    }
    self = own
  }

  private init(_ value: JSONValue, at place: String) throws(JSONFieldError) {
    let verdict = try Fields(json: value, at: place)
    guard let decision = Decision(rawValue: verdict.decision) else {
      throw JSONFieldError(.wrongType, at: "\(place).decision")
    }
    document = value
    self.decision = decision
    message = verdict.reason.message
  }

  private struct Fields: JSONObjectReadable {
    var decision: String
    var reason: Reason

    struct Reason: JSONObjectReadable {
      var message: String

      init(_ fields: JSONFields) throws(JSONFieldError) { message = try fields.want("message") }
    }

    init(_ fields: JSONFields) throws(JSONFieldError) {
      decision = try fields.want("decision")
      reason = try fields.want("reason")
    }
  }
}

extension GatedBaseline: JSONReadable {
  package init(json value: JSONValue, at place: String) throws(JSONFieldError) {
    try self.init(value, at: place)
  }
}

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

  /// Writes what a line of the journal has beside the name, from which `init(_:_:)` makes it again.
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

  /// Reads it from a line of the journal; nil when it is another event.
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
  /// The document with what came of it, told as the run told it.
  package mutating func add(_ aftermath: Aftermath) {
    if let undo = aftermath.undo { add(undo) }
    if let hook = aftermath.hook { add(hook) }
    if let baseline = aftermath.baseline { add(baseline) }
  }

  /// Tells of the baseline; returns why it was not gated, if it was not.
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

  /// Tells of the way back; returns what is wrong with it, if anything is.
  @discardableResult package mutating func add(_ result: UndoResult) -> String? {
    undo = result
    guard let failure = result.command.failureWords else { return nil }
    let words =
      "undo \(failure), in \(counted(result.attempts, "attempt")): users may still reach the new group"
    warnings.append(words)
    exitCode = ExitStatus.hookFailed.code
    return words
  }

  /// Tells of the decision's command; returns what is wrong with it, if anything is.
  @discardableResult package mutating func add(_ result: HookResult) -> String? {
    hook = result
    guard let failure = result.failureWords else { return nil }
    let words = "\(result.name) \(failure)"
    warnings.append(words)
    exitCode = ExitStatus.hookFailed.code
    return words
  }
}

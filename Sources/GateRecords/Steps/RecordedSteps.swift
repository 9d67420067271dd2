package import GateCore
package import GateText

// The steps of a canary, and guards with numbers of their own, in the policy of a journal and a verdict.

extension GatePolicy {
  /// Writes the fields `guards` and `steps`; nothing if there are none.
  func writeSteps(to writer: inout JSONWriter) {
    if !guards.isEmpty { writer.objects("guards", guards) { $1.write(to: &$0) } }
    if !steps.isEmpty { writer.objects("steps", steps) { $1.write(to: &$0) } }
  }
}

extension CanaryStep {
  fileprivate func write(to writer: inout JSONWriter) {
    writer.field("name", name)
    writer.field("weight", weight)
    writer.field("soak_seconds", seconds: soak.inMicroseconds)
    writer.field("approve_timeout_seconds", seconds: approval?.inMicroseconds)
    writer.field("confirmed", isConfirmed)
    writer.field("command_timeout_seconds", seconds: commandTimeout.inMicroseconds)
    writer.field("deadline_seconds", seconds: deadline?.inMicroseconds)
    writer.objects("guards", guards) { $1.write(to: &$0) }
  }
}

extension CanaryStep: JSONObjectReadable {
  package init(_ fields: JSONFields) throws(JSONFieldError) {
    self.init(name: try fields.want("name"))
    weight = try fields.number("weight", in: 0...100)
    soak = try fields.time("soak_seconds") ?? .zero
    approval = try fields.time("approve_timeout_seconds")
    isConfirmed = try fields.want("confirmed")
    commandTimeout = try fields.time("command_timeout_seconds") ?? .zero
    guards = try fields.find("guards") ?? []
    deadline = try fields.time("deadline_seconds")
  }
}

extension GuardMeasure {
  fileprivate func write(to writer: inout JSONWriter) {
    writer.field("id", name)
    writer.field("interval_seconds", seconds: interval?.inMicroseconds)
    writer.field("timeout_seconds", seconds: timeout?.inMicroseconds)
    writer.field("healthy_threshold", healthyThreshold)
    writer.field("unhealthy_threshold", unhealthyThreshold)
    writer.field("lag_seconds", seconds: lag.inMicroseconds)
    writer.field("window_seconds", seconds: window.inMicroseconds)
    writer.field("min_requests", minRequests)
    writer.field("advisory", isAdvisory)
    if isTest { writer.field("test", true) }
  }
}

extension GuardMeasure: JSONObjectReadable {
  package init(_ fields: JSONFields) throws(JSONFieldError) {
    self.init(try fields.want("id") as String)
    interval = try fields.time("interval_seconds", isPositive: true)
    timeout = try fields.time("timeout_seconds", isPositive: true)
    healthyThreshold = try fields.number("healthy_threshold", in: 1...10_000)
    unhealthyThreshold = try fields.number("unhealthy_threshold", in: 1...10_000)
    lag = try fields.time("lag_seconds") ?? .zero
    window = try fields.time("window_seconds") ?? .zero
    minRequests = try fields.find("min_requests")
    isAdvisory = try fields.want("advisory")
    isTest = try fields.find("test") ?? false
  }
}

extension JSONFields {
  fileprivate func time(
    _ name: JSONName, isPositive: Bool = false
  ) throws(JSONFieldError) -> Duration? {
    let seconds: Double? = try find(name)
    guard let seconds else { return nil }
    guard let time = microseconds(seconds, per: 1_000_000), time <= Duration.longestInMicroseconds,
      !isPositive || time > 0
    else { throw JSONFieldError(.wrongType, at: name.text) }
    return .microseconds(time)
  }

  fileprivate func number(
    _ name: JSONName, in bounds: ClosedRange<Int>
  ) throws(JSONFieldError) -> Int? {
    let number: Int? = try find(name)
    guard number.map(bounds.contains) ?? true else {
      throw JSONFieldError(.wrongType, at: name.text)
    }
    return number
  }
}

// MARK: - Events

extension StepCommandEnd {
  /// The name of the event in the journal.
  var eventName: StaticString {
    guard answer == .yes else { return "step_command_ended" }
    return switch command.kind {
    case .approve: "step_approved"
    case .shift: "step_shifted"
    case .confirm: "step_confirmed"
    }
  }

  func write(to writer: inout JSONWriter) {
    writer.field("command", command.kind.rawValue)
    writer.field("attempt", command.attempt)
    switch result {
    case .exited(let status): writer.field("exit_status", Int(status))
    case .timedOut:
      writer.null("exit_status")
      writer.field("timed_out", true)
    case .unknown(let why):
      writer.null("exit_status")
      writer.field("detail", why)
    }
    writer.field("output", output)
  }

  /// Reads the event from a line of the journal; nil if it is another event.
  init?(_ event: String, _ fields: JSONFields) throws(JSONFieldError) {
    guard ["step_command_ended", "step_approved", "step_shifted", "step_confirmed"].contains(event)
    else { return nil }
    let kind: StepCommand.Kind = try fields.want("command")
    let number: Int = try fields.want("step")
    let command = StepCommand(kind, step: number - 1, attempt: try fields.want("attempt"))
    let status: Int? = try fields.find("exit_status")
    let timedOut: Bool? = try fields.find("timed_out")
    let result: Result =
      if let status {
        .exited(Int32(clamping: status))
      } else if timedOut ?? false {
        .timedOut
      } else {
        .unknown(try fields.want("detail"))
      }
    self.init(command, result, output: try fields.find("output") ?? "")
    guard "\(eventName)" == event else { throw JSONFieldError(.wrongType, at: "exit_status") }
  }
}

extension StepCommand.Kind: JSONReadable {}

extension Rollout {
  /// Writes the number and the name of a step.
  func writeName(of step: Int, to writer: inout JSONWriter) {
    writer.field("step", step + 1)
    writer.field("name", steps[step].name)
    writer.field("weight", steps[step].weight)
  }
}

package import GateCore
internal import GateSettings
package import GateText

/// One verdict from several: of zones, regions, vantage points, or jobs of a matrix.
///
/// It fails closed: a part that is missing, unreadable or not trusted is inconclusive.
package struct VerdictMerge: Sendable {
  package let requirement: Requirement
  package let parts: [Part]
  /// Reasons to doubt that the parts are one verdict of one moment.
  package let warnings: [String]

  package init(_ parts: [Part], require requirement: Requirement) {
    precondition(!parts.isEmpty, "nothing is no promotion")
    self.parts = parts
    self.requirement = requirement
    warnings = Self.settingsWarnings(parts) + Self.distance(parts) + Self.repetitions(parts)
  }

  /// The number of parts that must be `promote`.
  package enum Requirement: String, Hashable, Sendable, CaseIterable {
    case all
    case any
    /// More than half of the parts.
    case majority
  }

  /// One verdict file.
  package struct Part: Sendable {
    /// The file's name, as given.
    package var name: String
    /// The verdict; nil if there is none, or it cannot be used.
    package var verdict: RecordedVerdict?
    /// Why the verdict cannot be used; nil if it can.
    package var problem: String?

    package init(_ name: String, _ verdict: RecordedVerdict) {
      self.name = SecretPlaces.masked(name)
      self.verdict = verdict
      if verdict.decision == .promote, !verdict.isPromotion {
        problem = "it says promote, but its exit_code is \(verdict.exitCode)"
      }
    }

    package init(_ name: String, unusable problem: String) {
      self.name = SecretPlaces.masked(name)
      self.problem = problem
    }

    package var decision: Decision {
      problem == nil ? verdict?.decision ?? .inconclusive : .inconclusive
    }

    /// The reason of the part on one line.
    package var words: String {
      problem ?? verdict.map { $0.reason.message.cleaned(to: 300) } ?? ""
    }

    fileprivate var code: String {
      (problem == nil ? verdict?.reason.code : nil) ?? ReasonCode.gateFault.rawValue
    }
  }

  package var decision: Decision {
    let promoting = count(.promote)
    let rollingBack = count(.rollback)
    switch requirement {
    case .all:
      return rollingBack > 0 ? .rollback : promoting == parts.count ? .promote : .inconclusive
    case .any:
      return promoting > 0 ? .promote : rollingBack == parts.count ? .rollback : .inconclusive
    case .majority:
      guard promoting * 2 <= parts.count else { return .promote }
      // With at least half of the parts as rollbacks, the rest cannot be more than half.
      return rollingBack * 2 >= parts.count ? .rollback : .inconclusive
    }
  }

  /// The reason of the part that matters most for the decision: a failed group before a deadline.
  package var reason: RecordedVerdict.Reason {
    let deciding = parts.filter { $0.decision == decision }
    let first = deciding.first { status(of: $0) != .deadline } ?? deciding.first
    let count = "\(deciding.count) of \(counted(parts.count, "verdict"))"
    func verb(_ one: String, _ several: String) -> String { deciding.count == 1 ? one : several }
    guard let first else { preconditionFailure("some part decides as the whole does") }
    let what =
      switch decision {
      case .promote: "\(count) \(verb("promotes", "promote"))"
      case .rollback:
        "\(count) \(verb("rolls", "roll")) back; \(first.name.cleaned(to: 100)): \(first.words)"
      case .inconclusive:
        "\(count) \(verb("is", "are")) inconclusive; \(first.name.cleaned(to: 100)): \(first.words)"
      }
    return RecordedVerdict.Reason(code: first.code, message: what)
  }

  package var exitCode: Int { ExitStatus(of: decision, reason: reason.code).code }

  private func count(_ decision: Decision) -> Int { parts.count { $0.decision == decision } }

  private func status(of part: Part) -> ExitStatus {
    ExitStatus(of: part.decision, reason: part.code)
  }
}

extension VerdictMerge {
  /// The names of two parts that are based on the same run, which would count twice; else empty.
  package var doubled: [String] {
    var seen: [String: String] = [:]
    for part in parts {
      guard let verdict = part.verdict else { continue }
      for id in Set([verdict.runID] + verdict.runs.map(\.id)) {
        if let first = seen.updateValue(part.name, forKey: id) { return [first, part.name] }
      }
    }
    return []
  }

  /// The merged verdict, with the fields of any other, and `parts`.
  ///
  /// Without a usable part nothing is known about any group, and the time of the decision is `now`.
  package func json(version: String, runID: String, at now: Timestamp) -> [UInt8] {
    let known = parts.compactMap(\.verdict)
    let start = known.map(\.startedAt).min { $0.milliseconds < $1.milliseconds } ?? now
    let end = known.map(\.decidedAt).max { $0.milliseconds < $1.milliseconds } ?? now
    let reason = reason
    return JSONWriter.document { writer in
      writer.head(
        version: version, runID: runID, decision, exitCode: exitCode, isAdvisory: false, reason,
        from: start, to: end)
      writer.field("health_check", known.first?.value[at: "/health_check"] ?? .null)
      writer.field("policy", known.first?.value[at: "/policy"] ?? .null)
      writeGroup(of: known, to: &writer)
      // Each of the instances and diagnoses names its part.
      for field in ["instances", "diagnoses"] {
        writer.field(named: field, .array(elements(of: "/\(field)")))
      }
      writer.array("warnings", warnings)
      writer.null("journal")
      writer.field("require", requirement.rawValue)
      writer.objects("parts", parts) { write($1, to: &$0) }
    }
  }

  private func writeGroup(of known: [RecordedVerdict], to writer: inout JSONWriter) {
    func sum(_ field: String) -> Int {
      known.reduce(0) { sum, verdict in
        guard let count = verdict.value[at: "/group/\(field)"]?.integer, count > 0 else {
          return sum
        }
        let (total, isTooLarge) = sum.addingReportingOverflow(Int(clamping: count))
        return isTooLarge ? .max : total
      }
    }
    writer.object("group") { writer in
      writer.field("source", "merge")
      writer.null("name")
      for field in ["expected", "present", "healthy", "unhealthy", "initial", "replaced"] {
        writer.field(named: field, .number(JSONNumber(sum(field))))
      }
    }
  }

  private func elements(of pointer: String) -> [JSONValue] {
    parts.flatMap { part -> [JSONValue] in
      guard case .array(let elements) = part.verdict?.value[at: pointer] else { return [] }
      return elements.map { element in
        guard case .object(var fields) = element else { return element }
        fields["part"] = .string(part.name)
        return .object(fields)
      }
    }
  }

  private static func settingsWarnings(_ parts: [Part]) -> [String] {
    let known = parts.compactMap(\.verdict)
    return ["health_check", "policy"].filter { field in
      Set(known.map { $0.value[at: "/\(field)"] }).count > 1
    }.map { "the parts were run under different settings; \($0) is that of \(parts[0].name)" }
  }

  /// The longest time between parts in milliseconds: those of one release are decided within
  /// minutes.
  private static let longestDistance: Int64 = 3_600_000

  private static func distance(_ parts: [Part]) -> [String] {
    let times = parts.compactMap(\.verdict).flatMap { $0.runs.map(\.decidedAt) }
    guard let first = times.min(by: { $0.milliseconds < $1.milliseconds }),
      let last = times.max(by: { $0.milliseconds < $1.milliseconds }),
      last.milliseconds - first.milliseconds > longestDistance
    else { return [] }
    return [
      "the parts were decided more than an hour apart, from \(first.text) to \(last.text): is "
        + "one of them left over from another run"
    ]
  }

  /// Warnings about parts that checked the same instances one after the other, as in a second
  /// attempt.
  private static func repetitions(_ parts: [Part]) -> [String] {
    var earlier: [Set<[JSONValue]>: [Part]] = [:]
    return parts.compactMap { part in
      guard let places = part.verdict?.places else { return nil }
      let other = earlier[places]?.first { $0.isApart(from: part) }
      earlier[places, default: []].append(part)
      return other.map { other in
        "'\(other.name.cleaned(to: 100))' and '\(part.name.cleaned(to: 100))' looked at the same "
          + "instances, one after the other"
      }
    }
  }

  private func write(_ part: Part, to writer: inout JSONWriter) {
    writer.field("verdict", part.name)
    writer.field("decision", part.decision.rawValue)
    writer.field("problem", part.problem)
    writer.field("run_id", part.verdict?.runID)
    writer.field("reason", part.verdict?.value[at: "/reason"] ?? .null)
    writer.field("group", part.verdict?.value[at: "/group"] ?? .null)
    writer.field("decided_at", part.verdict?.decidedAt)
    writer.objects("runs", part.verdict?.runs ?? []) { writer, run in
      writer.field("run_id", run.id)
      writer.field("decided_at", run.decidedAt)
    }
  }
}

extension VerdictMerge.Part {
  /// Whether one of the two was decided before the other one began.
  fileprivate func isApart(from other: VerdictMerge.Part) -> Bool {
    guard let one = verdict, let two = other.verdict else { return false }
    return one.decidedAt.milliseconds < two.startedAt.milliseconds
      || two.decidedAt.milliseconds < one.startedAt.milliseconds
  }
}

extension RecordedVerdict {
  /// The places of its instances; nil if it has none.
  fileprivate var places: Set<[JSONValue]>? {
    guard case .array(let instances) = value[at: "/instances"], !instances.isEmpty else {
      return nil
    }
    return Set(
      instances.map { instance in
        guard case .object(let fields) = instance else { return [.null, .null, .null] }
        return (["id", "address", "port"] as [JSONName]).map { fields[$0] ?? .null }
      })
  }
}

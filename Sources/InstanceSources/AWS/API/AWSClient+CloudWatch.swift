/// A CloudWatch alarm, on a metric or composite, as its API describes it.
struct AlarmDescription: Hashable, Sendable {
  /// `OK`, `ALARM` or `INSUFFICIENT_DATA`.
  var state: String
  /// CloudWatch's explanation of the state; nil if it gives none.
  var reason: String?
}

extension AWSClient {
  /// Describes an alarm, given by its name or ARN; for an ARN, its region is asked.
  ///
  /// - Throws: `SourceError.notFound` if there is no such alarm, for which AWS returns an empty
  ///   list.
  func alarm(named name: String) throws(SourceError) -> AlarmDescription {
    let reference = try AWSReference(name, .alarm)
    return try inRegion(reference.region).describeAlarm(reference)
  }

  private func describeAlarm(_ reference: AWSReference) throws(SourceError) -> AlarmDescription {
    let name = reference.name
    // Without the types, only alarms on metrics are returned.
    let call = QueryCall(
      .cloudWatch, "DescribeAlarms", about: "the CloudWatch alarm '\(shownLine(name))'"
    )
    .with(list: "AlarmNames.member", [name])
    .with(list: "AlarmTypes.member", ["MetricAlarm", "CompositeAlarm"])
    let answer = try answer(call, budget: budget())
    guard let result = answer["DescribeAlarmsResult"] else {
      throw malformed(call, "it has no result")
    }
    let alarms = result.list("MetricAlarms") + result.list("CompositeAlarms")
    guard let alarm = alarms.first(where: { $0.value("AlarmName") == name }) else {
      throw .notFound(
        what: "CloudWatch alarm", name: shownLine(name), place: place(of: .cloudWatch))
    }
    try reference.check(found: alarm.value("AlarmArn"), .alarm)
    guard let state = alarm.value("StateValue") else { throw malformed(call, "it has no state") }
    return AlarmDescription(state: shownLine(state, limit: 40), reason: alarm.value("StateReason"))
  }
}

extension AWSClient {
  /// Describes an alarm, on a metric or composite, given by its name or ARN; for an ARN, its region
  /// is asked.
  ///
  /// The state is `OK`, `ALARM` or `INSUFFICIENT_DATA`; the reason is CloudWatch's explanation, or
  /// nil if it gives none.
  ///
  /// - Throws: `SourceError.notFound` if there is no such alarm, for which AWS returns an empty
  ///   list.
  func alarm(
    named name: String
  ) throws(SourceError) -> (state: String, reason: String?) {
    let reference = try AWSReference(name, .alarm)
    return try inRegion(reference.region).describeAlarm(reference)
  }

  private func describeAlarm(
    _ reference: AWSReference
  ) throws(SourceError) -> (state: String, reason: String?) {
    let name = reference.name
    // Without the types, only alarms on metrics are returned.
    let call = QueryCall(.alarm, name, "DescribeAlarms")
      .with(list: "AlarmNames.member", [name])
      .with(list: "AlarmTypes.member", ["MetricAlarm", "CompositeAlarm"])
    guard let result = try answer(call, budget: budget()) else {
      throw malformed(call, "it has no result")
    }
    let alarms = result.list("MetricAlarms") + result.list("CompositeAlarms")
    guard let alarm = alarms.first(where: { $0.value("AlarmName") == name }) else {
      throw missing(.alarm, name)
    }
    try reference.check(found: alarm.value("AlarmArn"), .alarm)
    guard let state = alarm.value("StateValue") else { throw malformed(call, "it has no state") }
    return (shownLine(state, limit: 40), alarm.value("StateReason"))
  }
}

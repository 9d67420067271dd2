extension SettingKey {
  /// What a setting has to do with the world outside, beyond the checks.
  package enum Touch: Hashable, Sendable {
    case nothing
    /// Its value names a file that is read.
    case reads
    /// Its value names what a run writes.
    case writes
    /// Its value is a command that the verdict sets off, or where it is posted to.
    case acts
  }

  /// No `default`: whoever adds a setting has to think of it here.
  package var touch: Touch {
    switch self {
    case .caFile, .clientCert, .clientKey, .instancesFile, .terraform, .importFrom, .baseline,
      .signKey:
      .reads
    // The journal to resume is read, and may be written by `journal` alone.
    case .verdict, .journal, .resume, .attestation, .subject, .report, .ciDir: .writes
    case .onPromote, .onRollback, .onInconclusive, .verifyRollback, .notify, .events: .acts
    case .target, .semantics, .interval, .timeout, .healthyThreshold, .initialThreshold,
      .unhealthyThreshold, .unhealthyWindow, .matcher, .strict, .host, .header, .userAgent, .method,
      .verifyTLS, .serverName, .proxy, .connectTo, .expectBody, .expectHeader, .expectJSON,
      .expectVersion, .versionFrom, .instances, .dns, .srv, .exec, .asg, .elb, .targetGroup,
      .terraformResource, .expected, .refresh, .expectImage, .expectLaunchTemplateVersion,
      .expectTag, .probeFrom, .crossCheck, .minHealthy, .maxUnhealthy, .maxReplaced, .gracePeriod,
      .soak, .compare, .maxLatencyIncrease, .confidence, .minSamples, .guard, .deadline, .advisory,
      .format, .progress, .hookTimeout, .ci:
      .nothing
    }
  }

  /// Whether it is one run's alone: a run that a hook starts must not write over what the outer one writes, or do
  /// again what the outer one does.
  package var isOfOneRun: Bool { [.writes, .acts].contains(touch) }
}

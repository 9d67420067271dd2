package import GateCore

// Values with some of their properties given in one expression, the others as they stand in the core.

extension GatePolicy {
  package static let plain = GatePolicy(deadline: .zero, expected: 1)
}

extension CanaryStep {
  package static let plain = CanaryStep(name: "")
}

extension ComparisonPolicy {
  package static let plain = ComparisonPolicy()
}

extension GatePolicy {
  package init(
    minHealthy: InstanceCount = plain.minHealthy, maxUnhealthy: InstanceCount = plain.maxUnhealthy,
    maxReplaced: InstanceCount = plain.maxReplaced, gracePeriod: Duration = plain.gracePeriod,
    soak: Duration = plain.soak, deadline: Duration, expected: Int,
    membership: Membership = plain.membership, loadBalancer: LoadBalancerRole = plain.loadBalancer,
    polling: Polling? = nil,
    comparison: ComparisonPolicy? = nil, guards: [GuardMeasure] = [], steps: [CanaryStep] = []
  ) {
    self.init(deadline: deadline, expected: expected)
    self.minHealthy = minHealthy
    self.maxUnhealthy = maxUnhealthy
    self.maxReplaced = maxReplaced
    self.gracePeriod = gracePeriod
    self.soak = soak
    self.membership = membership
    self.loadBalancer = loadBalancer
    self.polling = polling
    self.comparison = comparison
    self.guards = guards
    self.steps = steps
  }
}

extension CanaryStep {
  package init(
    name: String, weight: Int? = nil, soak: Duration = .zero, approval: Duration? = nil,
    isConfirmed: Bool = false, commandTimeout: Duration = plain.commandTimeout,
    guards: [GuardMeasure] = [], deadline: Duration? = nil
  ) {
    self.init(name: name)
    self.weight = weight
    self.soak = soak
    self.approval = approval
    self.isConfirmed = isConfirmed
    self.commandTimeout = commandTimeout
    self.guards = guards
    self.deadline = deadline
  }
}

extension GuardMeasure {
  package init(
    _ name: String, interval: Duration? = nil, timeout: Duration? = nil,
    healthyThreshold: Int? = nil, unhealthyThreshold: Int? = nil, lag: Duration = .zero,
    window: Duration = .zero, minRequests: Int? = nil, isAdvisory: Bool = false,
    isTest: Bool = false
  ) {
    self.init(name)
    self.interval = interval
    self.timeout = timeout
    self.healthyThreshold = healthyThreshold
    self.unhealthyThreshold = unhealthyThreshold
    self.lag = lag
    self.window = window
    self.minRequests = minRequests
    self.isAdvisory = isAdvisory
    self.isTest = isTest
  }
}

extension ComparisonPolicy {
  package init(
    confidence: Confidence = plain.confidence,
    maxLatencyIncrease: LatencyIncrease = plain.maxLatencyIncrease,
    minSamples: Int = plain.minSamples
  ) {
    self.init()
    self.confidence = confidence
    self.maxLatencyIncrease = maxLatencyIncrease
    self.minSamples = minSamples
  }
}

extension Gate {
  /// Creates a gate with one health check.
  package init(check: HealthCheck, policy: GatePolicy) {
    self.init(checks: [check], policy: policy)
  }
}

extension CheckPhases {
  package init(
    nameLookup: Int64? = nil, connect: Int64? = nil, tls: Int64? = nil, firstByte: Int64? = nil,
    total: Int64
  ) {
    self.init(total: total)
    self.nameLookup = nameLookup
    self.connect = connect
    self.tls = tls
    self.firstByte = firstByte
  }
}

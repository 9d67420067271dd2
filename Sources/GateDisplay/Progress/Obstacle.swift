internal import GateCore
internal import GateRecords
internal import GateSettings
internal import GateText

/// The condition that prevents the promotion of a group with enough healthy instances.
struct Obstacle: Sendable {
  enum Kind: Hashable, Sendable {
    case `guard`
    case loadBalancer
    case listing
    case missing
    case resumption
    case latestCheck
    case samples
  }

  var kind: Kind
  /// The words after `waiting for`.
  var words: String

  init(_ kind: Kind, _ words: String) {
    self.kind = kind
    self.words = "waiting for \(words)"
  }
}

extension Gate {
  /// Whether the soak will be over by then, by what is known now.
  func hasSoaked(by now: GateInstant) -> Bool {
    healthySince.map { soaked(since: $0) <= now } ?? false
  }

  /// The first condition that the promotion waits for; nil if there is none of these.
  var obstacle: Obstacle? {
    guardWaitedFor ?? viewWaitedFor ?? listingWaitedFor ?? memberWaitedFor ?? samplesWaitedFor
  }

  private var guardWaitedFor: Obstacle? {
    let waiting = records(.guard) {
      $0.removed == nil && hasSay($0) && ($0.health.state != .healthy || isPending($0))
    }
    guard !waiting.isEmpty else { return nil }
    return Obstacle(.guard, list(waiting.map(\.instance.name), first: 2))
  }

  private var viewWaitedFor: Obstacle? {
    guard policy.loadBalancer != .none else { return nil }
    guard areViewsFresh else {
      let why = view.map { $0.fault == nil ? ": the last one is too old" : "" } ?? ""
      let fault = view?.fault.map { ", which failed the last time: \($0.detail)" } ?? ""
      return Obstacle(.loadBalancer, "the load balancer's view\(why)\(fault.printable)")
    }
    let others = records(.member) {
      $0.removed == nil && $0.health.state == .healthy && $0.view?.state != .healthy
    }
    guard let first = others.first else { return nil }
    let view = first.view.map { ": \($0.words)" } ?? ", which it has not reported yet"
    return Obstacle(
      .loadBalancer,
      "the load balancer to put in service \(first.instance.name)\(view)\(more(others))")
  }

  private var listingWaitedFor: Obstacle? {
    guard !isListingFresh else { return nil }
    guard let listing else { return Obstacle(.listing, "a listing of the group") }
    let why = listing.fault.map { "failed: \($0.detail)" } ?? "is too old"
    return Obstacle(.listing, "a listing of the group: the last one \(why.printable)")
  }

  /// Instances that the latest listing lacks, or that must pass a check.
  private var memberWaitedFor: Obstacle? {
    let healthy = records(.member) { $0.removed == nil && $0.health.state == .healthy }
    let missing = healthy.filter(\.isMissing)
    if let first = missing.first, present - missing.count < expected {
      return Obstacle(
        .missing,
        "\(first.instance.name)\(more(missing)) to be listed again: the latest listing lacks "
          + (missing.count == 1 ? "it" : "them"))
    }
    let unshown = healthy.filter(\.health.mustShowAgain)
    if let first = unshown.first {
      return Obstacle(
        .resumption,
        "\(first.instance.name)\(more(unshown)) to pass again, since the run was resumed")
    }
    let pending = healthy.filter { isPending($0) }
    guard let first = pending.first else { return nil }
    return Obstacle(
      .latestCheck,
      "a passing check of \(first.instance.name)\(more(pending)): the latest did not pass, "
        + first.troubleWords)
  }

  private var samplesWaitedFor: Obstacle? {
    guard let comparison, !comparison.hasEnoughSamples else { return nil }
    let samples = min(comparison.new.checks, comparison.old.checks)
    return Obstacle(
      .samples, "samples to compare: \(samples) of \(comparison.policy.minSamples)")
  }

  private func more(_ records: [InstanceRecord]) -> String {
    records.count > 1 ? ", and \(counted(records.count - 1, "other"))" : ""
  }
}

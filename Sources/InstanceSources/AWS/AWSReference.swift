extension AWSClient {
  /// The region in an ARN; nil if it has none, or the text is a name.
  package static func region(inARN text: String) -> String? {
    let parts = text.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false)
    guard parts.count == 6, parts[0] == "arn", !parts[3].isEmpty else { return nil }
    return String(parts[3])
  }
}

/// A reference to an AWS resource: its name, or its ARN, which also has the region and account.
struct AWSReference: Hashable, Sendable {
  var name: String
  /// The whole ARN; nil if a name was given.
  var arn: String?
  var region: String?
  /// The account ID of the ARN; nil if unknown.
  var account: String?

  enum Kind: Hashable, Sendable {
    case autoScalingGroup
    case classicLoadBalancer
    case targetGroup
    case alarm

    fileprivate var withArticle: String { (self == .autoScalingGroup ? "an " : "a ") + words }

    /// The kind of resource in messages.
    var words: String {
      switch self {
      case .autoScalingGroup: "Auto Scaling group"
      case .classicLoadBalancer: "Classic Load Balancer"
      case .targetGroup: "target group"
      case .alarm: "CloudWatch alarm"
      }
    }

    /// Whether AWS answers with an error if there is none of a name, rather than with an empty list.
    var isErrorIfMissing: Bool { self == .classicLoadBalancer || self == .targetGroup }

    func missing(_ name: String, in place: String) -> SourceError {
      .notFound(what: words, name: shownLine(name), place: place)
    }

    /// The service whose API describes it.
    var service: AWSService {
      switch self {
      case .autoScalingGroup: .autoScaling
      case .classicLoadBalancer: .elasticLoadBalancing
      case .targetGroup: .elasticLoadBalancingV2
      case .alarm: .cloudWatch
      }
    }

    /// The name in the last part of an ARN; nil if it is of another kind.
    ///
    /// Source: Service Authorization Reference, resource types of the three services.
    fileprivate func name(in resource: Substring) -> Substring? {
      switch self {
      case .autoScalingGroup:
        let parts = resource.split(separator: ":", maxSplits: 2)
        guard parts.count == 3, parts[0] == "autoScalingGroup",
          parts[2].hasPrefix("autoScalingGroupName/")
        else { return nil }
        return parts[2].dropFirst("autoScalingGroupName/".count)
      case .classicLoadBalancer:
        let parts = resource.split(separator: "/", omittingEmptySubsequences: false)
        return parts.count == 2 && parts[0] == "loadbalancer" ? parts[1] : nil
      case .targetGroup:
        let parts = resource.split(separator: "/", omittingEmptySubsequences: false)
        return parts.count == 3 && parts[0] == "targetgroup" ? parts[1] : nil
      case .alarm: return resource.hasPrefix("alarm:") ? resource.dropFirst("alarm:".count) : nil
      }
    }
  }

  /// - Throws: `SourceError.unusable` for an ARN of another kind.
  init(_ text: String, _ kind: Kind) throws(SourceError) {
    guard text.hasPrefix("arn:") else {
      name = text
      return
    }
    let parts = text.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false)
    guard parts.count == 6, parts[2] == kind.service.policyPrefix,
      let name = kind.name(in: parts[5]),
      !name.isEmpty
    else {
      throw .unusable(
        detail: "'\(shownLine(text))' is not the ARN of \(kind.withArticle)",
        advice: parts.count == 6 && parts[5].hasPrefix("loadbalancer/")
          ? "name the target group of that load balancer: target-group:NAME"
          : "give the name, or the ARN of \(kind.withArticle)")
    }
    self.name = String(name)
    arn = text
    region = AWSClient.region(inARN: text)
    account = parts[4].isEmpty ? nil : String(parts[4])
  }

  /// Checks that the resource belongs to the given account: several accounts may have the name.
  ///
  /// - Throws: `SourceError.unusable` if it belongs to another one.
  func check(found arn: String?, _ kind: Kind) throws(SourceError) {
    let parts = arn?.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false) ?? []
    guard let account, parts.count == 6, !parts[4].isEmpty, parts[4] != account else { return }
    throw .unusable(
      detail: "the \(kind.words) '\(shownLine(name))' that these credentials see is of the account "
        + "\(shownLine(parts[4], limit: 20)), not of \(shownLine(account, limit: 20))",
      advice: "use credentials of the account \(shownLine(account, limit: 20)) (AWS_PROFILE)")
  }
}

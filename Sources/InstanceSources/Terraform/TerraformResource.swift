internal import GateText

/// An object of a state or a plan.
struct TerraformResource: Hashable, Sendable {
  /// Unique but for deposed objects, which have that of their successor.
  var address: String
  var type: String
  var mode: Mode
  /// An object that its successor has replaced, and that could not be destroyed yet.
  var isDeposed: Bool
  /// Its attributes; null for the types that nothing is read of.
  var values: JSONValue
  /// Of a plan: what of them only the apply will tell.
  var unknown: JSONValue = .null

  enum Mode: Hashable, Sendable { case managed, data }

  /// What it can be used for.
  enum Kind: Hashable, Sendable {
    case classicLoadBalancer
    case targetGroup
    case autoScalingGroup
    /// It ties a group to a load balancer.
    case attachment
  }

  var kind: Kind? { Self.kind(of: type) }

  static func kind(of type: String) -> Kind? {
    switch type {
    case "aws_elb": .classicLoadBalancer
    case "aws_lb_target_group", "aws_alb_target_group": .targetGroup
    case "aws_autoscaling_group": .autoScalingGroup
    case "aws_autoscaling_attachment", "aws_autoscaling_traffic_source_attachment": .attachment
    default: nil
    }
  }
}

extension TerraformResource: JSONObjectReadable {
  init(_ fields: JSONFields) throws(JSONFieldError) {
    address = try fields.want("address")
    type = try fields.want("type")
    let mode: String? = try fields.find("mode")
    self.mode = mode == "data" ? .data : .managed
    let deposedKey: String? = try fields.find("deposed_key")
    isDeposed = deposedKey != nil
    // Most of a large state is of other types.
    values = Self.kind(of: type) == nil ? .null : try fields.find("values") ?? .null
  }
}

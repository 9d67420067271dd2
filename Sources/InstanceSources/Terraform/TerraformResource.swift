internal import GateText

/// An object of a state or a plan.
struct TerraformResource: Hashable, Sendable {
  /// The address, which is unique except for deposed objects: they have that of their successor.
  var address: String
  var type: String
  var mode: Mode
  /// Whether its successor replaced it, but it could not be destroyed yet.
  var isDeposed: Bool
  /// Its attributes; null for types of which nothing is read.
  var values: JSONValue
  /// The attributes that a plan does not know before it is applied; null for a state.
  var unknown: JSONValue = .null

  enum Mode: Hashable, Sendable { case managed, data }

  /// What it can be used for.
  enum Kind: Hashable, Sendable {
    case classicLoadBalancer
    case targetGroup
    case autoScalingGroup
    /// It attaches a group to a load balancer.
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
    // Most objects in a large state are of other types.
    values = Self.kind(of: type) == nil ? .null : try fields.find("values") ?? .null
  }
}

internal import FoundationEssentials
internal import GateFormats

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
    case "aws_autoscaling_attachment": .attachment
    default: nil
    }
  }
}

extension TerraformResource: Decodable {
  private enum CodingKeys: String, CodingKey {
    case address, type, mode, values
    case deposedKey = "deposed_key"
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    address = try container.decode(String.self, forKey: .address)
    type = try container.decode(String.self, forKey: .type)
    mode = try container.decodeIfPresent(String.self, forKey: .mode) == "data" ? .data : .managed
    isDeposed = try container.decodeIfPresent(String.self, forKey: .deposedKey) != nil
    // Most of a large state is of other types; their attributes cost the most time.
    values =
      Self.kind(of: type) == nil
      ? .null : try container.decodeIfPresent(JSONValue.self, forKey: .values) ?? .null
  }
}

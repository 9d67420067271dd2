/// Why a Terraform document does not have the requested information.
package enum TerraformError: Error, Hashable, Sendable {
  /// The bytes are not an output of `terraform show -json`.
  case unreadable(path: String, detail: Detail)
  /// The address does not exist; `fitting` are addresses that can be used.
  case noSuchResource(address: String, path: String, fitting: [String])
  /// The resource at the address has a type that cannot be used.
  case wrongType(address: String, type: String, fitting: [String])
  /// Several resources can be used: there is no address, or an index is left out.
  case severalFit(Purpose, path: String, fitting: [String])
  case noneFits(Purpose, path: String)
  /// The group's load balancer is not in the document; `names` are its names in the group.
  case attachedElsewhere(address: String, names: [String])
  /// Attributes that a plan does not know before it is applied, such as `name`, `timeout`.
  case notKnownYet(address: String, attributes: [String])
  case unusable(detail: String, advice: String)

  /// The purpose for which a resource is needed.
  package enum Purpose: Hashable, Sendable {
    /// The group whose instances are checked.
    case group
    /// The source of the health check.
    case healthCheck
  }

  /// What the bytes are instead.
  package enum Detail: Error, Hashable, Sendable {
    case empty
    case tooLarge(mebibytes: Int)
    case malformed(String)
    /// Other JSON.
    case otherJSON
    /// `terraform.tfstate`, whose format is internal to Terraform.
    case stateFile
    /// The output file of `terraform plan -out`.
    case savedPlan
    case formatVersion(String)
    case noResources
  }

  /// Whether the error is in the bytes, rather than in what was requested.
  package var isAboutContent: Bool {
    switch self {
    case .unreadable: true
    case .noSuchResource, .wrongType, .severalFit, .noneFits, .attachedElsewhere, .notKnownYet,
      .unusable:
      false
    }
  }
}

extension TerraformError: CustomStringConvertible {
  /// What happened, and where.
  package var message: String {
    switch self {
    case .unreadable(let path, let detail): "\(path) \(detail.words)"
    case .noSuchResource(let address, let path, _): "there is no '\(address)' in \(path)"
    case .wrongType(let address, let type, _):
      "\(address) is an \(type): neither a load balancer with a health check nor an Auto Scaling "
        + "group"
    case .severalFit(let purpose, let path, let fitting):
      "\(fitting.count) resources of \(path) could be \(purpose.words): \(Self.list(fitting))"
    case .noneFits(let purpose, let path):
      "no resource of \(path) could be \(purpose.words)"
    case .attachedElsewhere(let address, let names):
      "\(address) is attached to \(Self.list(names)), which is not in the same file"
    case .notKnownYet(let address, let attributes):
      "the plan does not know these attributes of \(address) yet: \(Self.list(attributes))"
    case .unusable(let detail, _): detail
    }
  }

  /// What to do next.
  package var hint: String {
    switch self {
    case .unreadable(_, let detail): detail.hint
    case .noSuchResource(_, _, let fitting), .wrongType(_, _, let fitting):
      fitting.isEmpty
        ? "'terraform state list' shows the addresses"
        : "set terraform_resource to one of \(Self.list(fitting))"
    case .severalFit(.group, _, _): "name one of them with terraform_resource"
    case .severalFit(.healthCheck, _, _):
      "name one of them with terraform_resource, or with import_from terraform:FILE#ADDRESS"
    case .noneFits:
      "it takes an aws_elb, aws_lb_target_group or aws_autoscaling_group: is it the file of another "
        + "configuration?"
    case .attachedElsewhere:
      "import the health check from there: import_from elb:NAME or target-group:ARN"
    case .notKnownYet:
      "run 'terraform apply' first and give the output of 'terraform show -json' after it, or name "
        + "another resource, or set the missing settings yourself"
    case .unusable(_, let advice): advice
    }
  }

  package var description: String { message }

  /// The first names, and the number of others.
  private static func list(_ names: [String], most: Int = 20) -> String {
    let shown = names.prefix(most).map { shownLine($0) }.joined(separator: ", ")
    return names.count > most ? "\(shown) and \(names.count - most) more" : shown
  }
}

extension TerraformError.Purpose {
  fileprivate var words: String {
    switch self {
    case .group: "the group"
    case .healthCheck: "the one with the health check"
    }
  }
}

extension TerraformError.Detail {
  fileprivate var words: String {
    switch self {
    case .empty: "is empty"
    case .tooLarge(let mebibytes): "is larger than \(mebibytes) MiB"
    case .malformed(let detail): "cannot be read as output of 'terraform show -json': \(detail)"
    case .otherJSON: "is JSON, but not what 'terraform show -json' prints"
    case .stateFile: "is Terraform's own state file, whose format may change at any time"
    case .savedPlan: "is a saved plan, which only Terraform can read"
    case .formatVersion(let version):
      "has the format version \(version), but only 0.1 to 1.x are supported"
    case .noResources: "has no resources: the state is empty"
    }
  }

  fileprivate var hint: String {
    switch self {
    case .empty: "did 'terraform show -json' fail?"
    case .tooLarge, .malformed, .otherJSON, .stateFile:
      "give the complete output of 'terraform show -json'"
    case .savedPlan: "give the output of 'terraform show -json PLAN'"
    case .formatVersion: "is there a newer healthgate?"
    case .noResources: "run 'terraform apply' first"
    }
  }
}

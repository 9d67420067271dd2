/// A part of AWS with separate accounts and domain names.
///
/// Source: botocore's `partitions.json`.
struct AWSPartition: Hashable, Sendable {
  var domain: String
  /// The domain of endpoints with IPv4 and IPv6; nil if there are none.
  var dualStackDomain: String?
  var isGovCloud = false

  /// The partition of a region; an unknown region is taken as commercial.
  init(region: String) {
    let parts: (String, String?) =
      switch region.split(separator: "-").prefix(2).joined(separator: "-") {
      case let name where name.hasPrefix("cn-"):
        ("amazonaws.com.cn", "api.amazonwebservices.com.cn")
      case let name where name.hasPrefix("eusc-"):
        ("amazonaws.eu", "api.amazonwebservices.eu")
      case "us-iso": ("c2s.ic.gov", "api.aws.ic.gov")
      case "us-isob": ("sc2s.sgov.gov", "api.aws.scloud")
      case "eu-isoe": ("cloud.adc-e.uk", nil)
      case "us-isof": ("csp.hci.ic.gov", nil)
      default: ("amazonaws.com", "api.aws")
      }
    (domain, dualStackDomain) = parts
    isGovCloud = region.hasPrefix("us-gov-")
  }
}

/// The requested variant of AWS's own endpoints.
struct EndpointVariant: Hashable, Sendable {
  var isFIPS = false
  var isDualStack = false
}

extension AWSService {
  /// AWS's own endpoint for a region.
  ///
  /// - Throws: `SourceError.unusable` if there is no such variant.
  func endpoint(region: String, variant: EndpointVariant) throws(SourceError) -> String {
    let partition = AWSPartition(region: region)
    guard let domain = variant.isDualStack ? partition.dualStackDomain : partition.domain else {
      throw .unusable(
        detail: "there are no dual-stack endpoints in \(region)",
        advice: "unset AWS_USE_DUALSTACK_ENDPOINT")
    }
    // GovCloud's plain names are FIPS endpoints; for most services, its dual-stack names are not.
    let isPlainFIPS = partition.isGovCloud && (!variant.isDualStack || self == .cloudWatch)
    let suffix = variant.isFIPS && !isPlainFIPS ? "-fips" : ""
    return "https://\(hostLabel)\(suffix).\(region).\(domain)/"
  }
}

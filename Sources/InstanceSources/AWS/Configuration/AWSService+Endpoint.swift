/// The domain of endpoints in a part of AWS with separate accounts, and that of endpoints with IPv4
/// and IPv6, which is nil if there are none; an unknown region is taken as commercial.
///
/// Source: botocore's `partitions.json`.
private func domains(ofRegion region: String) -> (plain: String, dualStack: String?) {
  switch region.split(separator: "-").prefix(2).joined(separator: "-") {
  case let name where name.hasPrefix("cn-"): ("amazonaws.com.cn", "api.amazonwebservices.com.cn")
  case let name where name.hasPrefix("eusc-"): ("amazonaws.eu", "api.amazonwebservices.eu")
  case "us-iso": ("c2s.ic.gov", "api.aws.ic.gov")
  case "us-isob": ("sc2s.sgov.gov", "api.aws.scloud")
  case "eu-isoe": ("cloud.adc-e.uk", nil)
  case "us-isof": ("csp.hci.ic.gov", nil)
  default: ("amazonaws.com", "api.aws")
  }
}

extension AWSService {
  /// AWS's own endpoint for a region.
  ///
  /// - Throws: `SourceError.unusable` if there is no such variant.
  func endpoint(
    region: String, isFIPS: Bool, isDualStack: Bool
  ) throws(SourceError) -> String {
    let domains = domains(ofRegion: region)
    guard let domain = isDualStack ? domains.dualStack : domains.plain else {
      throw .unusable(
        detail: "there are no dual-stack endpoints in \(region)",
        advice: "unset AWS_USE_DUALSTACK_ENDPOINT")
    }
    // GovCloud's plain names are FIPS endpoints; for most services, its dual-stack names are not.
    let isPlainFIPS = region.hasPrefix("us-gov-") && (!isDualStack || self == .cloudWatch)
    let suffix = isFIPS && !isPlainFIPS ? "-fips" : ""
    return "https://\(hostLabel)\(suffix).\(region).\(domain)/"
  }
}

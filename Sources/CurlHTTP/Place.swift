internal import Curl
internal import GateCore

/// The URL and names of an instance's checks, parsed once.
final class Place {
  let url: ParsedURL
  /// The URL of the connection that is opened first to send the PROXY header; nil without that
  /// header.
  let plainURL: ParsedURL?
  /// The names that are looked up for each check.
  let names: [Destination]

  /// - Throws: `CurlFailure` if libcurl cannot parse the URL.
  init(_ instance: Instance, _ plan: RequestTemplate) throws(CurlFailure) {
    url = try ParsedURL(plan.url(of: instance))
    plainURL = plan.proxyProtocol == nil ? nil : try ParsedURL(plan.plainURL(of: instance))
    names = plan.names(of: instance)
  }
}

internal import Curl
internal import GateCore

/// The URL and names of an instance's checks, parsed once.
final class Place {
  let url: ParsedURL
  /// For a connection that is only to be made; nil: none is.
  let plainURL: ParsedURL?
  /// What must be looked up each time.
  let names: [Destination]

  /// - Throws: `CurlFailure` when libcurl cannot read its URL.
  init(_ instance: Instance, _ plan: RequestTemplate) throws(CurlFailure) {
    url = try ParsedURL(plan.url(of: instance))
    plainURL = plan.proxyProtocol == nil ? nil : try ParsedURL(plan.plainURL(of: instance))
    names = plan.names(of: instance)
  }
}

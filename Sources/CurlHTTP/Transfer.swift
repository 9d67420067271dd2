internal import CCurl
internal import CCurlShims
internal import GateCore

/// A place for one check under way: a handle that is set up once and used again and again.
final class Transfer {
  let handle: EasyHandle
  /// The place of the plan that it is set up for.
  let lane: Int
  /// The instance being checked; nil while the place is free.
  var key: InstanceKey?
  var role = InstanceRole.member
  var started = GateInstant.start
  /// When it began, on the clock that stands still while the gate is not listening.
  var startedListening: Int64 = 0
  /// How often the place was used: tells a later check from an earlier one.
  var generation = 0
  /// Whether the instance is at a name, of which a trace tells how long it took.
  var looksUpName = false
  /// These must outlive the transfer.
  private var url: ParsedURL?
  private var headers: StringList?
  private var mappings: StringList?

  /// Headers beyond this are no answer: an Application Load Balancer takes 32 KiB.
  private static let headerLimit = 32 * 1024
  /// A body beyond this has no end worth waiting for.
  private static let bodyLimit = 16 * 1024 * 1024
  /// So much of a body is kept to explain a failure.
  static let excerptBytes = 200

  /// `index` is the place of this one among all of a checker's.
  init(_ plan: ProbePlan, lane: Int, index: Int) throws(CurlFailure) {
    self.lane = lane
    handle = try EasyHandle()
    let tag = UnsafeMutableRawPointer(bitPattern: index + 1)
    try CurlFailure.check(hg_easy_set_pointer(handle.raw, CURLOPT_PRIVATE, tag))
    try handle.receiveResponse()
    handle.response.pointee.header_limit = Self.headerLimit
    handle.response.pointee.body_limit = Self.bodyLimit
    handle.response.pointee.body_kept = max(plan.judge?.bodyBytesWanted ?? 0, Self.excerptBytes)
    try setTransport(plan)
    try setTLS(plan)
    try setRequest(plan)
  }

  /// The place of the transfer of this handle, which libcurl keeps for it.
  static func index(of raw: UnsafeMutableRawPointer) -> Int {
    var tag: UnsafeMutableRawPointer?
    _ = hg_easy_get_pointer(raw, CURLINFO_PRIVATE, &tag)
    return Int(bitPattern: tag) - 1
  }

  /// Points the handle at an instance; what is the same as the last time is not set again.
  func aim(at url: ParsedURL, headers: StringList?, mappings: StringList?) throws(CurlFailure) {
    hg_response_reset(handle.response)
    self.url = url
    try CurlFailure.check(
      hg_easy_set_pointer(handle.raw, CURLOPT_CURLU, UnsafeMutableRawPointer(url.raw)))
    if headers !== self.headers {
      try handle.set(CURLOPT_HTTPHEADER, headers)
      self.headers = headers
    }
    if mappings !== self.mappings {
      try handle.set(CURLOPT_CONNECT_TO, mappings)
      self.mappings = mappings
    }
  }

  private func setTransport(_ plan: ProbePlan) throws(CurlFailure) {
    try handle.set(CURLOPT_NOSIGNAL, 1)
    try handle.set(CURLOPT_PROTOCOLS_STR, "http,https")
    // A new connection for each check, as the load balancers do.
    try handle.set(CURLOPT_FRESH_CONNECT, 1)
    try handle.set(CURLOPT_FORBID_REUSE, 1)
    // The checker keeps the time-out; libcurl's would count time in which nobody listened.
    try handle.set(CURLOPT_TIMEOUT_MS, 0)
    try handle.set(CURLOPT_CONNECTTIMEOUT_MS, Int(Int32.max))
    // Each literal address would become an entry of a cache that is searched for every check.
    try handle.set(CURLOPT_DNS_CACHE_TIMEOUT, 0)
    // An empty proxy, or else http_proxy in a CI runner's environment redirects the checks.
    try handle.set(CURLOPT_PROXY, plan.proxy ?? "")
    try handle.set(CURLOPT_NOPROXY, "")
    // A proxy's answer to CONNECT is no part of the instance's.
    try handle.set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
    // What goes out in one piece has nothing to wait for: a system call less a check.
    if plan.sendsOnePiece { try handle.set(CURLOPT_TCP_NODELAY, 0) }
    try handle.set(CURLOPT_BUFFERSIZE, 1024)
    try handle.set(CURLOPT_PATH_AS_IS, 1)
    if !plan.check.target.scheme.hasPath { try handle.set(CURLOPT_CONNECT_ONLY, 1) }
  }

  private func setTLS(_ plan: ProbePlan) throws(CurlFailure) {
    try handle.set(CURLOPT_SSL_ENABLE_ALPN, plan.check.target.scheme == .grpcs ? 1 : 0)
    try handle.set(CURLOPT_SSL_SESSIONID_CACHE, 0)
    try handle.set(CURLOPT_SSL_VERIFYPEER, plan.verifiesTLS ? 1 : 0)
    try handle.set(CURLOPT_SSL_VERIFYHOST, plan.verifiesTLS ? 2 : 0)
    if let file = plan.caFile {
      try handle.set(CURLOPT_CAINFO, file)
    } else if !plan.verifiesTLS {
      // Not even read: parsing the system's bundle would cost more than the check.
      try handle.set(CURLOPT_CAINFO, nil as String?)
      try handle.set(CURLOPT_CAPATH, nil as String?)
    }
    try handle.set(CURLOPT_SSLCERT, plan.clientCertificate)
    try handle.set(CURLOPT_SSLKEY, plan.clientKey)
  }

  private func setRequest(_ plan: ProbePlan) throws(CurlFailure) {
    try handle.set(CURLOPT_USERAGENT, plan.agent)
    // What is compressed stays so: a bomb is as small as it came.
    try handle.set(CURLOPT_HTTP_CONTENT_DECODING, 0)
    guard plan.check.target.scheme.isGRPC else {
      try handle.set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
      switch plan.method {
      case nil, "GET": break
      case "HEAD": try handle.set(CURLOPT_NOBODY, 1)
      case .some(let method): try handle.set(CURLOPT_CUSTOMREQUEST, method)
      }
      return
    }
    let version =
      plan.check.target.scheme == .grpcs
      ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE
    try handle.set(CURLOPT_HTTP_VERSION, Int(version))
    try handle.set(CURLOPT_POST, 1)
    try handle.set(CURLOPT_POSTFIELDSIZE, GRPCAnswer.emptyRequest.count)
    let copied = GRPCAnswer.emptyRequest.withUnsafeBytes { bytes in
      hg_easy_set_pointer(
        handle.raw, CURLOPT_COPYPOSTFIELDS, UnsafeMutableRawPointer(mutating: bytes.baseAddress))
    }
    try CurlFailure.check(copied)
  }
}

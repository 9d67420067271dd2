internal import CCurl
internal import CCurlShims
internal import GateCore
internal import GateInsight

/// A place for one check under way: a handle that is set up once and used again and again.
final class Transfer {
  let handle: EasyHandle
  /// The place of the plan that it is set up for.
  let lane: Int
  /// Its own place among a runner's.
  let index: Int
  /// The instance being checked; nil while the place is free.
  var key: InstanceKey?
  var role = InstanceRole.member
  var started = GateInstant.start
  /// When it began, on the clock that stands still while the gate is not listening.
  var startedListening: Int64 = 0
  /// How often the place was used: tells a later check from an earlier one.
  var generation = 0
  /// Whether it has been used for a check.
  var isSpent = false
  /// How far it has come; idle while the place is free.
  var stage = Stage.idle
  /// Makes the connection where something must be sent on it before libcurl does.
  let opener: EasyHandle?
  let usesHTTP2: Bool
  let isTLS: Bool
  /// What is asked over HTTP/2.
  var request: HTTP2Request?
  var exchange: HTTP2Exchange?
  /// How long the names took; nil: none was looked up.
  var lookupMicroseconds: Int64?
  /// Until the opener's connection was there.
  var openedMicroseconds: Int64?
  /// What came before libcurl's own clock of the transfer started: names, and an opener.
  var earlierMicroseconds: Int64 = 0
  /// The names that are still to be looked up, and what was found.
  var names = 0
  var addresses: [String] = []
  /// These must outlive the transfer.
  private var place: Place?
  private var headers: StringList?
  private var mappings: StringList?
  private var resolutions: StringList?

  enum Stage: Hashable {
    case idle
    case lookingUp
    case opening
    /// In libcurl's hands.
    case transferring
    case exchanging
  }

  /// Headers beyond this are no answer: an Application Load Balancer takes 32 KiB.
  private static let headerLimit = 32 * 1024
  /// A body beyond this has no end worth waiting for.
  private static let bodyLimit = 16 * 1024 * 1024

  /// `index` is the place of this one among all of a runner's.
  init(_ plan: RequestTemplate, lane: Int, index: Int) throws(CurlFailure) {
    self.lane = lane
    self.index = index
    usesHTTP2 = plan.usesHTTP2
    isTLS = plan.check.target.scheme.isTLS
    handle = try EasyHandle()
    opener = plan.proxyProtocol == nil ? nil : try EasyHandle()
    for handle in [handle, opener].compactMap({ $0 }) {
      let tag = UnsafeMutableRawPointer(bitPattern: index + 1)
      try CurlFailure.check(hg_easy_set_pointer(handle.raw, CURLOPT_PRIVATE, tag))
      try handle.receiveResponse()
      try setTransport(of: handle, plan)
    }
    try opener?.leaveConnectionOpen()
    if opener != nil { try CurlFailure.check(hg_easy_take_connected(handle.raw)) }
    let kept = plan.check.target.scheme.isGRPC ? GRPCAnswer.bytesRead : MarkedPage.bytesRead
    handle.response.pointee.strict = true
    handle.response.pointee.header_limit = Self.headerLimit
    handle.response.pointee.body_limit = Self.bodyLimit
    handle.response.pointee.body_kept = max(plan.judge?.bodyBytesWanted ?? 0, kept)
    try setTLS(plan)
    try setRequest(plan)
  }

  /// The place of the transfer of this handle, which libcurl keeps for it.
  static func index(of raw: UnsafeMutableRawPointer) -> Int {
    var tag: UnsafeMutableRawPointer?
    guard hg_easy_get_pointer(raw, CURLINFO_PRIVATE, &tag) == CURLE_OK else { return -1 }
    return Int(bitPattern: tag) - 1
  }

  /// Points the handle at an instance; what is the same as the last time is not set again.
  func aim(at place: Place, headers: StringList?, mappings: StringList?) throws(CurlFailure) {
    hg_response_reset(handle.response)
    self.place = place
    lookupMicroseconds = nil
    openedMicroseconds = nil
    earlierMicroseconds = 0
    try CurlFailure.check(
      hg_easy_set_pointer(handle.raw, CURLOPT_CURLU, UnsafeMutableRawPointer(place.url.raw)))
    if headers !== self.headers {
      try handle.set(CURLOPT_HTTPHEADER, headers)
      self.headers = headers
    }
    if mappings !== self.mappings {
      try handle.set(CURLOPT_CONNECT_TO, mappings)
      try opener?.set(CURLOPT_CONNECT_TO, mappings)
      self.mappings = mappings
    }
    guard let opener, let plain = place.plainURL else { return }
    hg_response_reset(opener.response)
    try CurlFailure.check(
      hg_easy_set_pointer(opener.raw, CURLOPT_CURLU, UnsafeMutableRawPointer(plain.raw)))
  }

  /// Hands over the addresses that were found.
  func useAddresses() throws(CurlFailure) {
    let list = try StringList(addresses)
    for handle in [handle, opener].compactMap({ $0 }) {
      try handle.set(CURLOPT_RESOLVE, list)
      // For this check, and out of libcurl's cache some time after it.
      try handle.set(CURLOPT_DNS_CACHE_TIMEOUT, 60)
    }
    resolutions = list
  }

  /// The handle whose times and errors are those of this check; nil: none has begun.
  var current: EasyHandle? {
    switch stage {
    case .idle, .lookingUp: nil
    case .opening: opener
    case .transferring, .exchanging: handle
    }
  }

  /// How long a phase took from the start of the check; nil: it is not over.
  func time(_ info: CURLINFO) -> Int64? {
    guard let time = current?.microseconds(info), time > 0 else { return nil }
    return earlierMicroseconds + time
  }

  /// From the start to the end, by libcurl's clock, which starts with the transfer and not with the
  /// wish for one; nil when libcurl does not know that it has ended.
  var totalMicroseconds: Int64? {
    guard let total = time(CURLINFO_TOTAL_TIME_T) else { return nil }
    guard let exchange else { return total }
    return exchange.endedAt.map { total + $0 - exchange.connectedAt }
  }

  /// Until the first byte of the answer; nil: there is none.
  var firstByteMicroseconds: Int64? {
    guard let exchange else { return time(CURLINFO_STARTTRANSFER_TIME_T) }
    guard let first = exchange.firstByteMicroseconds else { return nil }
    return time(CURLINFO_TOTAL_TIME_T).map { $0 + first }
  }

  /// The HTTP status, or 0.
  var httpStatus: Int {
    guard stage != .exchanging else { return exchange?.status ?? 0 }
    return stage == .transferring ? handle.long(CURLINFO_RESPONSE_CODE) : 0
  }

  private func setTransport(of handle: EasyHandle, _ plan: RequestTemplate) throws(CurlFailure) {
    try handle.set(CURLOPT_NOSIGNAL, 1)
    try CurlFailure.check(hg_easy_allow_http(handle.raw))
    // A new connection for each check, as the load balancers do.
    try handle.set(CURLOPT_FRESH_CONNECT, 1)
    try handle.set(CURLOPT_FORBID_REUSE, 1)
    // The checker keeps the timeout; libcurl's would count time in which nobody listened.
    try handle.set(CURLOPT_TIMEOUT_MS, 0)
    try handle.set(CURLOPT_CONNECTTIMEOUT_MS, Int(Int32.max))
    // Each literal address would become an entry of a cache that is searched for every check.
    try handle.set(CURLOPT_DNS_CACHE_TIMEOUT, 0)
    // An empty proxy, or else http_proxy in a CI runner's environment redirects the checks.
    try handle.set(CURLOPT_PROXY, plan.proxy ?? "")
    try handle.set(CURLOPT_NOPROXY, "")
    // Through an HTTP proxy all checks use CONNECT: the instance gets what it would get without one.
    if plan.proxy != nil { try handle.set(CURLOPT_HTTPPROXYTUNNEL, 1) }
    // A proxy's answer to CONNECT is no part of the instance's.
    try handle.set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
    // What goes out in one piece has nothing to wait for: a system call less a check.
    if plan.sendsOnePiece { try handle.set(CURLOPT_TCP_NODELAY, 0) }
    try handle.set(CURLOPT_BUFFERSIZE, 1024)
    try handle.set(CURLOPT_PATH_AS_IS, 1)
    if !plan.check.target.scheme.hasPath { try handle.set(CURLOPT_CONNECT_ONLY, 1) }
    if plan.usesHTTP2 { try handle.leaveConnectionOpen() }
  }

  private func setTLS(_ plan: RequestTemplate) throws(CurlFailure) {
    try handle.set(CURLOPT_SSL_ENABLE_ALPN, 0)
    if plan.usesHTTP2, isTLS, !hg_easy_offer_http2(handle.raw) {
      // Before 8.0 libcurl leaves such a connection alone, whatever is agreed on.
      try handle.set(CURLOPT_SSL_ENABLE_ALPN, 1)
      try handle.set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_2TLS))
    }
    if plan.tlsMax == .v1_2 {
      try handle.set(CURLOPT_SSLVERSION, CURL_SSLVERSION_MAX_TLSv1_2)
    }
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

  private func setRequest(_ plan: RequestTemplate) throws(CurlFailure) {
    try handle.set(CURLOPT_USERAGENT, plan.agent)
    // What is compressed stays so: a bomb is as small as it came.
    try handle.set(CURLOPT_HTTP_CONTENT_DECODING, 0)
    guard !plan.usesHTTP2 else { return }
    try handle.set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
    // What is no HTTP/1.1 is refused, and kept to be looked at.
    try handle.set(CURLOPT_HTTP09_ALLOWED, 1)
    switch plan.method {
    case nil, "GET": break
    case "HEAD": try handle.set(CURLOPT_NOBODY, 1)
    case .some(let method): try handle.set(CURLOPT_CUSTOMREQUEST, method)
    }
  }
}

extension EasyHandle {
  /// Has the connection made, and left to whoever asks for it.
  fileprivate func leaveConnectionOpen() throws(CurlFailure) {
    try set(CURLOPT_CONNECT_ONLY, 1)
    try set(CURLOPT_FORBID_REUSE, 0)
  }
}

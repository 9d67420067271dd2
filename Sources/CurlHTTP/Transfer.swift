internal import Curl
internal import GateCore
internal import GateInsight

/// A reusable libcurl handle for one running check.
final class Transfer {
  let handle: EasyHandle
  /// The index of the plan (lane) for which it is set up.
  let lane: Int
  /// Its index among the transfers of the runner.
  let index: Int
  /// The instance being checked; nil while the transfer is free.
  var key: InstanceKey?
  var role = InstanceRole.member
  var started = GateInstant.start
  /// The time of its start on the clock that stands still while the gate is not listening.
  var startedListening: Int64 = 0
  /// The number of times it was used; tells a later check from an earlier one.
  var generation = 0
  /// Whether it has been used for a check.
  var isSpent = false
  /// How far it has come; idle while it is free.
  var stage = Stage.idle
  /// Makes the connection if something must be sent on it before libcurl may use it; else nil.
  let opener: EasyHandle?
  let usesHTTP2: Bool
  let isTLS: Bool
  /// The request over HTTP/2; nil for other checks.
  var request: HTTP2Request?
  var exchange: HTTP2Exchange?
  /// The duration of the name lookups in microseconds; nil if there were none.
  var lookupMicroseconds: Int64?
  /// The time until the opener's connection was made, in microseconds; nil without an opener.
  var openedMicroseconds: Int64?
  /// The microseconds before libcurl's clock of the transfer started: name lookups, and an opener.
  var earlierMicroseconds: Int64 = 0
  /// The number of names that are still to be looked up.
  var names = 0
  var addresses: [String] = []
  /// Objects that must outlive the transfer, because libcurl refers to them.
  private var place: Place?
  private var headers: StringList?
  private var mappings: StringList?
  private var resolutions: StringList?

  enum Stage: Hashable {
    case idle
    case lookingUp
    case opening
    /// libcurl performs the transfer.
    case transferring
    case exchanging
  }

  /// The largest header that is accepted; an Application Load Balancer accepts 32 KiB.
  private static let headerLimit = 32 * 1024
  /// The largest body that is read: a larger one is treated as endless.
  private static let bodyLimit = 16 * 1024 * 1024

  /// Sets a transfer up for a plan; `index` is its index among the runner's transfers.
  init(_ plan: RequestTemplate, lane: Int, index: Int) throws(CurlFailure) {
    self.lane = lane
    self.index = index
    usesHTTP2 = plan.usesHTTP2
    isTLS = plan.check.target.scheme.isTLS
    handle = try EasyHandle(tag: index)
    opener = plan.proxyProtocol == nil ? nil : try EasyHandle(tag: index)
    for handle in [handle, opener].compactMap({ $0 }) { try setTransport(of: handle, plan) }
    try opener?.leaveConnectionOpen()
    if opener != nil { try handle.usesGivenConnection() }
    let kept = plan.check.target.scheme.isGRPC ? GRPCAnswer.bytesRead : MarkedPage.bytesRead
    handle.response.pointee.strict = true
    handle.response.pointee.header_limit = Self.headerLimit
    handle.response.pointee.body_limit = Self.bodyLimit
    handle.response.pointee.body_kept = max(plan.judge?.bodyBytesWanted ?? 0, kept)
    try setTLS(plan)
    try setRequest(plan)
  }

  /// Sets the instance; values that have not changed since the last check are not set again.
  func aim(at place: Place, headers: StringList?, mappings: StringList?) throws(CurlFailure) {
    handle.forgetResponse()
    self.place = place
    lookupMicroseconds = nil
    openedMicroseconds = nil
    earlierMicroseconds = 0
    try handle.set(place.url)
    if headers !== self.headers {
      try handle.set(.httpHeader, headers)
      self.headers = headers
    }
    if mappings !== self.mappings {
      try handle.set(.connectTo, mappings)
      try opener?.set(.connectTo, mappings)
      self.mappings = mappings
    }
    guard let opener, let plain = place.plainURL else { return }
    opener.forgetResponse()
    try opener.set(plain)
  }

  /// Sets the instance, with the header lines and mappings that are for it alone.
  func aim(at place: Place, of instance: Instance, _ plan: RequestTemplate) throws(CurlFailure) {
    try aim(
      at: place,
      headers: try StringList(plan.headerLines(host: plan.hostOverride(for: instance))),
      mappings: try StringList(plan.connectMappings(for: instance)))
  }

  /// Passes the addresses that were looked up to libcurl.
  func useAddresses() throws(CurlFailure) {
    let list = try StringList(addresses)
    for handle in [handle, opener].compactMap({ $0 }) {
      try handle.set(.resolve, list)
      // They are for this check only, and expire from libcurl's cache soon after it.
      try handle.set(.dnsCacheTimeout, 60)
    }
    resolutions = list
  }

  /// The handle that has the times and errors of this check; nil if none has begun.
  var current: EasyHandle? {
    switch stage {
    case .idle, .lookingUp: nil
    case .opening: opener
    case .transferring, .exchanging: handle
    }
  }

  /// The time from the start of the check to the end of a phase; nil if the phase is not over.
  func time(_ info: CurlInfo<Int64>) -> Int64? {
    guard let time = current?[info], time > 0 else { return nil }
    return earlierMicroseconds + time
  }

  /// The time from the start to the end in microseconds; nil if libcurl does not know of the end.
  ///
  /// libcurl's clock starts with the transfer, not with the request for one.
  var totalMicroseconds: Int64? {
    guard let total = time(.totalTime) else { return nil }
    guard let exchange else { return total }
    return exchange.endedAt.map { total + $0 - exchange.connectedAt }
  }

  /// The time until the first byte of the response, in microseconds; nil if there was none.
  var firstByteMicroseconds: Int64? {
    guard let exchange else { return time(.startTransferTime) }
    guard let first = exchange.firstByteMicroseconds else { return nil }
    return time(.totalTime).map { $0 + first }
  }

  /// The HTTP status; 0 if there is none.
  var httpStatus: Int {
    guard stage != .exchanging else { return exchange?.status ?? 0 }
    return stage == .transferring ? handle[.responseCode] : 0
  }

  private func setTransport(of handle: EasyHandle, _ plan: RequestTemplate) throws(CurlFailure) {
    // Load balancers make a new connection for each check.
    try handle.set(.freshConnect, 1)
    try handle.set(.forbidReuse, 1)
    // The checker handles the timeout; libcurl's would include time in which the loop was not
    // listening.
    try handle.set(.timeoutMS, 0)
    try handle.set(.connectTimeoutMS, Int(Int32.max))
    // Otherwise each literal address becomes an entry of a cache that is searched at every check.
    try handle.set(.dnsCacheTimeout, 0)
    // Without an empty proxy, http_proxy in a CI runner's environment would redirect the checks.
    try handle.set(.proxy, plan.proxy ?? "")
    try handle.set(.noProxy, "")
    // Through an HTTP proxy, all checks use CONNECT, so that the instance gets the same request.
    if plan.proxy != nil { try handle.set(.httpProxyTunnel, 1) }
    // The proxy's response to CONNECT is not part of the instance's.
    try handle.set(.suppressConnectHeaders, 1)
    // A request in one packet has nothing to wait for: this saves a system call per check.
    if plan.sendsOnePiece { try handle.set(.tcpNoDelay, 0) }
    try handle.set(.bufferSize, 1024)
    try handle.set(.pathAsIs, 1)
    if !plan.check.target.scheme.hasPath { try handle.set(.connectOnly, 1) }
    if plan.usesHTTP2 { try handle.leaveConnectionOpen() }
  }

  private func setTLS(_ plan: RequestTemplate) throws(CurlFailure) {
    try handle.set(.sslEnableALPN, 0)
    if plan.usesHTTP2, isTLS, !handle.offerHTTP2() {
      // Before 8.0 libcurl does not use such a connection otherwise, whatever was negotiated.
      try handle.set(.sslEnableALPN, 1)
      try handle.set(.httpVersion, HTTPVersion.http2TLS)
    }
    if plan.tlsMax == .v1_2 { try handle.offerNothingNewerThanTLS1_2() }
    try handle.set(.sslSessionIDCache, 0)
    try handle.set(.sslVerifyPeer, plan.verifiesTLS ? 1 : 0)
    try handle.set(.sslVerifyHost, plan.verifiesTLS ? 2 : 0)
    if let file = plan.caFile {
      try handle.set(.caInfo, file)
    } else if !plan.verifiesTLS {
      // The authorities are not even read: parsing the system's bundle would cost more than the
      // check.
      try handle.set(.caInfo, nil)
      try handle.set(.caPath, nil)
    }
    try handle.set(.sslCert, plan.clientCertificate)
    try handle.set(.sslKey, plan.clientKey)
  }

  private func setRequest(_ plan: RequestTemplate) throws(CurlFailure) {
    try handle.set(.userAgent, plan.agent)
    // Bodies are not decompressed here, so that a decompression bomb stays as small as it arrived.
    try handle.set(.httpContentDecoding, 0)
    guard !plan.usesHTTP2 else { return }
    try handle.set(.httpVersion, HTTPVersion.http1_1)
    // A response that is not HTTP/1.1 is a failure, and its bytes are kept as evidence.
    try handle.set(.http09Allowed, 1)
    switch plan.method {
    case nil, "GET": break
    case "HEAD": try handle.set(.noBody, 1)
    case .some(let method): try handle.set(.customRequest, method)
    }
  }
}

extension EasyHandle {
  /// Makes libcurl open the connection and leave it to the caller.
  fileprivate func leaveConnectionOpen() throws(CurlFailure) {
    try set(.connectOnly, 1)
    try set(.forbidReuse, 0)
  }
}

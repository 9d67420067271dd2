internal import Curl
internal import GateCore
internal import GateInsight

/// A reusable libcurl handle for one running check.
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
  /// The request, for HTTP/2.
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
    /// libcurl performs the transfer.
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

  /// Points the handle at an instance; what is the same as the last time is not set again.
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

  /// Hands over the addresses that were found.
  func useAddresses() throws(CurlFailure) {
    let list = try StringList(addresses)
    for handle in [handle, opener].compactMap({ $0 }) {
      try handle.set(.resolve, list)
      // For this check, and out of libcurl's cache some time after it.
      try handle.set(.dnsCacheTimeout, 60)
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
  func time(_ info: CurlInfo<Int64>) -> Int64? {
    guard let time = current?[info], time > 0 else { return nil }
    return earlierMicroseconds + time
  }

  /// From the start to the end, by libcurl's clock, which starts with the transfer and not with the
  /// wish for one; nil when libcurl does not know that it has ended.
  var totalMicroseconds: Int64? {
    guard let total = time(.totalTime) else { return nil }
    guard let exchange else { return total }
    return exchange.endedAt.map { total + $0 - exchange.connectedAt }
  }

  /// Until the first byte of the answer; nil: there is none.
  var firstByteMicroseconds: Int64? {
    guard let exchange else { return time(.startTransferTime) }
    guard let first = exchange.firstByteMicroseconds else { return nil }
    return time(.totalTime).map { $0 + first }
  }

  /// The HTTP status, or 0.
  var httpStatus: Int {
    guard stage != .exchanging else { return exchange?.status ?? 0 }
    return stage == .transferring ? handle[.responseCode] : 0
  }

  private func setTransport(of handle: EasyHandle, _ plan: RequestTemplate) throws(CurlFailure) {
    // A new connection for each check, as the load balancers do.
    try handle.set(.freshConnect, 1)
    try handle.set(.forbidReuse, 1)
    // The checker keeps the timeout; libcurl's would count time in which nobody listened.
    try handle.set(.timeoutMS, 0)
    try handle.set(.connectTimeoutMS, Int(Int32.max))
    // Each literal address would become an entry of a cache that is searched for every check.
    try handle.set(.dnsCacheTimeout, 0)
    // An empty proxy, or else http_proxy in a CI runner's environment redirects the checks.
    try handle.set(.proxy, plan.proxy ?? "")
    try handle.set(.noProxy, "")
    // Through an HTTP proxy all checks use CONNECT: the instance gets what it would get without one.
    if plan.proxy != nil { try handle.set(.httpProxyTunnel, 1) }
    // A proxy's answer to CONNECT is no part of the instance's.
    try handle.set(.suppressConnectHeaders, 1)
    // What goes out in one piece has nothing to wait for: a system call less a check.
    if plan.sendsOnePiece { try handle.set(.tcpNoDelay, 0) }
    try handle.set(.bufferSize, 1024)
    try handle.set(.pathAsIs, 1)
    if !plan.check.target.scheme.hasPath { try handle.set(.connectOnly, 1) }
    if plan.usesHTTP2 { try handle.leaveConnectionOpen() }
  }

  private func setTLS(_ plan: RequestTemplate) throws(CurlFailure) {
    try handle.set(.sslEnableALPN, 0)
    if plan.usesHTTP2, isTLS, !handle.offerHTTP2() {
      // Before 8.0 libcurl leaves such a connection alone, whatever is agreed on.
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
      // Not even read: parsing the system's bundle would cost more than the check.
      try handle.set(.caInfo, nil)
      try handle.set(.caPath, nil)
    }
    try handle.set(.sslCert, plan.clientCertificate)
    try handle.set(.sslKey, plan.clientKey)
  }

  private func setRequest(_ plan: RequestTemplate) throws(CurlFailure) {
    try handle.set(.userAgent, plan.agent)
    // What is compressed stays so: a bomb is as small as it came.
    try handle.set(.httpContentDecoding, 0)
    guard !plan.usesHTTP2 else { return }
    try handle.set(.httpVersion, HTTPVersion.http1_1)
    // What is no HTTP/1.1 is refused, and kept to be looked at.
    try handle.set(.http09Allowed, 1)
    switch plan.method {
    case nil, "GET": break
    case "HEAD": try handle.set(.noBody, 1)
    case .some(let method): try handle.set(.customRequest, method)
    }
  }
}

extension EasyHandle {
  /// Has the connection made, and left to whoever asks for it.
  fileprivate func leaveConnectionOpen() throws(CurlFailure) {
    try set(.connectOnly, 1)
    try set(.forbidReuse, 0)
  }
}

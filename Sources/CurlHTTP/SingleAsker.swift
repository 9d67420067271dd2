internal import CSystem
package import Curl
package import GateCore
package import GateInsight
internal import LibC

/// Sends the requests of `lint` one after the other, on the calling thread.
///
/// They are not checks of a run, but each is sent in the same way as a check. Redirects are not
/// followed. At most 1 MiB of a body is read, and 64 KiB are kept.
package final class SingleAsker {
  private let runner: TransferRunner
  /// The transfer whose connection the next request may reuse; nil if there is none.
  private var keeper: Transfer?

  /// - Throws: `CurlFailure` if libcurl or the system cannot create a loop.
  package init() throws(CurlFailure) {
    runner = try TransferRunner()
  }

  /// Sends a request with the timeout, the transport and the expectations of `plan`.
  package func ask(
    _ inquiry: LintRequest, _ plan: RequestTemplate, of instance: Instance
  ) -> Exchange {
    do throws(CurlFailure) {
      let (transfer, names) = try prepared(inquiry, plan, for: instance)
      defer {
        runner.drop(transfer)
        transfer.generation += 1
      }
      let started = hg_monotonic_us()
      try runner.begin(transfer, looking: names)
      let end = perform(transfer, plan, from: started)
      if inquiry.connection == .opened, !transfer.usesHTTP2, case .answered = end {
        keeper = transfer
      } else {
        keeper = nil
      }
      return Exchange(inquiry, end, of: transfer, plan, took: hg_monotonic_us() - started)
    } catch {
      return Exchange(inquiry, .fault(error.description))
    }
  }

  /// Runs the transfer to its end with the loop of the checks, so that it sees what a check would.
  private func perform(
    _ transfer: Transfer, _ plan: RequestTemplate, from started: Int64
  ) -> TransferEnd {
    let deadline = started + plan.check.timeout.inMicroseconds
    let way = plan.way
    while true {
      runner.runTimer(at: hg_monotonic_us())
      while let (ended, end) = runner.nextEnd({ _ in way }) {
        if ended === transfer { return end }
      }
      let left = deadline - hg_monotonic_us()
      // This must be done while the connection exists, which shows how far the transfer had come.
      guard left > 0 else {
        return runner.timedOut(transfer, after: plan.check.timeout, way)
      }
      let wake = (runner.nextMoment ?? .max) - hg_monotonic_us()
      _ = runner.loop.serve(waitingAtMost: min(max(wake, 0), left)) {}
    }
  }

  private static let bodyKept = 64 * 1024
  /// The bytes of a body that are read; a health check's response should never be larger.
  private static let bodyLimit = 1024 * 1024

  private func prepared(
    _ inquiry: LintRequest, _ plan: RequestTemplate, for instance: Instance
  ) throws(CurlFailure) -> (Transfer, names: [Destination]) {
    // A connection over HTTP/2 is used for one request, as for a check.
    let kept = inquiry.connection == .kept ? keeper : nil
    let transfer: Transfer
    if let kept {
      transfer = kept
    } else {
      transfer = try runner.make(plan, at: runner.transfers.isEmpty ? nil : 0)
    }
    let handle = transfer.handle
    handle.response.pointee.body_kept = Self.bodyKept
    handle.response.pointee.body_limit = Self.bodyLimit
    try handle.set(.certInfo, 1)
    if plan.usesHTTP2 {
      transfer.request = plan.http2Request(for: instance, message: inquiry.message)
    } else if inquiry.connection != .own {
      try handle.set(.freshConnect, inquiry.connection == .kept ? 0 : 1)
      try handle.set(.forbidReuse, inquiry.connection == .kept ? 1 : 0)
    }
    let place = try Place(instance, plan)
    try transfer.aim(at: place, of: instance, plan)
    return (transfer, place.names)
  }
}

extension Exchange {
  fileprivate init(
    _ inquiry: LintRequest, _ end: TransferEnd, of transfer: Transfer, _ plan: RequestTemplate,
    took: Int64
  ) {
    let handle = transfer.handle
    let response = handle.response.pointee
    switch end {
    case .answered: self.init(inquiry, .answered)
    // The body is larger than what is read; the part that came is enough.
    case .failed where response.body_too_large: self.init(inquiry, .answered)
    case .failed(let kind, let detail, _): self.init(inquiry, .failed(kind, detail))
    case .fault(let detail, _): self.init(inquiry, .fault(detail))
    }
    let status = transfer.httpStatus
    if status > 0 {
      let whole = response.answer(status: status)
      if plan.check.target.scheme.isGRPC {
        let call = GRPCAnswer(whole, trailers: transfer.trailers)
        grpcStatus = status == 200 && call.isGRPC ? call.status : nil
        isServing = call.serving.isMessage ? call.serving == .serving : nil
      }
      let answer = whole.inflated.masking(plan.secrets)
      reply = answer
      version = plan.judge?.judge(answer).version
      bodySize = response.body_bytes
      httpVersion =
        transfer.usesHTTP2 ? "2" : Self.version(handle[.httpVersion])
    }
    latencyMicroseconds = transfer.totalMicroseconds ?? took
    madeConnection = transfer.usesHTTP2 || handle[.numConnects] > 0
    let dates = handle.certificate
    certificate = CertificateLife(
      from: dates["Start date"], to: dates["Expire date"], now: Int64(time(nil)))
  }

  private static func version(_ version: Int) -> String {
    switch version {
    case HTTPVersion.http1_0: "1.0"
    case HTTPVersion.http1_1: "1.1"
    default: ""
    }
  }
}

extension Answer {
  /// A copy with our own secrets masked, which a response may repeat.
  ///
  /// A body that was cut off may end with the beginning of a secret. Secrets of others are kept,
  /// because lint reports them.
  fileprivate func masking(_ secrets: SecretMask) -> Answer {
    guard !secrets.isEmpty else { return self }
    func masked(_ bytes: [UInt8], _ end: SecretMask.End) -> [UInt8] {
      secrets.masked(bytes, end, of: .ourselves)
    }
    var answer = self
    answer.fields = fields.map {
      Field($0.name, String(decoding: masked(Array($0.value.utf8), .whole), as: UTF8.self))
    }
    answer.body = masked(body, isBodyWhole ? .whole : .cut)
    return answer
  }
}

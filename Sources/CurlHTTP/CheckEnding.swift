internal import Curl
internal import GateCore
internal import GateInsight

/// Makes the event of a check that has ended.
struct CheckEnding {
  var lane: CheckLane
  var transfer: Transfer
  var now: GateInstant
  /// Whether the timeout had passed before the check ended.
  var isLate: Bool

  private var plan: RequestTemplate {
    _read { yield lane.plan }
  }

  func event(_ end: TransferEnd, _ key: InstanceKey) -> GateEvent {
    switch end {
    case .fault(let detail, let cause):
      .checkLost(
        key, GateFault(detail: detail, started: transfer.started, cause: cause))
    case .failed(let kind, let detail, let cause):
      .checked(key, failure(kind, detail, cause, status: status, answer: answerSoFar))
    case .answered where isLate:
      .checked(
        key,
        failure(
          .timeoutResponse, "the answer took longer than \(plan.check.timeout.inWords)",
          .lateAnswer, status: status, answer: answerSoFar))
    case .answered:
      .checked(key, judged)
    }
  }

  private var judged: CheckReport {
    let scheme = plan.check.target.scheme
    guard scheme.hasPath else { return success(status: nil) }
    return scheme.isGRPC ? judgedGRPC : judgedHTTP
  }

  private var judgedHTTP: CheckReport {
    let status = transfer.httpStatus
    guard plan.check.matcher.accepts(status) else { return mismatch(status) }
    if let failure = unframedBody(status) { return failure }
    guard let judge = plan.judge else { return success(status: status) }
    return judgedByPlan(
      response.answer(status: status, wanting: judge.bodyBytesWanted), status: status)
  }

  /// Judges a response by the expectations beyond its status.
  private func judgedByPlan(_ answer: Answer, status: Int) -> CheckReport {
    guard let judge = plan.judge else { return success(status: status) }
    let judgement = judge.judge(answer)
    // The old group has an old version, which is not a failure.
    let isOld = transfer.role == .baseline && judgement.failure?.kind == .wrongVersion
    guard let failure = judgement.failure, !isOld else {
      return success(status: status, version: version(judgement))
    }
    var report = self.failure(
      failure.kind, failure.detail, status: status,
      answer: response.answer(status: answer.status))
    report.version = version(judgement)
    return report
  }

  private func version(_ judgement: AnswerJudgement) -> String? {
    judgement.version.map { shown($0).cleaned(to: 100) }
  }

  private func mismatch(_ status: Int) -> CheckReport {
    let answer = response.answer(status: status)
    let location =
      answer.values(of: "location").last.map { " to \(shown($0).cleaned(to: 200))" } ?? ""
    return failure(
      .statusMismatch, "HTTP \(status)\(location), not \(plan.check.matcher)", status: status,
      answer: answer)
  }

  /// The failure of a body without a length or chunks, which classic rejects; nil if there is none.
  ///
  /// Source: CLB guide, "Configure health checks".
  private func unframedBody(_ status: Int) -> CheckReport? {
    // In HTTP/2 every body has a known end.
    guard plan.check.semantics == .classic, !lane.usesHTTP2, response.body_bytes > 0,
      transfer.handle[.contentLengthDownload] < 0
    else { return nil }
    let answer = response.answer(status: status)
    guard answer.values(of: "transfer-encoding").isEmpty else { return nil }
    return failure(
      .protocolError,
      "HTTP \(status), but the body has neither Content-Length nor chunks, which a Classic Load "
        + "Balancer does not accept", .unframedBody, status: status, answer: answer)
  }

  private var judgedGRPC: CheckReport {
    let http = transfer.httpStatus
    let answer = response.answer(status: http)
    let call = GRPCAnswer(answer, trailers: transfer.trailers)
    func noGRPC(_ detail: String) -> CheckReport {
      failure(.grpcStatusMismatch, detail, .noGRPC(status: http), status: nil, answer: answer)
    }
    guard let status = call.status else { return noGRPC("HTTP \(http) without a grpc-status") }
    // A status counts only in a gRPC response (gRPC over HTTP/2, "Responses").
    guard http == 200, call.isGRPC else {
      let type = answer.values(of: "content-type").last.map { "'\(shown($0).cleaned(to: 100))'" }
      return noGRPC(
        "HTTP \(http) of \(type ?? "no content type") is no answer of gRPC, for all its grpc-status"
      )
    }
    guard plan.check.matcher.accepts(status) else {
      let message = call.message.map { " (\(shown($0).cleaned(to: 200)))" } ?? ""
      return failure(
        .grpcStatusMismatch, "gRPC status \(status)\(message), not \(plan.check.matcher)",
        status: status, answer: answer)
    }
    // The load balancer does not read the message, but a gate must not promote NOT_SERVING.
    if status == 0, plan.check.target.path == HealthCheckTarget.standardGRPCPath,
      call.serving != .serving
    {
      return failure(
        .expectationFailed, "the service says \(call.serving.name), not SERVING", status: status,
        answer: answer)
    }
    return judgedByPlan(answer, status: status)
  }

  // MARK: - Reports

  private var response: CurlResponse {
    _read { yield transfer.handle.response.pointee }
  }

  private var status: Int? {
    let status = transfer.httpStatus
    return status > 0 && !plan.check.target.scheme.isGRPC ? status : nil
  }

  private var answerSoFar: Answer? {
    response.isBegun ? response.answer(status: status ?? 0) : nil
  }

  private var latency: Int64? { transfer.totalMicroseconds }

  private var sinceStart: Int64 { now.microseconds - transfer.started.microseconds }

  private func success(status: Int?, version: String? = nil) -> CheckReport {
    CheckReport(
      started: transfer.started, result: .success, status: status,
      latencyMicroseconds: latency ?? sinceStart, version: version)
  }

  private func failure(
    _ kind: FailureKind, _ detail: String, _ cause: FailureCause? = nil, status: Int?,
    answer: Answer?
  ) -> CheckReport {
    CheckReport(
      started: transfer.started, result: .failure(kind), status: status,
      latencyMicroseconds: kind.isTimeout ? sinceStart : latency ?? sinceStart,
      detail: detail, cause: cause,
      evidence: answer.flatMap { Evidence(of: $0.inflated, without: plan.secrets) })
  }

  /// Text of a response with secrets masked; it is never the program's own text.
  private func shown(_ text: String) -> String { plan.secrets.masked(text) }
}

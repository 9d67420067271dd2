internal import NIOCore
internal import NIOHTTP1

/// Plays one reply's steps to one connection.
final class ConnectionHandler: ChannelInboundHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = ByteBuffer

  private let instance: DemoInstance
  private let reply: Reply
  private var nextStep = 0
  private var request = Request.none
  private var pause: Scheduled<Void>?

  private enum Request {
    case none
    case headOnly(HTTPRequestHead)
    case whole(HTTPRequestHead)
    case malformed
  }

  init(of instance: DemoInstance, reply: Reply) {
    self.instance = instance
    self.reply = reply
  }

  func channelActive(context: ChannelHandlerContext) {
    context.fireChannelActive()
    advance(context)
  }

  func channelInactive(context: ChannelHandlerContext) {
    pause?.cancel()
    context.fireChannelInactive()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch (Self.unwrapInboundIn(data), request) {
    case (.head(let head), .none): request = .headOnly(head)
    case (.end, .headOnly(let head)):
      request = .whole(head)
      instance.note { $0.requests += 1 }
      if isAwaitingRequest { advance(context) }
    case (.head, _), (.body, _), (.end, _): break
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    guard error is HTTPParserError else {
      context.close(promise: nil)
      return
    }
    guard case .none = request else { return }
    request = .malformed
    if isAwaitingRequest { advance(context) }
  }

  // MARK: - Steps

  private var isAwaitingRequest: Bool {
    nextStep < reply.steps.count && reply.steps[nextStep] == .awaitRequest
  }

  private func advance(_ context: ChannelHandlerContext) {
    guard context.channel.isActive else { return }
    guard nextStep < reply.steps.count else {
      end(context)
      return
    }
    switch reply.steps[nextStep] {
    case .awaitRequest:
      switch request {
      case .none, .headOnly: return
      case .whole, .malformed: finishStep(context)
      }
    case .wait(let delay): resume(context, after: delay) { self.finishStep($0) }
    case .send(let bytes): send(bytes, context, then: finishStep)
    case .trickle(let bytes, let pace): trickle(bytes[...], every: pace, context)
    case .fill(let bytes, let times, let pace): fill(bytes, times: times, every: pace, context)
    case .answer(let answer): send(response(of: answer), context, then: finishStep)
    }
  }

  private func finishStep(_ context: ChannelHandlerContext) {
    nextStep += 1
    advance(context)
  }

  private func end(_ context: ChannelHandlerContext) {
    switch reply.end {
    case .close: context.close(promise: nil)
    case .reset: context.channel.reset()
    case .hold: break
    }
  }

  private func response(of answer: Reply.Answer) -> [UInt8] {
    switch request {
    case .whole(let head), .headOnly(let head):
      let response = answer.response(to: head)
      return head.method == .HEAD ? response.head : response.bytes
    case .none, .malformed: return Reply.Response.badRequest.bytes
    }
  }

  private func trickle(
    _ bytes: ArraySlice<UInt8>, every pace: Duration, _ context: ChannelHandlerContext
  ) {
    guard let byte = bytes.first else {
      finishStep(context)
      return
    }
    send([byte], context) { context in
      self.resume(context, after: pace) {
        self.trickle(bytes.dropFirst(), every: pace, $0)
      }
    }
  }

  private func fill(
    _ bytes: [UInt8], times: Int?, every pace: Duration?, _ context: ChannelHandlerContext
  ) {
    guard times != 0 else {
      finishStep(context)
      return
    }
    send(bytes, context) { context in
      // Even without a pace one piece a turn of the loop: other connections have theirs.
      self.resume(context, after: pace ?? .zero) {
        self.fill(bytes, times: times.map { $0 - 1 }, every: pace, $0)
      }
    }
  }

  // MARK: - The loop

  /// Goes on when the peer's window has taken the bytes, so that memory stays bounded.
  private func send(
    _ bytes: [UInt8], _ context: ChannelHandlerContext,
    then next: @escaping (ChannelHandlerContext) -> Void
  ) {
    let written = context.eventLoop.makePromise(of: Void.self)
    written.futureResult.assumeIsolated().whenSuccess { next(context) }
    context.writeAndFlush(Self.wrapOutboundOut(ByteBuffer(bytes: bytes)), promise: written)
  }

  private func resume(
    _ context: ChannelHandlerContext, after delay: Duration,
    _ next: @escaping (ChannelHandlerContext) -> Void
  ) {
    pause = context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(delay)) {
      if context.channel.isActive { next(context) }
    }
  }
}

internal import NIOCore

/// Keeps the head of a connection's first request as it comes off the wire, before it is parsed.
final class RequestRecorder: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias InboundOut = ByteBuffer

  private let instance: DemoInstance
  private var head: [UInt8] = []
  private var isComplete = false

  private static let limit = 65_536

  init(of instance: DemoInstance) { self.instance = instance }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    if !isComplete { record(Self.unwrapInboundIn(data).readableBytesView) }
    context.fireChannelRead(data)
  }

  private func record(_ bytes: ByteBufferView) {
    // The empty line may have begun in what came before.
    var searched = max(head.count - 3, 0)
    head += bytes
    while searched + 4 <= head.count, !isComplete {
      if head[searched..<searched + 4].elementsEqual([13, 10, 13, 10]) {
        head.removeSubrange((searched + 4)...)
        isComplete = true
      }
      searched += 1
    }
    if head.count >= Self.limit {
      head.removeSubrange(Self.limit...)
      isComplete = true
    }
    instance.note { $0.lastHead = head }
  }
}

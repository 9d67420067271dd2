import CurlHTTP
import DemoFleet
import GateCore
import HostileReplies
import Testing

/// What libcurl leaves of an answer is not waited for in vain.
///
/// epoll tells once that a connection can be written to, and once that something came; libcurl reads
/// a kilobyte at a time.
@Suite(.serialized) struct ReadinessTests {
  struct Row: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var reply: Reply

    init(_ name: String, _ steps: [Reply.Step]) {
      testDescription = name
      // Nothing follows, not even the end of the connection, that would tell once more.
      reply = Reply(steps, then: .hold)
    }
  }

  private static func answer(body: Int, header: Int = 0) -> [UInt8] {
    Reply.Response(
      200, ["X-Long": String(repeating: "x", count: header)],
      body: [UInt8](repeating: 97, count: body)
    ).bytes
  }

  /// The same answer in pieces, each when the one before it has been read.
  private static func pieces(_ bytes: [UInt8], of size: Int) -> [Reply.Step] {
    stride(from: 0, to: bytes.count, by: size).flatMap { start in
      [
        Reply.Step.send(Array(bytes[start..<min(start + size, bytes.count)])),
        .wait(.milliseconds(15)),
      ]
    }
  }

  static let rows: [Row] =
    [0, 1, 900, 1023, 1024, 1025, 2048, 5000, 70_000, 300_000].map { size in
      Row("all at once, \(size) bytes", [.awaitRequest, .send(answer(body: size))])
    } + [
      Row("a long header at once", [.awaitRequest, .send(answer(body: 10, header: 20_000))]),
      Row("before the request", [.send(answer(body: 5000))]),
      Row(
        "begun before the request",
        [.send(Array(answer(body: 5000).prefix(20))), .awaitRequest]
          + [.send(Array(answer(body: 5000).dropFirst(20)))]),
      Row("in halves", [.awaitRequest] + pieces(answer(body: 3000), of: 1700)),
      Row("header and body apart", [.awaitRequest] + pieces(answer(body: 60), of: 70)),
      Row("in many pieces", [.awaitRequest] + pieces(answer(body: 400), of: 19)),
      Row(
        "in pieces of more than is read at once",
        [.awaitRequest] + pieces(answer(body: 40_000), of: 9000)),
      Row(
        "a byte at a time",
        [.awaitRequest] + Reply.trickle(answer(body: 20), every: .milliseconds(2))),
      Row("late", [.awaitRequest, .wait(.milliseconds(200)), .send(answer(body: 5000))]),
    ]

  @Test(arguments: rows) func aWholeAnswerIsReadHoweverItComes(row: Row) async throws {
    try await DemoFleet.serving([.always(row.reply), .healthy()]) { fleet in
      var probing = try Probing(.sample(timeout: .seconds(20)), fleet)
      // The second round's descriptors have the numbers of the first's.
      for _ in 0..<3 { #expect(probing.checkAll() == [.success(200), .success(200)]) }
    }
  }

  /// Many at a time, so that a turn of the loop has both kinds of tellings of several of them.
  @Test func aGroupOfAllKindsIsRead() async throws {
    let behaviours = Self.rows.flatMap { [InstanceBehaviour.always($0.reply), .healthy()] }
    try await DemoFleet.serving(behaviours) { fleet in
      var probing = try Probing(.sample(timeout: .seconds(20)), fleet)
      for _ in 0..<3 { #expect(probing.checkAll().allSatisfy { $0 == .success(200) }) }
    }
  }

  /// Half an answer is none, and the time-out is the check's own.
  @Test(arguments: [10, 60, 1500, 3000]) func halfAnAnswerTimesOut(bytes: Int) async throws {
    let half = Array(Self.answer(body: 5000).prefix(bytes))
    let stuck = InstanceBehaviour.always(Reply([.awaitRequest, .send(half)], then: .hold))
    try await DemoFleet.serving([stuck, .healthy()]) { fleet in
      var probing = try Probing(.sample(timeout: .milliseconds(500)), fleet)
      let outcomes = probing.checkAll()
      #expect(outcomes[0].kind == .timeoutResponse)
      #expect(outcomes[1] == .success(200))
    }
  }
}

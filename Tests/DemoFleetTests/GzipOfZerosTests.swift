import HostileReplies
import Testing

@testable import DemoFleet

@Suite struct GzipOfZerosTests {
  @Test func theBombIsSmallOnTheWire() async throws {
    let answer = try await DemoFleet.serving(.compressedBomb) { $0.client.exchange() }
    #expect(answer.end == .closed)
    #expect(answer.text.contains("Content-Encoding: gzip\r\n"))
    #expect(answer.text.contains("Content-Length: \(GzipOfZeros.bytes.count)\r\n"))
    #expect(answer.bytes.suffix(GzipOfZeros.bytes.count) == GzipOfZeros.bytes[...])
    #expect(GzipOfZeros.bytes.count < 500_000)
    #expect(GzipOfZeros.unpackedCount > 64 << 20)
  }

  /// RFC 1952: the header's magic, and at the end the length of what was packed.
  @Test func theBombIsAWholeGzipFile() {
    #expect(GzipOfZeros.bytes.prefix(3) == [0x1f, 0x8b, 8])
    let length = GzipOfZeros.bytes.suffix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
    #expect(length == GzipOfZeros.unpackedCount)
  }
}

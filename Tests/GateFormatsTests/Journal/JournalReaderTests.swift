import GateCore
import TestSupport
import Testing
@testable import GateRecords

@Suite struct JournalReaderTests {
  static let seeds: [UInt64] = [1, 2, 3, UInt64.random(in: 0...999_999)]
  /// Runs a seed.
  static let runs: UInt64 = 20

  // MARK: - In pieces

  @Test(arguments: seeds) func piecesOfAnyLengthTellTheSame(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    for seed in (seed << 20)..<(seed << 20 + Self.runs) {
      let bytes = RandomRun.recorded(seed: seed).bytes
      let cut = Array(bytes.dropLast(Int(random.next() % 3)))
      let whole = try Journal(reading: cut)
      let longest = random.pick([1, 7, 200, 5000])
      let (entries, summary) = try Self.read(cut) { Int(random.next() % UInt64(longest)) + 1 }
      #expect(entries.map { "\($0)" } == whole.entries.map { "\($0)" }, "seed \(seed)")
      #expect(summary.header == whole.header, "seed \(seed)")
      #expect(summary.sha256 == whole.sha256, "seed \(seed)")
      #expect(summary.signedLines == whole.signedLines, "seed \(seed)")
      #expect([summary.events, summary.bytes] == [whole.events, whole.bytes], "seed \(seed)")
      #expect(summary.isCutOff == whole.isCutOff, "seed \(seed)")
    }
  }

  private static func read(
    _ bytes: [UInt8], _ length: () -> Int
  ) throws -> ([Journal.Entry], JournalSummary) {
    var (reader, entries) = (JournalReader(), [Journal.Entry]())
    var (rest, position) = ([UInt8](), 0)
    while position < bytes.count {
      let end = min(position + length(), bytes.count)
      rest += bytes[position..<end]
      position = end
      let whole = try rest.withUnsafeBufferPointer { try reader.read($0, into: &entries) }
      rest.removeFirst(whole)
    }
    let summary = try rest.withUnsafeBufferPointer { try reader.end($0, into: &entries) }
    return (entries, summary)
  }

  // MARK: - The line of a check

  /// With a blank in it, it is no line as the writer writes it.
  private static func forTheReaderOfAllLines(_ text: String) -> String {
    ("\n" + text).replacing("\n{", with: "\n{ ").dropFirst().description
  }

  @Test(arguments: seeds) func aCheckIsTheSameToTheReaderOfAllLines(seed: UInt64) throws {
    for seed in (seed << 20)..<(seed << 20 + Self.runs) {
      let text = RandomRun.recorded(seed: seed).text
      let one = try Journal(reading: Array(text.utf8))
      let other = try Journal(reading: Array(Self.forTheReaderOfAllLines(text).utf8))
      #expect(one.entries.map { "\($0)" } == other.entries.map { "\($0)" }, "seed \(seed)")
    }
  }

  /// Or else each would cost what the others cost, and nobody would notice.
  @Test func aCheckAsTheWriterWritesItNeedsNoOtherReader() throws {
    var plain = 0
    for seed in 0..<Self.runs {
      let run = RandomRun.recorded(seed: seed)
      let names = run.header.checks.map(\.check.name)
      for line in run.text.split(separator: "\n") {
        let isPlain = line.utf8.allSatisfy { $0 < 0x80 && $0 != UInt8(ascii: "\\") }
        guard line.contains(#""event":"check""#), isPlain else { continue }
        plain += 1
        let number = try #require(Int(line.dropFirst(7).prefix { $0 != "," }))
        let isTaken = Array("\(line)\n".utf8).withUnsafeBufferPointer { bytes in
          var text = PlainText(bytes, from: 0)
          let entry = try? CheckLine.entry(in: &text, number: number, after: .start, of: names)
          return entry != nil && text.position == bytes.count
        }
        #expect(isTaken, "\(line)")
      }
    }
    #expect(plain > 100)
  }

  @Test(arguments: seeds) func aChangedCheckIsTheSameToTheReaderOfAllLines(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    var (read, refused) = (0, 0)
    for _ in 0..<400 {
      let text = Self.changed(JournalErrorTests.lines, &random)
      let one = Self.outcome(text)
      let other = Self.outcome(Self.forTheReaderOfAllLines(text))
      #expect(one == other, "seed \(seed): \(text)")
      if case .success = one { read += 1 } else { refused += 1 }
    }
    #expect(read > 20 && refused > 20)
  }

  private static func outcome(_ text: String) -> Result<[String], JournalError> {
    Result { () throws(JournalError) in
      try Journal(reading: Array(text.utf8)).entries.map { "\($0)" }
    }
  }

  /// With one character of a check's line left out, doubled or in the place of another.
  private static func changed(_ lines: [String], _ random: inout SplitMix64) -> String {
    var lines = lines
    let checks = lines.indices.filter { lines[$0].contains(#""event":"check""#) }
    let place = random.pick(checks)
    var line = Array(lines[place])
    let index = Int(random.next() % UInt64(line.count))
    let new = random.pick(Array("{}[]\":,.-0123456789eEntfué\\ "))
    switch random.next() % 3 {
    case 0: line.remove(at: index)
    case 1: line.insert(new, at: index)
    default: line[index] = new
    }
    lines[place] = String(line)
    return lines.map { $0 + "\n" }.joined()
  }
}

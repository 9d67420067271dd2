import FoundationEssentials
import Glibc
import Testing

/// Bytes from elsewhere, by the thousand, into every reader that there is.
///
/// `FUZZ_INPUTS` is how many in all (the default takes some seconds), `FUZZ_SEED` the seed of
/// another run. A failure prints the seed and the input; so does a trap, and a reader that hangs.
@Suite(.serialized) struct FuzzTests {
  private static let environment = ProcessInfo.processInfo.environment
  private static let inputs = environment["FUZZ_INPUTS"].flatMap { Int($0) }
  private static let seed = environment["FUZZ_SEED"].flatMap { UInt64($0) } ?? 1
  private static let readers =
    FuzzedReader.grammars + FuzzedReader.documents + FuzzedReader.evidence + FuzzedReader.network
  private static let shares = readers.reduce(0) { $0 + $1.share }

  @Test(arguments: readers)
  func noInputTrapsHangsOrReadsAsAnotherThing(_ reader: FuzzedReader) throws {
    let inputs = max(1, (Self.inputs ?? 60_000) * reader.share / Self.shares)
    let clock = ContinuousClock()
    let begun = clock.now
    let outcome = try fuzz(reader, inputs: inputs, seed: Self.seed)
    #expect(outcome.failure == nil)
    // A mutation that nothing survives looks at error messages alone.
    #expect(outcome.read > 0 || outcome.inputs < 100, "none of \(outcome.inputs) was read")
    guard Self.inputs != nil else { return }
    print(
      "fuzzed \(reader.testDescription): \(outcome.inputs) inputs, \(outcome.read) read, "
        + "\(clock.now - begun), slowest \(outcome.slowest), "
        + "resident at most \(Self.residentMebibytes) MiB")
    #expect(Self.residentMebibytes < 1024)
  }

  @Test func theSameSeedGivesTheSameInputs() {
    var (one, other) = (Mutation(of: [[1, 2, 3]], seed: 7), Mutation(of: [[1, 2, 3]], seed: 7))
    for _ in 0..<100 { #expect(one.next() == other.next()) }
  }

  @Test func aBrokenPromiseTellsTheSeedAndTheInput() throws {
    let reader = FuzzedReader("liar", share: 1, samples: { [[0x61]] }) { bytes in
      try promise(bytes == [0x61], "it is another")
      return true
    }
    let failure = try #require(try fuzz(reader, inputs: 10, seed: 7).failure)
    #expect(failure.hasPrefix("it is another\nfuzzing liar, FUZZ_SEED 7, input "))
  }

  /// The most that the process ever had.
  private static var residentMebibytes: Int {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return usage.ru_maxrss / 1024
  }
}

/// A file of the corpus.
func corpus(_ name: String) throws -> [UInt8] {
  try file("FuzzTests/Corpus/\(name)")
}

/// A file of the tests, by its path among them.
func file(_ path: String) throws -> [UInt8] {
  let tests = #filePath.split(separator: "/").dropLast(2).joined(separator: "/")
  return Array(try Data(contentsOf: URL(filePath: "/\(tests)/\(path)")))
}

func texts(_ texts: String...) -> @Sendable () -> [[UInt8]] {
  { texts.map { Array($0.utf8) } }
}

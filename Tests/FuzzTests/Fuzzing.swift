import Glibc
import Testing

/// A reader of bytes from elsewhere, and what must hold of it beside not dying.
struct FuzzedReader: Sendable, CustomTestStringConvertible {
  var testDescription: String
  /// Of all inputs, so many parts go to this reader: the quick ones get more.
  var share: Int
  var samples: @Sendable () throws -> [[UInt8]]
  /// Whether the bytes were read; throws a `BrokenPromise`.
  var read: @Sendable ([UInt8]) throws -> Bool

  init(
    _ name: String, share: Int, samples: @escaping @Sendable () throws -> [[UInt8]],
    read: @escaping @Sendable ([UInt8]) throws -> Bool
  ) {
    testDescription = name
    self.share = share
    self.samples = samples
    self.read = read
  }
}

/// What was written does not read as what was read, or another thing that never may be.
struct BrokenPromise: Error, CustomStringConvertible {
  var description: String

  init(_ description: String) {
    self.description = description
  }
}

/// Ends in a `BrokenPromise` unless it holds.
func promise(_ holds: Bool, _ words: @autoclosure () -> String) throws {
  guard !holds else { return }
  throw BrokenPromise(words())
}

struct FuzzOutcome {
  var inputs = 0
  var read = 0
  var slowest = Duration.zero
  var failure: String?
}

/// Gives a reader so many inputs; ends with the first that breaks a promise.
func fuzz(_ reader: FuzzedReader, inputs: Int, seed: UInt64) throws -> FuzzOutcome {
  let clock = ContinuousClock()
  var outcome = FuzzOutcome()
  let samples = try reader.samples()
  // A sample that cannot be read finds nothing behind the first error.
  for (index, sample) in samples.enumerated() where try !reader.read(sample) {
    outcome.failure = "sample \(index) of its corpus is not read"
    return outcome
  }
  var mutation = Mutation(of: samples, seed: seed)
  LastInput.begin("fuzzing \(reader.testDescription), FUZZ_SEED \(seed)")
  defer { LastInput.end() }
  while outcome.inputs < inputs {
    let input = mutation.next()
    LastInput.note(input, index: outcome.inputs)
    let begun = clock.now
    do {
      if try reader.read(input) {
        outcome.read += 1
        mutation.keep(input)
      }
    } catch {
      outcome.failure = "\(error)\n\(LastInput.words)"
      return outcome
    }
    outcome.slowest = max(outcome.slowest, clock.now - begun)
    outcome.inputs += 1
  }
  return outcome
}

/// The input at hand, so that a trap or a hang can tell it.
///
/// A trap ends the process with no unwinding: what is to be known of it must be said by a signal
/// handler, which may neither allocate nor lock.
enum LastInput {
  /// Longer than any input should take on a busy machine, in seconds.
  private static let hang: UInt32 = 120

  private nonisolated(unsafe) static let bytes = UnsafeMutablePointer<UInt8>.allocate(
    capacity: Mutation.longestInput)
  private nonisolated(unsafe) static let title = UnsafeMutablePointer<CChar>.allocate(capacity: 256)
  private static let stackSize = 65_536
  private nonisolated(unsafe) static let stack = UnsafeMutableRawPointer.allocate(
    byteCount: stackSize, alignment: 16)
  private nonisolated(unsafe) static var count = 0
  private nonisolated(unsafe) static var index = 0
  private nonisolated(unsafe) static var isAtWork = false

  static func begin(_ words: String) {
    words.withCString { _ = strncpy(title, $0, 255) }
    title[255] = 0
    _ = bytes
    // A reader that calls itself without a bound has no stack left to tell it on.
    var own = stack_t(ss_sp: stack, ss_flags: 0, ss_size: stackSize)
    sigaltstack(&own, nil)
    for number in [SIGILL, SIGTRAP, SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGALRM] {
      var action = sigaction()
      action.__sigaction_handler.sa_handler = { LastInput.tell(signal: $0) }
      action.sa_flags = CInt(bitPattern: UInt32(SA_RESETHAND)) | SA_ONSTACK
      sigaction(number, &action, nil)
    }
    isAtWork = true
  }

  static func end() {
    isAtWork = false
    alarm(0)
  }

  static func note(_ input: [UInt8], index: Int) {
    input.withUnsafeBufferPointer { buffer in
      if let base = buffer.baseAddress { bytes.update(from: base, count: buffer.count) }
    }
    (count, self.index) = (input.count, index)
    alarm(hang)
  }

  /// The input, as what `xxd -r -p` makes it again of.
  static var words: String {
    let digits = UnsafeBufferPointer(start: bytes, count: count).map { byte in
      (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }
    return "\(String(cString: title)), input \(index), \(count) bytes: \(digits.joined())"
  }

  private static func tell(signal: CInt) {
    guard isAtWork else { return }
    write(STDERR_FILENO, title, strlen(title))
    tell(signal == SIGALRM ? ", which hangs at input " : ", which dies at input ")
    tell(index)
    tell(": ")
    for place in 0..<count {
      tell(hexadecimal: bytes[place] >> 4)
      tell(hexadecimal: bytes[place] & 15)
    }
    tell("\n")
    // Elsewhere the cause is still there, and ends the process when the handler returns.
    if signal == SIGALRM { _exit(1) }
  }

  private static func tell(_ text: StaticString) {
    write(STDERR_FILENO, text.utf8Start, text.utf8CodeUnitCount)
  }

  private static func tell(_ number: Int) {
    if number >= 10 { tell(number / 10) }
    tell(hexadecimal: UInt8(number % 10))
  }

  private static func tell(hexadecimal digit: UInt8) {
    var character = digit < 10 ? 0x30 + digit : 0x57 + digit
    write(STDERR_FILENO, &character, 1)
  }
}

import GateCore
import TestSupport
import Testing

@Suite struct DurationTests {
  struct Row: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var duration: Duration

    init(_ words: String, _ duration: Duration) {
      (testDescription, self.duration) = (words, duration)
    }
  }

  static let rows: [Row] = [
    Row("0s", .zero), Row("500ms", .milliseconds(500)), Row("1ms", .milliseconds(1)),
    Row("15s", .seconds(15)), Row("1m", .seconds(60)), Row("1m30s", .seconds(90)),
    Row("2h", .seconds(7200)), Row("1h1s", .seconds(3601)), Row("1h1m1s", .seconds(3661)),
    Row("25h", .seconds(90_000)), Row("1.5s", .milliseconds(1500)),
    Row("90.5s", .milliseconds(90_500)), Row("0.5ms", .microseconds(500)),
    Row("5.9ms", .microseconds(5900)),
    Row("1.000001s", .microseconds(1_000_001)), Row("999ms", .milliseconds(999)),
  ]

  @Test(arguments: rows) func aDurationIsWordedAsPeopleWriteIt(row: Row) {
    #expect(row.duration.inWords == row.testDescription)
  }

  @Test func microsecondsAreWholeAndNeverOverflow() {
    #expect(Duration.nanoseconds(1999).inMicroseconds == 1)
    #expect(Duration.seconds(-1).inMicroseconds == -1_000_000)
    #expect(Duration.seconds(Int64.max).inMicroseconds == .max)
    #expect(Duration.seconds(Int64.min).inMicroseconds == .min)
  }

  @Test func anInstantLessAnotherIsTheTimeBetween() {
    let (early, late) = (GateInstant.seconds(1.5), GateInstant.seconds(4))
    #expect(late.since(early) == .milliseconds(2500))
    #expect(early.since(late) == .milliseconds(-2500))
    #expect(early + .milliseconds(2500) == late)
    #expect(late - .milliseconds(2500) == early)
    #expect(early < late)
  }
}

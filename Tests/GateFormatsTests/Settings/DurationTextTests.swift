import GateCore
import Testing

@Suite struct DurationTextTests {
  @Test(arguments: [
    ("15", Duration.seconds(15)), ("0", .zero), ("0.5", .milliseconds(500)),
    ("500ms", .milliseconds(500)), ("15s", .seconds(15)), ("5m", .seconds(300)),
    ("1h", .seconds(3600)), ("1m30s", .seconds(90)), ("2h5m", .seconds(7500)),
    ("1h1m1s1ms1us", .microseconds(3_661_001_001)), ("1.5h", .seconds(5400)),
    ("1.5m0.5s", .milliseconds(90_500)), ("0.000001", .microseconds(1)), ("7us", .microseconds(7)),
    ("0.1", .milliseconds(100)), ("0.10000000", .milliseconds(100)), ("015", .seconds(15)),
    ("0.00000025m", .microseconds(15)), ("1.001ms", .microseconds(1001)),
    ("8784h", .seconds(8784 * 3600)),
  ])
  func aDurationIsReadExactly(_ text: String, _ duration: Duration) throws {
    #expect(try Duration(parsing: text) == duration)
  }

  @Test(arguments: [
    ("-1", "'-1' is negative"),
    ("-0.5s", "'-0.5s' is negative"),
    ("", "'' is not a duration, such as 15, 0.5, 500ms or 1m30s"),
    ("s", "'s' is not a duration, such as 15, 0.5, 500ms or 1m30s"),
    (".5", "'.5' is not a duration, such as 15, 0.5, 500ms or 1m30s"),
    ("5.", "'5.' is not a duration, such as 15, 0.5, 500ms or 1m30s"),
    ("1.2.3", "'1.2.3' is not a duration, such as 15, 0.5, 500ms or 1m30s"),
    ("+5", "'+5' is not a duration, such as 15, 0.5, 500ms or 1m30s"),
    ("15 s", "'15 s' is not a duration, such as 15, 0.5, 500ms or 1m30s"),
    ("1m30", "'1m30' is not a duration, such as 15, 0.5, 500ms or 1m30s"),
    ("1,5", "'1,5' is not a duration, such as 15, 0.5, 500ms or 1m30s"),
    ("٣s", "'٣s' is not a duration, such as 15, 0.5, 500ms or 1m30s"),
    ("1d", "'d' is not a unit of time: it is ms, s, m or h"),
    ("5M", "'M' is not a unit of time: it is ms, s, m or h"),
    ("30s1m", "'30s1m' has its units out of order: hours come first, then minutes, then seconds"),
    ("1s1s", "'1s1s' has its units out of order: hours come first, then minutes, then seconds"),
    ("0.0000001", "'0.0000001' is finer than a microsecond"),
    ("0.5us", "'0.5us' is finer than a microsecond"),
    ("9999h", "'9999h' is longer than a year"),
    ("8784h1s", "'8784h1s' is longer than a year"),
    ("99999999999999999999", "'99999999999999999999' is longer than a year"),
    ("9223372036854775807h", "'9223372036854775807h' is longer than a year"),
  ])
  func whatIsNoDurationIsRefused(_ text: String, _ message: String) {
    #expect(throws: GrammarError(message)) { try Duration(parsing: text) }
  }

  @Test(arguments: [
    Duration.zero, .seconds(15), .milliseconds(500), .seconds(90), .microseconds(1),
    .microseconds(1_500_001), .milliseconds(1500), .seconds(8784 * 3600), .milliseconds(90_500),
  ])
  func whatIsPrintedIsReadAgain(_ duration: Duration) throws {
    #expect(try Duration(parsing: duration.inWords) == duration)
  }
}

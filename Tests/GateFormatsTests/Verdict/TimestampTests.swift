import GateCore
import GateText
import TestSupport
import Testing

@Suite struct TimestampTests {
  @Test(arguments: [
    (0, "1970-01-01T00:00:00.000Z"),
    (-1, "1969-12-31T23:59:59.999Z"),
    (68_169_600_000, "1972-02-29T00:00:00.000Z"),
    (951_868_799_999, "2000-02-29T23:59:59.999Z"),
    (951_868_800_000, "2000-03-01T00:00:00.000Z"),
    (1_709_210_096_789, "2024-02-29T12:34:56.789Z"),
    (1_735_689_599_999, "2024-12-31T23:59:59.999Z"),
    (1_777_975_215_021, "2026-05-05T10:00:15.021Z"),
    (2_147_483_648_000, "2038-01-19T03:14:08.000Z"),
    (4_107_542_399_999, "2100-02-28T23:59:59.999Z"),
    (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
    (-2_208_988_800_000, "1900-01-01T00:00:00.000Z"),
    (-62_135_596_800_000, "0001-01-01T00:00:00.000Z"),
    (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
  ])
  func aTimestampIsWrittenInUTCAndReadBack(milliseconds: Int64, text: String) {
    #expect(Timestamp(milliseconds: milliseconds).text == text)
    #expect(Timestamp(text) == Timestamp(milliseconds: milliseconds))
  }

  @Test(arguments: [
    "", "2026-05-05", "2026-05-05T10:00:15Z", "2026-05-05T10:00:15.02Z",
    "2026-05-05T10:00:15.0210Z", "2026-05-05T10:00:15.021", "2026-05-05t10:00:15.021z",
    "2026-05-05 10:00:15.021Z", "2026-05-05T10:00:15.021+00:00", "2026-05-05T10:00:15,021Z",
    "2026-5-05T10:00:15.021Z", " 2026-05-05T10:00:15.021Z", "2026-05-05T10:00:15.021Z\n",
    "2026-00-05T10:00:15.021Z", "2026-13-05T10:00:15.021Z", "2026-05-00T10:00:15.021Z",
    "2026-05-32T10:00:15.021Z", "2026-04-31T10:00:15.021Z", "2026-02-29T10:00:15.021Z",
    "2100-02-29T10:00:15.021Z", "2026-05-05T24:00:00.000Z", "2026-05-05T10:60:00.000Z",
    "2026-05-05T10:00:60.000Z", "-026-05-05T10:00:15.021Z", "２026-05-05T10:00:15.021Z",
    "10000-01-01T00:00:00.000Z",
  ])
  func whatIsNoTimestampIsNotRead(text: String) {
    #expect(Timestamp(text) == nil)
  }

  /// What a journal claims can be anything: it must not end the program.
  @Test func numbersTooLargeForAClockAreNotRead() async {
    await #expect(processExitsWith: .success) {
      let texts = [
        "999999999999999999-01-01T00:00:00.000Z", "2026-01-01T999999999999999999:00:00.000Z",
        "2026-01-01T00:00:999999999999999999.000Z",
      ]
      for text in texts { #expect(Timestamp(text) == nil) }
    }
  }

  @Test func everyDayOfTwoCenturiesHasItsDate() {
    var (year, month, day) = (1904, 1, 1)
    let lengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    // 66 years with 17 leap days lie between 1904 and 1970.
    var days: Int64 = -(66 * 365 + 17)
    var wrong: [String] = []
    while year < 2105 {
      let date = [year, month, day].map { ($0 < 10 ? "0" : "") + String($0) }
        .joined(separator: "-")
      if Timestamp(milliseconds: days * 86_400_000).text != "\(date)T00:00:00.000Z" {
        wrong.append(date)
      }
      let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
      let length = lengths[month - 1] + (month == 2 && isLeap ? 1 : 0)
      days += 1
      day += 1
      if day > length { (month, day) = (month + 1, 1) }
      if month > 12 { (year, month) = (year + 1, 1) }
    }
    #expect(wrong == [])
  }

  @Test(arguments: [31, 32, UInt64.random(in: 0...999)])
  func everyMillisecondIsReadBackAndLaterOnesSortLater(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    for _ in 0..<2000 {
      let first = Self.moment(&random)
      let second = Self.moment(&random)
      #expect(Timestamp(first.text) == first, "seed \(seed)")
      #expect(
        (first.text < second.text) == (first.milliseconds < second.milliseconds), "seed \(seed)")
    }
  }

  private static func moment(_ random: inout SplitMix64) -> Timestamp {
    Timestamp(
      milliseconds: Int64.random(in: -62_135_596_800_000...253_402_300_799_999, using: &random))
  }

  @Test func aMomentOfTheRunIsCountedFromItsStart() {
    let start = Timestamp(milliseconds: 1_777_975_199_500)
    #expect(start.at(.start) == "2026-05-05T09:59:59.500Z")
    #expect(start.at(.seconds(0.5)) == "2026-05-05T10:00:00.000Z")
    #expect(start.at(GateInstant(microseconds: 15_521_999)) == "2026-05-05T10:00:15.021Z")
  }
}

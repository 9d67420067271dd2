import Testing

@testable import GateInsight

@Suite struct WordsTests {
  @Test(arguments: [
    ("++-", "2 passed, 1 failed"), ("-", "1 failed"), ("…++--", "at last 2 passed, 2 failed"),
    (
      "-+-+-+-+-",
      "at last 1 passed, 1 failed, 1 passed, 1 failed, 1 passed, 1 failed, 1 passed, 1 failed"
    ),
  ])
  func marksAreToldAsRunsAndEarlierChecksAreNone(marks: String, words: String) {
    #expect(marks.inRuns == words)
  }

  @Test(arguments: [
    ("10.0.0.1", true), ("10.0.0.256", false), ("fe80::1", true), ("fe80::1%eth0", true),
    ("fe80::1%25wlan0", true), ("web.example", false), ("a:b:z", false),
  ])
  func aLiteralAddressIsKnownWithItsZoneToo(host: String, isAddress: Bool) {
    #expect(host.isAddress == isAddress)
  }
}

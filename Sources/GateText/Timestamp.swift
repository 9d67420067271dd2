package import GateCore

/// The start of a run by the wall clock, from which all times of day are calculated.
///
/// A jump of the wall clock during the run changes none of them.
package struct Timestamp: Hashable, Sendable {
  /// Milliseconds since 1970-01-01T00:00:00Z.
  package var milliseconds: Int64

  package init(milliseconds: Int64) {
    self.milliseconds = milliseconds
  }

  /// The time of day at an instant of the run, as text.
  package func at(_ instant: GateInstant) -> String { moment(instant).text }

  /// The time of day at an instant of the run, to the millisecond.
  package func moment(_ instant: GateInstant) -> Timestamp {
    Timestamp(milliseconds: milliseconds + instant.microseconds / 1000)
  }

  /// RFC 3339 in UTC with milliseconds: `2026-05-05T10:00:15.021Z`.
  package var text: String {
    String(unsafeUninitializedCapacity: Self.longest) { text in
      guard let start = text.baseAddress else { preconditionFailure("there is room") }
      return write(to: start)
    }
  }

  /// The maximum length of the text in bytes.
  static let longest = 48

  /// Writes the text to a buffer; returns its length in bytes.
  ///
  /// A verdict on thousands of instances has tens of thousands of these.
  func write(to room: UnsafeMutablePointer<UInt8>) -> Int {
    let days = floorDivide(milliseconds, 86_400_000)
    let time = milliseconds - days * 86_400_000
    let (year, month, day) = Self.civil(days)
    let seconds = time / 1000
    var count = 0
    func put(_ byte: UInt8) {
      (room + count).initialize(to: byte)
      count += 1
    }
    func put(digit: Int64) { put(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: digit)) }
    func put(_ number: Int64, then mark: UInt8) {
      put(digit: number / 10)
      put(digit: number % 10)
      put(mark)
    }
    if (0..<10_000).contains(year) {
      put(digit: year / 1000)
      put(digit: year / 100 % 10)
      put(year % 100, then: UInt8(ascii: "-"))
    } else {
      for byte in "\(year)-".utf8 { put(byte) }
    }
    put(month, then: UInt8(ascii: "-"))
    put(day, then: UInt8(ascii: "T"))
    put(seconds / 3600, then: UInt8(ascii: ":"))
    put(seconds / 60 % 60, then: UInt8(ascii: ":"))
    put(seconds % 60, then: UInt8(ascii: "."))
    put(digit: time / 100 % 10)
    put(time % 100, then: UInt8(ascii: "Z"))
    return count
  }

  /// Reads the format of `text`; nil for anything else.
  package init?(_ text: String) {
    // Only years of four digits: RFC 3339 and this arithmetic have no others.
    guard text.utf8.count == 24 else { return nil }
    let parts = text.utf8.split { !(48...57).contains($0) }.compactMap { Int64(String($0) ?? "") }
    guard parts.count == 7, (1...12).contains(parts[1]), (1...31).contains(parts[2]) else {
      return nil
    }
    let days = Self.days(year: parts[0], month: parts[1], day: parts[2])
    let seconds = days * 86_400 + parts[3] * 3600 + parts[4] * 60 + parts[5]
    self.init(milliseconds: seconds * 1000 + parts[6])
    guard self.text == text else { return nil }
  }

  /// The Gregorian date of a day since 1970-01-01, by eras of 400 years that begin in March.
  private static func civil(_ days: Int64) -> (Int64, Int64, Int64) {
    let shifted = days + 719_468
    let era = floorDivide(shifted, 146_097)
    let dayOfEra = shifted - era * 146_097
    let yearOfEra =
      (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let month = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * month + 2) / 5 + 1
    let year = yearOfEra + era * 400 + (month < 10 ? 0 : 1)
    return (year, month < 10 ? month + 3 : month - 9, day)
  }

  /// The days since 1970-01-01 of a Gregorian date.
  package static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
    let shifted = month <= 2 ? year - 1 : year
    let era = floorDivide(shifted, 400)
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }
}

private func floorDivide(_ dividend: Int64, _ divisor: Int64) -> Int64 {
  dividend >= 0 ? dividend / divisor : (dividend - divisor + 1) / divisor
}

internal import GateCore

/// Reads a time in the notation of HTTP and certificates, in UTC; nil for anything else.
///
/// The result is in seconds since 1970. The notations are `Wed, 25 Nov 2026 15:37:31 GMT` (RFC
/// 9110, 5.6.7), `Nov 25 15:37:31 2026 GMT` (OpenSSL) and `2026-11-25 15:37:31 GMT` (GnuTLS).
func secondsSince1970(_ text: String) -> Int64? {
  let words = text.split { " ,".contains($0) }
  guard let clock = words.first(where: { $0.contains(":") }) else { return nil }
  let time = clock.split(separator: ":").compactMap(\.asWholeNumber)
  guard time.count == 3, time[0] < 24, time[1] < 60, time[2] <= 60 else { return nil }
  let seconds = Int64(time[0] * 3600 + time[1] * 60 + time[2])
  if let date = words.first(where: { $0.contains("-") })?.split(separator: "-") {
    let parts = date.compactMap(\.asWholeNumber)
    guard parts.count == 3 else { return nil }
    return day(parts[0], parts[1], parts[2]).map { $0 * 86_400 + seconds }
  }
  guard let month = words.compactMap({ months.firstIndex(of: $0.lowercased()) }).first else {
    return nil
  }
  let numbers = words.compactMap(\.asWholeNumber)
  guard let year = numbers.first(where: { $0 > 31 }), let date = numbers.first(where: { $0 <= 31 })
  else { return nil }
  return day(year, month + 1, date).map { $0 * 86_400 + seconds }
}

private let months = [
  "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
]

/// Days since 1970-01-01 in the Gregorian calendar; nil for an invalid date.
private func day(_ year: Int, _ month: Int, _ date: Int) -> Int64? {
  guard (1...9999).contains(year), (1...12).contains(month), (1...31).contains(date) else {
    return nil
  }
  // In years that begin in March, the leap day is the last day.
  let shifted = month > 2 ? year : year - 1
  let era = shifted / 400
  let yearOfEra = shifted % 400
  let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + date - 1
  return Int64(
    era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468)
}

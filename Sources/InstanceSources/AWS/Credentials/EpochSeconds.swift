internal import GateText

/// Reads AWS's notation of a time, in whole seconds since 1970; nil for other text.
///
/// The notation is `2026-05-05T10:00:00Z`, also with a fraction or an offset such as `+00:00`.
func epochSeconds(_ text: String) -> Int64? {
  var rest = text.utf8[...]
  func number(_ digits: Int) -> Int64? {
    guard rest.count >= digits, rest.prefix(digits).allSatisfy({ (48...57).contains($0) }) else {
      return nil
    }
    let value = rest.prefix(digits).reduce(Int64(0)) { $0 * 10 + Int64($1 - 48) }
    rest = rest.dropFirst(digits)
    return value
  }
  func skip(_ wanted: Unicode.Scalar) -> Bool {
    guard rest.first == UInt8(ascii: wanted) else { return false }
    rest = rest.dropFirst()
    return true
  }
  guard let year = number(4), skip("-"), let month = number(2), skip("-"), let day = number(2),
    skip("T") || skip(" "), let hour = number(2), skip(":"), let minute = number(2), skip(":"),
    let second = number(2), (1...12).contains(month), (1...31).contains(day), hour < 24,
    minute < 60, second <= 60
  else { return nil }
  if skip(".") { rest = rest.drop { (48...57).contains($0) } }
  var offset: Int64 = 0
  if !skip("Z") && !skip("z") {
    let sign: Int64 = rest.first == UInt8(ascii: "-") ? -1 : 1
    guard skip("+") || skip("-"), let hours = number(2) else { return nil }
    _ = skip(":")
    guard let minutes = number(2) else { return nil }
    offset = sign * (hours * 3600 + minutes * 60)
  }
  guard rest.isEmpty else { return nil }
  return Timestamp.days(year: year, month: month, day: day) * 86_400
    + hour * 3600 + minute * 60 + second - offset
}

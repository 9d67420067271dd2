/// Converts a number of seconds or milliseconds to microseconds; nil if it is out of range.
package func microseconds(_ value: Double, per unit: Double) -> Int64? {
  let scaled = (value * unit).rounded()
  return scaled.isFinite && scaled >= 0 && scaled < 4e15 ? Int64(scaled) : nil
}

/// The time of a field in seconds or milliseconds, to the microsecond; nil when it cannot be one.
package func microseconds(_ value: Double, per unit: Double) -> Int64? {
  let scaled = (value * unit).rounded()
  return scaled.isFinite && scaled >= 0 && scaled < 4e15 ? Int64(scaled) : nil
}

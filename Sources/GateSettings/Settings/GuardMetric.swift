internal import GateCore
internal import GateText

/// A CloudWatch metric in a guard's notation:
/// `AWS/ApplicationELB/TargetResponseTime?statistic=p99`.
package struct GuardMetric: Hashable, Sendable {
  /// The namespace, such as `AWS/ApplicationELB`.
  package var namespace: String
  package var name: String
  package var dimensions: [Dimension] = []
  /// `Average`, `Sum`, `Minimum`, `Maximum`, `SampleCount`, or a percentile or trimmed mean such as
  /// `p99.9` or `tm95`.
  package var statistic = "Average"
  /// The period: 10 s, 30 s, or whole minutes up to a day.
  package var period = Duration.seconds(60)

  package struct Dimension: Hashable, Sendable {
    package var name: String
    package var value: String
  }

  /// How long CloudWatch takes to have the data of a minute: more recent data are incomplete.
  package static let lag = Duration.seconds(120)

  static let form =
    "cloudwatch-metric:NAMESPACE/METRIC?dimensions=NAME=VALUE,...&statistic=p99&period=60 < NUMBER"

  /// Reads the text between `cloudwatch-metric:` and the comparison.
  ///
  /// - Throws: `GrammarError`, which says what was expected instead.
  init(parsing text: String) throws(GrammarError) {
    let mark = text.firstIndex(of: "?") ?? text.endIndex
    let path = text[..<mark]
    guard let slash = path.lastIndex(of: "/"), slash > path.startIndex,
      path.index(after: slash) < path.endIndex
    else {
      throw GrammarError(
        "'\(String(path).printable)' is not NAMESPACE/METRIC, such as AWS/ApplicationELB/TargetResponseTime"
      )
    }
    namespace = String(path[..<slash])
    name = String(path[path.index(after: slash)...])
    for part in text[mark...].dropFirst().split(separator: "&") {
      let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let value = pair.count == 2 ? String(pair[1]) : ""
      switch pair[0] {
      case "dimensions": dimensions += try Self.dimensions(value)
      case "statistic" where Self.isStatistic(value): statistic = value
      case "statistic":
        throw GrammarError(
          "'\(value.printable)' is not a statistic: Average, Sum, Minimum, Maximum, SampleCount or a "
            + "percentile, such as p99")
      case "period": period = try Self.period(value)
      default:
        throw GrammarError(
          "'\(String(pair[0]).printable)' is not dimensions, statistic or period")
      }
    }
  }

  private static func dimensions(_ text: String) throws(GrammarError) -> [Dimension] {
    var dimensions: [Dimension] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      guard let sign = part.firstIndex(of: "="), sign > part.startIndex,
        part.index(after: sign) < part.endIndex
      else {
        throw GrammarError(
          "'\(String(part).printable)' is not a dimension, such as TargetGroup=targetgroup/web/6d0ecf831eec9f09"
        )
      }
      dimensions.append(
        Dimension(name: String(part[..<sign]), value: String(part[part.index(after: sign)...])))
    }
    return dimensions
  }

  /// Whether a text is a statistic of CloudWatch.
  ///
  /// Source: CloudWatch user guide, "CloudWatch statistics definitions".
  private static func isStatistic(_ text: String) -> Bool {
    let plain: Set = ["Average", "Sum", "Minimum", "Maximum", "SampleCount"]
    guard !plain.contains(text) else { return true }
    guard let kind = ["tm", "wm", "tc", "ts", "p"].first(where: text.hasPrefix) else {
      return false
    }
    let number = text.dropFirst(kind.count)
    guard number.utf8.allSatisfy({ $0 == UInt8(ascii: ".") || (48...57).contains($0) }),
      let value = Double(number)
    else { return false }
    return value > 0 && value <= 100
  }

  private static func period(_ text: String) throws(GrammarError) -> Duration {
    let period = try Duration(parsing: text)
    let seconds = period.inMicroseconds / 1_000_000
    guard period == .seconds(seconds), seconds == 10 || seconds == 30 || seconds % 60 == 0,
      (10...86_400).contains(seconds)
    else {
      throw GrammarError("period is \(text.printable), not 10, 30, or whole minutes up to a day")
    }
    return period
  }
}

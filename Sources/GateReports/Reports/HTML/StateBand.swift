internal import GateCore
internal import GateSettings

/// The number of instances in each state over time, stacked.
struct StateBand {
  /// The number of columns, which limits the steps of a path.
  private static let columns = 1000

  private struct Counts {
    var healthy = 0
    /// The healthy and the unhealthy ones.
    var judged = 0
    var all = 0

    mutating func add(_ count: Int, _ state: InstanceState) {
      all += count
      if state != .initial { judged += count }
      if state == .healthy { healthy += count }
    }
  }

  /// The counts from each column on, in ascending order.
  private var steps: [(column: Int, counts: Counts)] = []
  private let end: Int
  /// The number of instances at full height.
  private(set) var most: Int

  init(_ gate: Gate, _ axis: TimeAxis) {
    func column(_ instant: GateInstant) -> Int {
      axis.x(instant) * Self.columns / TimeAxis.width
    }
    var changes: [(at: GateInstant, state: InstanceState, by: Int)] = []
    for record in gate.records(.member) {
      changes.append((record.firstSeen, .initial, 1))
      for transition in record.history.transitions {
        changes.append((transition.at, transition.from, -1))
        changes.append((transition.at, transition.to, 1))
      }
      if let removed = record.removed { changes.append((removed, record.health.state, -1)) }
    }
    changes.sort { $0.at < $1.at }
    most = gate.expected
    end = column(axis.statesEnd)
    var counts = Counts()
    for change in changes {
      counts.add(change.by, change.state)
      let place = column(change.at)
      if steps.last?.column == place {
        steps[steps.count - 1].counts = counts
      } else {
        steps.append((place, counts))
      }
    }
    for step in steps { most = max(most, step.counts.all) }
  }

  func markup(height: Int) -> Markup {
    """
    <path class="empty" d="M0 0h\(TimeAxis.width)v\(height)H0z"/>\
    <path class="initial" d="\(path(height, \.all))"/>\
    <path class="unhealthy" d="\(path(height, \.judged))"/>\
    <path class="healthy" d="\(path(height, \.healthy))"/>
    """
  }

  /// The area below a number of instances.
  private func path(_ height: Int, _ number: KeyPath<Counts, Int>) -> String {
    guard let first = steps.first else { return "" }
    let unit = TimeAxis.width / Self.columns
    var path = "M\(first.column * unit) \(height)"
    var last = -1
    for step in steps {
      let count = step.counts[keyPath: number]
      guard count != last else { continue }
      // Rounded up so that even one instance of a thousand is visible.
      let y = height - (count * height + most - 1) / max(most, 1)
      path += "H\(step.column * unit)V\(max(y, 0))"
      last = count
    }
    return path + "H\(end * unit)V\(height)z"
  }
}

internal import GateCore
internal import GateSettings

/// The number of instances in each state over time, stacked.
struct StateBand {
  /// The number of columns, which limits the steps of a path.
  private static let columns = 1000

  private struct Counts {
    var healthy = 0
    var unhealthy = 0
    var initial = 0

    subscript(state: InstanceState) -> Int {
      get {
        switch state {
        case .healthy: healthy
        case .unhealthy: unhealthy
        case .initial: initial
        }
      }
      set {
        switch state {
        case .healthy: healthy = newValue
        case .unhealthy: unhealthy = newValue
        case .initial: initial = newValue
        }
      }
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
      counts[change.state] += change.by
      let place = column(change.at)
      if steps.last?.column == place {
        steps[steps.count - 1].counts = counts
      } else {
        steps.append((place, counts))
      }
    }
    for step in steps {
      most = max(most, step.counts.healthy + step.counts.unhealthy + step.counts.initial)
    }
  }

  func markup(height: Int) -> Markup {
    let all = path(height) { $0.healthy + $0.unhealthy + $0.initial }
    let judged = path(height) { $0.healthy + $0.unhealthy }
    let healthy = path(height) { $0.healthy }
    return """
      <path class="empty" d="M0 0h\(TimeAxis.width)v\(height)H0z"/>\
      <path class="initial" d="\(all)"/><path class="unhealthy" d="\(judged)"/>\
      <path class="healthy" d="\(healthy)"/>
      """
  }

  /// The area below a number of instances.
  private func path(_ height: Int, _ number: (Counts) -> Int) -> String {
    guard let first = steps.first else { return "" }
    let unit = TimeAxis.width / Self.columns
    var path = "M\(first.column * unit) \(height)"
    var last = -1
    for step in steps {
      let count = number(step.counts)
      guard count != last else { continue }
      // Rounded up so that even one instance of a thousand is visible.
      let y = height - (count * height + most - 1) / max(most, 1)
      path += "H\(step.column * unit)V\(max(y, 0))"
      last = count
    }
    return path + "H\(end * unit)V\(height)z"
  }
}

package import GateCore
package import GateRecords

/// The state of a progress display besides the gate's own, updated at each event.
///
/// An event costs a few stores. The whole group is searched only when a frame is drawn, at one byte
/// per instance.
package struct ProgressBoard: Sendable {
  let header: RunHeader
  private(set) var history = CheckHistory()
  /// The importance of each instance, by the index of its key.
  private(set) var standings: [Standing] = []
  private var counts = [Int](repeating: 0, count: Standing.allCases.count)
  /// The number of gate faults, including those that cost a check.
  private(set) var faults = 0
  private var step: Int?

  package init(_ header: RunHeader) {
    self.header = header
  }

  /// The number of instances with this importance.
  func count(of standing: Standing) -> Int { counts[Int(standing.rawValue)] }

  /// Updates the board after an event that the gate has handled, with the effects of the event.
  package mutating func observe(
    _ event: GateEvent, _ effects: ArraySlice<GateEffect>, in gate: Gate
  ) {
    note(event, in: gate)
    // Time alone can change states too.
    for case .stateChanged(let key, _) in effects { place(key, in: gate) }
  }

  private mutating func note(_ event: GateEvent, in gate: Gate) {
    switch event {
    case .instanceAdded: addInstances(upTo: gate.records.count)
    case .instanceRemoved(let key): place(key, in: gate)
    case .checked(let key, let report):
      guard standings.indices.contains(key.index) else { return }
      history.add(report, of: key)
      place(key, in: gate)
    case .checkLost(let key, _):
      faults += 1
      guard standings.indices.contains(key.index) else { return }
      history.addLoss(of: key)
      place(key, in: gate)
    case .listed, .loadBalancerAsked: faults += event.fault == nil ? 0 : 1
    case .loadBalancerSaw(let key, _): place(key, in: gate)
    case .resumed:
      // Instances of the previous runner joined before this runner started.
      addInstances(upTo: gate.records.count)
      for index in standings.indices { place(InstanceKey(index), in: gate) }
    default: break
    }
    // The guards of a step end with it.
    if gate.rollout.current != step {
      step = gate.rollout.current
      for index in standings.indices where !gate.isPresent(InstanceKey(index)) {
        place(InstanceKey(index), in: gate)
      }
    }
  }

  private mutating func addInstances(upTo count: Int) {
    while standings.count < count {
      history.addInstance()
      standings.append(.initial)
      counts[Int(Standing.initial.rawValue)] += 1
    }
  }

  private mutating func place(_ key: InstanceKey, in gate: Gate) {
    guard standings.indices.contains(key.index) else { return }
    let standing = Standing(
      gate.state(of: key), isPresent: gate.isPresent(key), last: history.last(of: key))
    counts[Int(standings[key.index].rawValue)] -= 1
    counts[Int(standing.rawValue)] += 1
    standings[key.index] = standing
  }

  // MARK: - Choosing

  /// The first instances with this importance, in the order in which they joined.
  func keys(_ standing: Standing, first limit: Int) -> [InstanceKey] {
    guard limit > 0, count(of: standing) > 0 else { return [] }
    var keys: [InstanceKey] = []
    for (index, found) in standings.enumerated() where found == standing {
      keys.append(InstanceKey(index))
      if keys.count == limit { break }
    }
    return keys
  }

  /// The most important instances; all of them in the order in which they joined, if they fit.
  func mostImportant(_ limit: Int) -> [InstanceKey] {
    guard standings.count - count(of: .gone) > limit else {
      return standings.indices.filter { standings[$0] != .gone }.map(InstanceKey.init)
    }
    var keys: [InstanceKey] = []
    for standing in Standing.allCases where standing != .gone {
      keys += self.keys(standing, first: limit - keys.count)
    }
    return keys
  }
}

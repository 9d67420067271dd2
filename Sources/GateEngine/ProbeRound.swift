package import GateCore

/// One check of each instance, all at the same time as far as the port allows; there is no verdict.
package struct ProbeRound<Port: Checker> {
  private let port: Port
  /// The limit of `GateEngine`: the first check of a burst must not wait for the last one to begin.
  private let startsPerTurn = 16

  package init(on port: Port) {
    self.port = port
  }

  /// Checks these instances, whose keys are their indexes; returns one end for each.
  ///
  /// Each is checked by the health check with the index in `checks`, or by the first one.
  package func run(_ instances: [Instance], by checks: [Int] = []) -> [ProbeEnd] {
    var ends = [ProbeEnd?](repeating: nil, count: instances.count)
    var (begun, ended) = (0, 0)
    var happenings: [CheckerEvent] = []
    while ended < instances.count {
      for _ in 0..<startsPerTurn where begun < instances.count && port.hasRoom {
        let check = checks.indices.contains(begun) ? checks[begun] : 0
        port.start(InstanceKey(begun, check: check), instances[begun])
        begun += 1
      }
      // While more checks can begin, it does not wait. Otherwise a wait ends when a check does, at
      // its timeout at the latest.
      let isWaiting = begun == instances.count || !port.hasRoom
      port.wait(until: isWaiting ? port.now + .seconds(60) : port.now, into: &happenings)
      for happening in happenings {
        guard let (key, end) = ProbeEnd.of(happening.event), ends[key.index] == nil else {
          continue
        }
        ends[key.index] = end
        ended += 1
      }
      happenings.removeAll(keepingCapacity: true)
    }
    return ends.compactMap { $0 }
  }
}

extension ProbeEnd {
  fileprivate static func of(_ event: GateEvent) -> (InstanceKey, ProbeEnd)? {
    switch event {
    case .checked(let key, let report): (key, .checked(report))
    case .checkLost(let key, let fault): (key, .lost(fault))
    default: nil
    }
  }
}

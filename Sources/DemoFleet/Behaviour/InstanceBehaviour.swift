/// The behavior of an instance, by the time since the fleet's start and the number of the check.
package struct InstanceBehaviour: Hashable, Sendable {
  /// The phases in the order of their starts; the first starts at zero.
  package let phases: [Phase]

  package struct Phase: Hashable, Sendable {
    package var start: Duration
    package var stance: Stance

    package init(from start: Duration, _ stance: Stance) {
      self.start = start
      self.stance = stance
    }
  }

  /// The reaction to a connection attempt.
  package enum Stance: Hashable, Sendable {
    /// Nothing listens. When this stance begins, the instance dies: open connections are reset.
    case refuse
    /// The accept queue is full: the attempt gets no response at all.
    case drop
    /// The attempt is accepted. Checks are counted from the start of the phase.
    case accept(Replies)
  }

  package init(_ phases: [Phase]) {
    precondition(phases.first?.start == .zero, "the first phase starts with the fleet")
    precondition(
      zip(phases, phases.dropFirst()).allSatisfy { $0.start < $1.start },
      "phases follow one another")
    self.phases = phases
  }

  package static func always(_ stance: Stance) -> InstanceBehaviour {
    InstanceBehaviour([Phase(from: .zero, stance)])
  }

  package static func always(_ reply: Reply) -> InstanceBehaviour {
    always(.accept(Replies(repeating: [reply])))
  }

  package static func always(_ response: Reply.Response) -> InstanceBehaviour {
    always(Reply.response(response))
  }

  /// The number of times it begins to listen, each with a new socket.
  ///
  /// It is at least one, which keeps the port of an instance that never listens.
  var socketsNeeded: Int {
    var count = 0
    var previous = Stance.refuse
    for phase in phases {
      switch (previous, phase.stance) {
      case (_, .refuse), (.accept, .accept), (.drop, .drop): break
      case (.refuse, .accept), (.refuse, .drop), (.accept, .drop), (.drop, .accept): count += 1
      }
      previous = phase.stance
    }
    return max(count, 1)
  }
}

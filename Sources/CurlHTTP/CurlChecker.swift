package import CSystem
package import Curl
package import GateCore
package import GateEngine

/// Makes the checks with libcurl, on the one thread that owns it.
///
/// Only time in which the gate was listening counts towards a check's timeout. While the machine or
/// the gate itself held the loop up, the clock of the timeouts stood still, and a response that was
/// there when the loop continued is accepted. So the gate's lateness never counts against an
/// instance.
package final class CurlChecker: Checker {
  /// One lane for each plan, at the index of its health check.
  private let lanes: [CheckLane]
  /// The number of lanes in which an instance can have a check at the same time.
  private let width: Int
  private let runner: TransferRunner
  /// The reading of the monotonic clock at the start of the run, in microseconds.
  private let epoch: Int64
  private let signals: Int32
  private let mostTransfers: Int

  /// The index of the transfer of each running check, by `slot`; -1 if there is none.
  private var underWay: [Int] = []
  private var underWayCount = 0
  private var places: [Place?] = []
  /// Events from before `wait` was called, and of checks that could not be started.
  private var pending: [CheckerEvent] = []
  private var listening = ListeningClock()
  /// The longest wait while checks are running, in microseconds.
  private static let longestWait: Int64 = 100_000
  /// The time at which the loop last looked for received data, on the listening clock.
  ///
  /// Data that arrives later is not late: the loop is working, and has not seen it yet.
  private var looked: Int64 = 0
  /// Called with the phases of each check when it ends, before `wait` reports it; nil if not
  /// needed.
  package var onEnd: ((InstanceKey, CheckTrace) -> Void)?

  /// Creates a checker for one or several plans, at the moment `start` of the run: the key of a
  /// check has the plan's index.
  ///
  /// Each instance is checked by all plans, or with `byOneAlone` by only one of them. Interruptions
  /// are read from `signals`, a descriptor of `hg_signal_descriptor`, unless that is negative.
  ///
  /// - Throws: `CurlFailure` if libcurl or the system cannot create a loop, or refuses a setting.
  package init(
    _ plans: [RequestTemplate], byOneAlone: Bool = false, signals: Int32,
    startingAt start: GateInstant = .start
  ) throws(CurlFailure) {
    precondition(!plans.isEmpty, "a checker has a plan")
    lanes = try plans.map { plan throws(CurlFailure) in try CheckLane(plan) }
    width = byOneAlone ? 1 : plans.count
    self.signals = signals
    runner = try TransferRunner()
    let limit = Int(clamping: hg_raise_descriptor_limit())
    mostTransfers = max(limit - min(64, limit / 2), 1)
    epoch = hg_monotonic_us() - start.microseconds
    // If the settings allow no check at all, this fails once, here.
    for lane in lanes.indices { release(try runner.make(lanes[lane].plan, lane: lane)) }
    if signals >= 0 {
      try runner.loop.onReadable(signals) { [unowned self] in readSignals() }
    }
  }

  package var now: GateInstant { GateInstant(microseconds: hg_monotonic_us() - epoch) }

  package var hasRoom: Bool { underWayCount < mostTransfers }

  package func start(_ key: InstanceKey, _ instance: Instance) {
    let started = now
    // Delays of the loop before this check must not give it more time.
    listening.worked(until: started.microseconds)
    let place = key.check
    let lane = lanes[place]
    do throws(CurlFailure) {
      let transfer = try freeTransfer(in: lane, at: place)
      do throws(CurlFailure) {
        let names = try aim(transfer, at: instance, key)
        try runner.begin(transfer, looking: names)
      } catch {
        release(transfer)
        throw error
      }
      transfer.key = key
      transfer.role = instance.role
      transfer.started = started
      transfer.startedListening = listening.time(at: started.microseconds)
      note(transfer.index, of: key)
      lane.deadlines.append(
        transfer.startedListening + lane.timeout, index: transfer.index,
        generation: transfer.generation)
    } catch {
      let fault = GateFault(
        detail: error.description, started: started,
        cause: GateFault.Cause(words: error.description))
      pending.append(CheckerEvent(.checkLost(key, fault), at: started))
    }
  }

  /// Makes `wait` return whenever another thread has set this event.
  ///
  /// - Throws: `CurlFailure` if the system cannot watch it.
  package func wake(on event: hg_event) throws(CurlFailure) {
    try runner.loop.onReadable(event.reader) { hg_event_clear(event) }
  }

  package func cancel(_ key: InstanceKey) {
    // An event of the instance as a whole applies to all its checks.
    for number in 0..<width {
      let slot = key.index * width + number
      guard underWay.indices.contains(slot), underWay[slot] >= 0 else { continue }
      drop(runner.transfers[underWay[slot]])
    }
  }

  /// Cancels all checks.
  package func stop() {
    for index in underWay where index >= 0 { drop(runner.transfers[index]) }
  }

  private func drop(_ transfer: Transfer) {
    runner.drop(transfer)
    release(transfer)
  }

  /// The index of a check among the checks of all instances.
  private func slot(of key: InstanceKey) -> Int {
    width == 1 ? key.index : key.index * width + key.check
  }

  package func wait(until limit: GateInstant, into happenings: inout [CheckerEvent]) {
    listening.worked(until: now.microseconds)
    looked = listening.time(at: now.microseconds)
    runner.runTimer(at: hg_monotonic_us())
    collect(&happenings)
    let before = now.microseconds
    listening.worked(until: before)
    var wake = limit.microseconds
    if let moment = runner.nextMoment { wake = min(wake, moment - epoch) }
    for lane in lanes {
      guard let deadline = lane.deadlines.first else { continue }
      wake = min(wake, deadline + listening.lost)
    }
    // A pause of the process is noticed only as a wait that took too long, so waits are kept short.
    if underWayCount > 0 { wake = min(wake, before + Self.longestWait) }
    let wait = happenings.isEmpty ? max(wake - before, 0) : 0
    let isMoreReady = runner.loop.serve(waitingAtMost: wait) {
      let back = now.microseconds
      listening.listened(from: before, atMost: wait, until: back)
      looked = listening.time(at: back)
    }
    collect(&happenings)
    if !isMoreReady { expire(&happenings) }
  }

  // MARK: - Beginning

  private func freeTransfer(in lane: CheckLane, at place: Int) throws(CurlFailure) -> Transfer {
    guard let index = lane.free.popLast() else {
      return try runner.make(lane.plan, lane: place)
    }
    let transfer = runner.transfers[index]
    // A handle whose connection was used without libcurl cannot be reused (CURLOPT_CONNECT_ONLY).
    guard transfer.usesHTTP2, transfer.isSpent else { return transfer }
    do throws(CurlFailure) {
      return try runner.make(lane.plan, lane: place, at: index)
    } catch {
      lane.free.append(index)
      throw error
    }
  }

  /// Sets the instance of the transfer; returns the names that must be looked up before it begins.
  private func aim(
    _ transfer: Transfer, at instance: Instance, _ key: InstanceKey
  ) throws(CurlFailure) -> [Destination] {
    let lane = lanes[transfer.lane]
    let slot = slot(of: key)
    while places.count <= slot { places.append(nil) }
    let place: Place
    if let known = places[slot] {
      place = known
    } else {
      place = try Place(instance, lane.plan)
      places[slot] = place
    }
    if lane.usesHTTP2 { transfer.request = lane.plan.http2Request(for: instance) }
    if lane.way.isTLS, lane.plan.serverName != nil {
      try transfer.aim(at: place, of: instance, lane.plan)
    } else {
      try transfer.aim(at: place, headers: lane.headers, mappings: lane.mappings)
    }
    return place.names
  }

  // MARK: - Ending

  private func collect(_ happenings: inout [CheckerEvent]) {
    // Pending events come before those of the transfers: the gate needs events in order.
    happenings.append(contentsOf: pending)
    pending.removeAll(keepingCapacity: true)
    while let (transfer, end) = runner.nextEnd({ [lanes] in lanes[$0.lane].way }) {
      finish(transfer, end, &happenings)
    }
  }

  /// Ends the checks whose time is up, after everything that was received has been looked at.
  private func expire(_ happenings: inout [CheckerEvent]) {
    for lane in lanes {
      while let expired = lane.deadlines.removeFirst(dueBy: looked) {
        let transfer = runner.transfers[expired.index]
        guard transfer.key != nil, transfer.generation == expired.generation else { continue }
        let end = runner.timedOut(transfer, after: lane.plan.check.timeout, lane.way)
        finish(transfer, end, &happenings)
      }
    }
  }

  private func finish(_ transfer: Transfer, _ end: TransferEnd, _ happenings: inout [CheckerEvent])
  {
    guard let key = transfer.key else { return }
    let now = now
    let lane = lanes[transfer.lane]
    // A response that is found at the first look after the timeout may have arrived in time.
    let isLate = looked - transfer.startedListening > lane.timeout + ListeningClock.tolerance
    let ending = CheckEnding(lane: lane, transfer: transfer, now: now, isLate: isLate)
    onEnd?(key, CheckTrace(of: transfer, end, at: now))
    happenings.append(CheckerEvent(ending.event(end, key), at: now))
    drop(transfer)
  }

  private func release(_ transfer: Transfer) {
    if let key = transfer.key {
      underWay[slot(of: key)] = -1
      underWayCount -= 1
      transfer.isSpent = true
    }
    transfer.key = nil
    transfer.generation += 1
    lanes[transfer.lane].free.append(transfer.index)
  }

  private func note(_ index: Int, of key: InstanceKey) {
    let slot = slot(of: key)
    while underWay.count <= slot { underWay.append(-1) }
    underWay[slot] = index
    underWayCount += 1
  }

  private func readSignals() {
    while let interruption = Self.interruption(hg_next_signal(signals)) {
      pending.append(CheckerEvent(.interrupted(interruption), at: now))
    }
  }

  private static func interruption(_ signal: Int32) -> Interruption? {
    switch signal {
    case 0: nil
    case 1: .hangUp
    case 2: .interrupt
    default: .terminate
    }
  }
}

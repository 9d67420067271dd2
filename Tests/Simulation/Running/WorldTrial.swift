import GateCore

/// A world that was tried, and what to say when it fails.
struct WorldTrial {
  enum Kind: String, CaseIterable {
    /// In microseconds, with the slow model.
    case small
    /// In seconds, with up to 10,000 instances.
    case fleet
  }

  let kind: Kind
  let seed: UInt64
  let world: World
  let recorder: (any RunRecorder.Type)?

  /// Longer journals are not read back: decoding a line takes longer than simulating many checks.
  static let mostJournalled = 40_000

  init(
    _ kind: Kind, seed: UInt64, largest: Int = World.mostInstances,
    recorder: (any RunRecorder.Type)? = nil
  ) {
    self.kind = kind
    self.seed = seed
    self.recorder = recorder
    switch kind {
    case .small: world = .small(seed: seed)
    case .fleet:
      let world = World.fleet(seed: seed)
      let isSmaller = world.settings.expected <= largest
      self.world = isSmaller ? world : .fleet(seed: seed, size: 1 + Int(seed % UInt64(largest)))
    }
  }

  /// The same, of a world that was written down.
  init(_ kind: Kind, of world: World, recorder: (any RunRecorder.Type)? = nil) {
    (self.kind, seed, self.world, self.recorder) = (kind, 0, world, recorder)
  }

  func run() -> WorldRun { run(world) }

  private func run(_ world: World) -> WorldRun {
    WorldRun(
      of: world,
      .init(
        withModel: kind == .small,
        recorder: world.mostChecks <= Self.mostJournalled ? recorder : nil))
  }

  /// The smallest world that still fails, and all that is known of its failure.
  func report(of failed: WorldRun, again command: String, isShrunk: Bool = true) -> String {
    let found = """
      # \(kind.rawValue) world of seed \(seed): \(failed.violations[0])
      # again: \(command) --kind \(kind.rawValue) --seed \(seed) --worlds 1

      """
    guard isShrunk else { return found }

    let shrunk = Shrinking.shrunk(world, tries: kind == .small ? 3000 : 400) {
      run($0).violations.contains { $0.rule == failed.violations[0].rule }
    }
    let again = run(shrunk)
    let events = again.history.suffix(100).map { "#   \($0.words)" }
    return found + """
      # shrunk to the following; again, from a file: \(command) --kind \(kind.rawValue) --world FILE
      \(shrunk.text)\
      # \(again.violations.map(\.description).joined(separator: "\n")
        .split(separator: "\n").joined(separator: "\n# "))
      # verdict at \(again.verdict.at.microseconds): \(again.verdict.decision), \(again.verdict.reason.message)
      # the last events, in microseconds:
      \(events.joined(separator: "\n"))

      """
  }
}

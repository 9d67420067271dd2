/// Makes a failing world smaller while it still fails: fewer parts, then simpler ones.
///
/// What fails is up to the caller: any failure of the same rule will do.
struct Shrinking {
  private let fails: (World) -> Bool
  private(set) var world: World
  /// Worlds that may still be tried.
  private var tries: Int

  static func shrunk(_ world: World, tries: Int = 3000, fails: @escaping (World) -> Bool) -> World {
    var shrinking = Shrinking(world, tries, fails)
    shrinking.run()
    return shrinking.world
  }

  private init(_ world: World, _ tries: Int, _ fails: @escaping (World) -> Bool) {
    (self.world, self.tries, self.fails) = (world, tries, fails)
  }

  private mutating func run() {
    var before: World
    repeat {
      before = world
      removeParts(of: \.strays)
      removeParts(of: \.pauses)
      removeParts(of: \.splits)
      removeParts(of: \.views)
      removeParts(of: \.listings)
      removeParts(of: \.instances)
      if world.instances.count <= 64 {
        for index in world.instances.indices { simplifyInstance(index) }
      }
      simplifySettings()
    } while world != before && tries > 0
  }

  /// Takes the candidate if it fails too.
  @discardableResult
  private mutating func attempt(_ edit: (inout World) -> Void) -> Bool {
    var candidate = world
    edit(&candidate)
    guard candidate != world, tries > 0 else { return false }
    tries -= 1
    guard fails(candidate) else { return false }
    world = candidate
    return true
  }

  /// First the half of them at once, then less and less, down to single ones.
  private mutating func removeParts<Part>(of parts: WritableKeyPath<World, [Part]>) {
    var size = world[keyPath: parts].count
    while size > 0 {
      var start = 0
      while start < world[keyPath: parts].count {
        let end = min(start + size, world[keyPath: parts].count)
        let isRemoved = attempt { world in
          world[keyPath: parts].removeSubrange(start..<end)
          let members = world.instances.count { $0.role == .member }
          world.settings.expected = max(1, min(world.settings.expected, members))
        }
        if !isRemoved, !attempt({ $0[keyPath: parts].removeSubrange(start..<end) }) { start = end }
      }
      size /= 2
    }
  }

  private mutating func simplifyInstance(_ index: Int) {
    attempt { $0.instances[index] = Inhabitant(like: $0.instances[index]) }
    attempt { $0.instances[index].outages = nil }
    attempt { $0.instances[index].boots = nil }
    attempt { $0.instances[index].hangs = nil }
    attempt { $0.instances[index].isSlow = nil }
    attempt { $0.instances[index].loses = nil }
    attempt { $0.instances[index].fails = nil }
    attempt { $0.instances[index].fails = 1 }
    attempt { $0.instances[index].latency = 0 }
    attempt { $0.instances[index].left = nil }
    attempt { $0.instances[index].renamed = nil }
    attempt { $0.instances[index].dies = nil }
    attempt { $0.instances[index].isOldVersion = nil }
    attempt { $0.instances[index].mismatch = nil }
    attempt { world in
      (world.instances[index].joined, world.instances[index].launched) = (0, 0)
    }
  }

  private mutating func simplifySettings() {
    attempt { $0.settings.loadBalancer = .none }
    attempt { $0.settings.isChanging = false }
    attempt { $0.settings.window = nil }
    attempt { $0.settings.room = nil }
    attempt { $0.settings.startCost = nil }
    attempt { $0.settings.refresh = nil }
    attempt { $0.settings.neverTimesOut = nil }
    attempt { $0.settings.minHealthy = "100%" }
    attempt { $0.settings.maxUnhealthy = "0" }
    attempt { $0.settings.maxReplaced = "0" }
    attempt { $0.settings.semantics = .alb }
    attempt { $0.settings.grace = 0 }
    attempt { $0.settings.soak = 0 }
    attempt { $0.settings.expected = 1 }
    while attempt({ $0.settings.soak /= 2 }) {}
    while attempt({ $0.settings.deadline = $0.settings.deadline * 3 / 4 }) {}
    while world.settings.initial > 1, attempt({ $0.settings.initial -= 1 }) {}
    while world.settings.healthy > world.settings.initial, attempt({ $0.settings.healthy -= 1 }) {}
    while world.settings.unhealthy > 1, attempt({ $0.settings.unhealthy -= 1 }) {}
    while world.settings.timeout > 1, attempt({ $0.settings.timeout /= 2 }) {}
  }
}

extension Inhabitant {
  /// There all the while, and well.
  fileprivate init(like other: Inhabitant) {
    self.init(id: other.id, address: other.address, role: other.role, seed: other.seed)
  }
}
